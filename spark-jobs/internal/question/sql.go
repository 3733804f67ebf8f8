package question

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

// once selects one row per id from a topic's table: the values, each
// "expression AS name", of the copy that Kafka held first. All copies of an
// id have the same key and so the same partition: offsets order them. They are
// of the same time and place, so all or none are in the scope.
func (s Scope) once(topic, id string, values ...string) string {
	selected := []string{id}
	for _, value := range values {
		expression, name, _ := strings.Cut(value, " AS ")
		selected = append(selected, fmt.Sprintf("min_by(%s, %s) AS %s", expression, lake.OffsetColumn, name))
	}
	return fmt.Sprintf("SELECT %s\n  FROM %s%s\n  GROUP BY %s",
		strings.Join(selected, ", "), lake.Table(topic), s.where(topic), id)
}

func (s Scope) onceReport(values ...string) string {
	return s.once(schemas.Reports().Topic, "report_id", values...)
}

func (s Scope) onceRiot(values ...string) string {
	return s.once(schemas.Riots().Topic, "riot_id", values...)
}

// districtOf is the name of the district of a place, as peaceland.Nearest
// computes it: the same operations in the same order on the same numbers, and
// of two centres equally far the first by name. Structs compare field by
// field.
func districtOf(lat, lon string) string {
	var distances []string
	for _, d := range peaceland.Districts() {
		dLat := fmt.Sprintf("(%s - %s)", lat, literal(d.Lat))
		dLon := fmt.Sprintf("((%s - %s) * %s)", lon, literal(d.Lon), literal(peaceland.LonScale))
		distances = append(distances, fmt.Sprintf("struct(%[1]s * %[1]s + %[2]s * %[2]s AS far, %[3]s AS name)",
			dLat, dLon, quote(d.Name)))
	}
	return "array_min(array(\n    " + strings.Join(distances, ",\n    ") + ")).name"
}

// literal writes a number as a SQL double that reads back as the same bits.
func literal(x float64) string {
	s := strconv.FormatFloat(x, 'g', -1, 64) + "D"
	if x < 0 {
		return "(" + s + ")"
	}
	return s
}

// quote writes a SQL string.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
