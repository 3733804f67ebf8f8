package lake

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/peacestate/peacestate/schemas"
)

// A Definition is a table as it should be created: the columns of a
// contract's newest schema and those that the sink adds.
type Definition struct {
	Table string
	// Schema is the Avro schema of the topic's messages.
	Schema string
	// Day is the column of event time; the table is partitioned by its day.
	Day string
}

// Definitions lists every table of the archive.
func Definitions() []Definition {
	reports, riots, alerts, maintenance := schemas.Reports(), schemas.Riots(), schemas.Alerts(), schemas.Maintenance()
	return []Definition{
		{Table(reports.Topic), reports.Schema(), "reported_at"},
		{Table(riots.Topic), riots.Schema(), "detected_at"},
		{Table(alerts.Topic), alerts.Schema(), "detected_at"},
		{Table(maintenance.Topic), maintenance.Schema(), "happened_at"},
	}
}

// Create is the statement that creates the table where there is none. It
// fails when the schema holds an Avro type that no contract uses so far.
//
// The tables are made before the sink runs: its tasks would create a missing
// table each, at the same moment, and what is written to the one that loses
// is lost.
func (d Definition) Create() (string, error) {
	var avro record
	if err := json.Unmarshal([]byte(d.Schema), &avro); err != nil {
		return "", fmt.Errorf("read the schema of %s: %w", d.Table, err)
	}
	var columns []string
	for _, field := range avro.Fields {
		sparkType, err := sparkType(field.Type)
		if err != nil {
			return "", fmt.Errorf("column %s of %s: %w", field.Name, d.Table, err)
		}
		columns = append(columns, column(field.Name, sparkType, field.Doc))
	}
	if !slices.ContainsFunc(avro.Fields, func(f field) bool { return f.Name == d.Day }) {
		return "", fmt.Errorf("%s has no column %s to partition by", d.Table, d.Day)
	}
	columns = append(columns,
		column(PartitionColumn, "INT", "of the topic, that the row came from"),
		column(OffsetColumn, "BIGINT", "in that partition, that the row came from"),
		column(TimestampColumn, "TIMESTAMP", "when the record was sent to Kafka"))
	return fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %s (
  %s
) USING iceberg
PARTITIONED BY (days(%s))
TBLPROPERTIES (
  'write.metadata.delete-after-commit.enabled' = 'true',
  'write.metadata.previous-versions-max' = '20'
)`, d.Table, strings.Join(columns, ",\n  "), d.Day), nil
}

// Every column may be null: a row of an older schema lacks the newer ones.
func column(name, sparkType, comment string) string {
	if comment == "" {
		return name + " " + sparkType
	}
	return fmt.Sprintf("%s %s COMMENT '%s'", name, sparkType, strings.ReplaceAll(comment, "'", `\'`))
}

type record struct {
	Type   string
	Fields []field
}

type field struct {
	Name string
	Type json.RawMessage
	Doc  string
}

// sparkType is Spark's name of an Avro type, as the sink writes it.
func sparkType(avro json.RawMessage) (string, error) {
	var name string
	if json.Unmarshal(avro, &name) == nil {
		if simple, ok := simpleTypes[name]; ok {
			return simple, nil
		}
		return "", fmt.Errorf("no Spark type for Avro's %s", name)
	}
	var union []json.RawMessage
	if json.Unmarshal(avro, &union) == nil {
		if len(union) != 2 || string(union[0]) != `"null"` {
			return "", fmt.Errorf("no Spark type for the union %s", avro)
		}
		return sparkType(union[1])
	}
	var complexType struct {
		record
		LogicalType string
		Items       json.RawMessage
	}
	if err := json.Unmarshal(avro, &complexType); err != nil {
		return "", fmt.Errorf("not an Avro type: %s", avro)
	}
	switch {
	case complexType.Type == "long" && complexType.LogicalType == "timestamp-millis":
		return "TIMESTAMP", nil
	case complexType.Type == "array":
		items, err := sparkType(complexType.Items)
		return "ARRAY<" + items + ">", err
	case complexType.Type == "record":
		var members []string
		for _, member := range complexType.Fields {
			memberType, err := sparkType(member.Type)
			if err != nil {
				return "", err
			}
			members = append(members, member.Name+": "+memberType)
		}
		return "STRUCT<" + strings.Join(members, ", ") + ">", nil
	default:
		return "", fmt.Errorf("no Spark type for Avro's %s", avro)
	}
}

var simpleTypes = map[string]string{
	"string": "STRING", "boolean": "BOOLEAN", "int": "INT", "long": "BIGINT", "float": "FLOAT", "double": "DOUBLE",
}
