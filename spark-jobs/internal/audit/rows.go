package audit

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

// A Part is the rows that the checks of a table look at: those of one
// snapshot, all of them or those within spans.
type Part struct {
	Table    string // Spark's name
	Snapshot int64
	Spans    []Span // nil: all rows
}

// from is the rows, as it stands behind FROM.
func (p Part) from() string {
	rows := fmt.Sprintf("%s VERSION AS OF %d", p.Table, p.Snapshot)
	if p.Spans == nil {
		return rows
	}
	return fmt.Sprintf("%s JOIN (VALUES %s) AS span (part, low, high) ON %[3]s = span.part AND %[4]s >= span.low AND %[4]s < span.high",
		rows, spanValues(p.Spans), lake.PartitionColumn, lake.OffsetColumn)
}

// wrongDay counts the rows that lie in the partition of another day. The
// partition is what Iceberg's metadata says of the row's file.
func (p Part) wrongDay() string {
	day := lake.EventTime(p.Table)
	return fmt.Sprintf("count_if(NOT (CAST(%[1]s AS DATE) <=> _partition.%[1]s_day))", day)
}

// RowsSQL returns, in one row, how many rows there are, how many ids, and how
// many rows lie on a wrong day.
func (p Part) RowsSQL(id string) string {
	return fmt.Sprintf("SELECT count(*) AS copies, count(DISTINCT %s) AS ids, %s AS elsewhere FROM %s", id, p.wrongDay(), p.from())
}

// ReportsSQL returns, in one row, what RowsSQL does for the table of reports,
// and then: drones, how many of them have gaps in their numbers, how many
// numbers are in the gaps, how many of these dead letters account for, and the
// names of the first drones for whom they do not, at most some, with commas.
// A drone's dead letters account for as many of its unseen numbers.
//
// A report's id is its drone and its number, so ids are counted as numbers:
// 64 of a drone make one word of bits, which is exact and keeps ids out of the
// shuffle.
func (p Part) ReportsSQL(setAside map[string]int64, some int) string {
	return fmt.Sprintf(`WITH word AS (
  SELECT drone_id, shiftright(seq, 6) AS word, bit_or(shiftleft(1L, CAST(seq & 63 AS INT))) AS bits,
    min(seq) AS first, max(seq) AS last, count(*) AS copies, %s AS elsewhere
  FROM %s
  GROUP BY drone_id, word
), drone AS (
  SELECT drone_id, sum(copies) AS copies, sum(bit_count(bits)) AS seqs, max(last) - min(first) + 1 - sum(bit_count(bits)) AS unseen,
    sum(elsewhere) AS elsewhere
  FROM word GROUP BY drone_id
), aside AS (
  SELECT explode(str_to_map('%s', ',', '=')) AS (drone_id, letters)
), known AS (
  SELECT drone.*, least(unseen, coalesce(CAST(letters AS BIGINT), 0L)) AS set_aside FROM drone LEFT JOIN aside USING (drone_id)
)
SELECT coalesce(sum(copies), 0L) AS copies, coalesce(sum(seqs), 0L) AS seqs, coalesce(sum(elsewhere), 0L) AS elsewhere,
  count(*) AS drones, count_if(unseen > 0) AS with_gaps,
  CAST(least(coalesce(sum(CAST(unseen AS DECIMAL(20))), 0), %d) AS BIGINT) AS unseen, coalesce(sum(set_aside), 0L) AS set_aside,
  array_join(slice(array_sort(collect_list(CASE WHEN unseen > set_aside THEN drone_id END)), 1, %d), ',') AS named
FROM known`, p.wrongDay(), p.from(), counts(setAside), int64(1<<62), some)
}

// counts is what str_to_map reads: "drone-000001=3,drone-000002=1".
func counts(of map[string]int64) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, fmt.Sprintf("%s=%d", key, of[key]))
	}
	return strings.Join(parts, ",")
}

// UnseenSQL returns drone, first and last of the ranges of numbers that were
// not seen between the first and the last of each of some drones, the first
// limit of them.
func (p Part) UnseenSQL(drones []string, limit int) string {
	return fmt.Sprintf(`WITH seen AS (
  SELECT DISTINCT drone_id, seq FROM %s
  WHERE drone_id IN ('%s')
), step AS (
  SELECT drone_id, seq, lag(seq) OVER (PARTITION BY drone_id ORDER BY seq) AS earlier FROM seen
)
SELECT drone_id, earlier + 1 AS first, seq - 1 AS last FROM step WHERE seq - earlier > 1 ORDER BY drone_id, first LIMIT %d`,
		p.from(), strings.Join(drones, "', '"), limit)
}

// BelowSQL returns partition and rows of what lies below the spans.
func BelowSQL(table string, snapshot int64, spans []Span) string {
	return fmt.Sprintf(`SELECT span.part, count(*) AS copies
FROM %[1]s VERSION AS OF %[2]d JOIN (VALUES %[3]s) AS span (part, low, high) ON %[4]s = span.part AND %[5]s < span.low
GROUP BY span.part`, table, snapshot, spanValues(spans), lake.PartitionColumn, lake.OffsetColumn)
}

// Plain reports whether a drone's name can stand in a query as it is.
func Plain(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_'
	})
}
