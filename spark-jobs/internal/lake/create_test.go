package lake

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCreate(t *testing.T) {
	definition := Definition{Table: "lake.peacestate.sightings", Day: "seen_at", Schema: `{"type": "record", "name": "Sighting", "fields": [
		{"name": "seen_at", "type": {"type": "long", "logicalType": "timestamp-millis"}, "doc": "the drone's clock"},
		{"name": "count", "type": "long"},
		{"name": "charge", "type": ["null", "float"], "default": null},
		{"name": "people", "type": {"type": "array", "items": {"type": "record", "name": "Person", "fields": [
			{"name": "name", "type": "string"}, {"name": "calm", "type": "boolean"}, {"name": "score", "type": "double"}]}}},
		{"name": "words", "type": {"type": "array", "items": "string"}}]}`}
	const want = `CREATE TABLE IF NOT EXISTS lake.peacestate.sightings (
  seen_at TIMESTAMP COMMENT 'the drone\'s clock',
  count BIGINT,
  charge FLOAT,
  people ARRAY<STRUCT<name: STRING, calm: BOOLEAN, score: DOUBLE>>,
  words ARRAY<STRING>,
  kafka_partition INT COMMENT 'of the topic, that the row came from',
  kafka_offset BIGINT COMMENT 'in that partition, that the row came from',
  kafka_timestamp TIMESTAMP COMMENT 'when the record was sent to Kafka'
) USING iceberg
PARTITIONED BY (days(seen_at))
TBLPROPERTIES (
  'write.metadata.delete-after-commit.enabled' = 'true',
  'write.metadata.previous-versions-max' = '20'
)`
	got, err := definition.Create()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEveryTableOfTheArchiveCanBeCreated(t *testing.T) {
	for _, definition := range Definitions() {
		if _, err := definition.Create(); err != nil {
			t.Error(err)
		}
	}
}

func TestCreateRefuses(t *testing.T) {
	tests := map[string]struct{ day, fieldType, want string }{
		"a type that Spark's writer has no column for": {"a", `{"type": "map", "values": "string"}`, "no Spark type"},
		"a type by an unknown name":                    {"a", `"bytes"`, "no Spark type for Avro's bytes"},
		"a union of two kinds":                         {"a", `["string", "long"]`, "no Spark type for the union"},
		"a day that is no column":                      {"b", `"string"`, "no column b to partition by"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			definition := Definition{Table: "t", Day: tt.day, Schema: `{"type": "record", "name": "R", "fields": [{"name": "a", "type": ` + tt.fieldType + `}]}`}
			if _, err := definition.Create(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}
