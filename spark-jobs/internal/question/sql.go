package question

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

// A record may be archived more than once. What follows counts it once, each
// way at its own price (docs/decisions/0008).

// onceRiot selects one row per riot_id: the values, each "expression AS name",
// of the copy that Kafka held first. All copies of an id have the same key and
// so the same partition: offsets order them. They are of the same time and
// place, so all or none are in the scope. Riots are few enough to be grouped.
func (s Scope) onceRiot(values ...string) string {
	selected := []string{"riot_id"}
	for _, value := range values {
		expression, name := cutName(value)
		selected = append(selected, fmt.Sprintf("min_by(%s, %s) AS %s", expression, lake.OffsetColumn, name))
	}
	topic := schemas.Riots().Topic
	return fmt.Sprintf("SELECT %s\n  FROM %s%s\n  GROUP BY riot_id", strings.Join(selected, ", "), lake.Table(topic), s.where(topic))
}

// Reports are many. A report_id is a drone and a seq, so reports are counted in
// blocks of a drone's following numbers: seqs has a bit for each number that is
// there, however often. Blocks are 60 long, of the 63 that a BIGINT has without
// its sign: an hour of reports.
const (
	block = "seq DIV 60"
	seqs  = "bit_or(shiftleft(1L, CAST(seq % 60 AS INT)))"
)

// countReports selects how many reports there are for each value of keys, each
// "expression AS name": columns are the names, and reports.
func (s Scope) countReports(keys ...string) string {
	var names []string
	for _, key := range keys {
		_, name := cutName(key)
		names = append(names, name)
	}
	topic, list := schemas.Reports().Topic, strings.Join(names, ", ")
	return fmt.Sprintf(`SELECT %[1]s, sum(bit_count(seqs)) AS reports FROM (
    SELECT drone_id, %[2]s AS block, %[3]s,
      %[4]s AS seqs
    FROM %[5]s%[6]s
    GROUP BY drone_id, block, %[1]s
  ) GROUP BY %[1]s`, list, block, strings.Join(keys, ", "), seqs, lake.Table(topic), s.where(topic))
}

// weighReports is three common table expressions. The last, report, has the
// values, each "expression AS name", of every row, and its weight: 1 for each
// row, and once more for each of n copies, with 1/n - 1. So the weights of a
// report add up to 1, and a sum of weights, rounded, is an exact count. Copies
// are looked for only in blocks that have more rows than numbers. Which those
// are is sent to all tasks first, eight bytes each, in which two blocks may meet
// by chance: then one is looked at in vain. Where there are none, Spark drops
// the second part while the query runs, and the first is one plain scan.
func (s Scope) weighReports(values ...string) string {
	topic := schemas.Reports().Topic
	return fmt.Sprintf(`archived AS (
  SELECT *, xxhash64(drone_id, %[1]s) AS place FROM %[2]s%[3]s
), crowded AS (
  SELECT place FROM archived GROUP BY drone_id, %[1]s, place HAVING count(*) > bit_count(%[4]s)
), report AS (
  SELECT %[5]s, 1D AS weight FROM archived
  UNION ALL
  SELECT %[5]s, 1D / copies - 1 FROM (
    SELECT /*+ BROADCAST(crowded) */ *, count(*) OVER (PARTITION BY drone_id, seq) AS copies
    FROM archived LEFT SEMI JOIN crowded USING (place)
  ) WHERE copies > 1
)`, block, lake.Table(topic), s.where(topic), seqs, strings.Join(values, ",\n    "))
}

// cutName is what "expression AS name" consists of.
func cutName(value string) (expression, name string) {
	i := strings.LastIndex(value, " AS ")
	return value[:i], value[i+len(" AS "):]
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
