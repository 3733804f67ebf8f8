package audit

import (
	"fmt"
	"strings"

	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

// The queries count on the server. A column of a span is always named with it:
// a table may have one of the same name, as maintenance has part. Each names the snapshot of the table that
// it reads, so that all see the same rows while the sink goes on.

// SnapshotSQL returns the id of the table's newest snapshot, or no row when
// nothing was ever committed.
func SnapshotSQL(table string) string {
	return fmt.Sprintf("SELECT snapshot_id FROM %s.refs WHERE name = 'main'", table)
}

// SnapshotAtSQL returns, in one row, the id of the newest snapshot that was
// committed by a time, and when the oldest that is still known was, both in
// Unix milliseconds; either is null when there is none.
func SnapshotAtSQL(table string, atMS int64) string {
	return fmt.Sprintf(`SELECT max_by(snapshot_id, made_current_at) FILTER (WHERE unix_millis(made_current_at) <= %d) AS newest,
  min(unix_millis(made_current_at)) AS oldest
FROM %s.history WHERE is_current_ancestor`, atMS, table)
}

// EndsSQL returns partition and one more than the highest offset archived.
func EndsSQL(table string, snapshot int64) string {
	return fmt.Sprintf("SELECT %[1]s AS part, max(%s) + 1 AS past FROM %s VERSION AS OF %d GROUP BY %[1]s",
		lake.PartitionColumn, lake.OffsetColumn, table, snapshot)
}

// CountSQL returns partition, rows and distinct offsets of every span, in the
// order of the partitions. Distinct offsets are counted in bitmaps of 32,768
// offsets each: that is exact, and no single offset is shuffled.
func CountSQL(table string, snapshot int64, spans []Span) string {
	return fmt.Sprintf(`WITH span (part, low, high) AS (
  VALUES %s
), block AS (
  SELECT span.part, count(*) AS copies,
    bitmap_count(bitmap_construct_agg(bitmap_bit_position(%[3]s))) AS offsets
  FROM %[4]s VERSION AS OF %[5]d JOIN span ON %[2]s = span.part AND %[3]s >= span.low AND %[3]s < span.high
  GROUP BY span.part, bitmap_bucket_number(%[3]s)
), counted AS (
  SELECT part, sum(copies) AS copies, sum(offsets) AS offsets FROM block GROUP BY part
)
SELECT part, coalesce(copies, 0) AS copies, coalesce(offsets, 0) AS offsets
FROM span LEFT JOIN counted USING (part) ORDER BY part`,
		spanValues(spans), lake.PartitionColumn, lake.OffsetColumn, table, snapshot)
}

// spanValues are rows of partition, low and high.
func spanValues(spans []Span) string {
	values := make([]string, len(spans))
	for i, s := range spans {
		values[i] = fmt.Sprintf("(%d, %dL, %dL)", s.Partition, s.Low, s.High)
	}
	return strings.Join(values, ", ")
}

// GapsSQL returns first and last of the ranges of offsets of a span that have
// no row, ascending, the first limit of them.
func GapsSQL(table string, snapshot int64, s Span, limit int) string {
	return fmt.Sprintf(`WITH seen AS (
  %s
  UNION SELECT %[3]dL -- the end of the span closes the last gap
), step AS (
  SELECT pos, coalesce(lag(pos) OVER (ORDER BY pos) + 1, %[2]dL) AS due FROM seen
)
SELECT due AS first, pos - 1 AS last FROM step WHERE pos > due ORDER BY first LIMIT %[4]d`,
		offsetsSQL(table, snapshot, s), s.Low, s.High, limit)
}

// RepeatsSQL returns first, last and copies of the ranges of offsets of a span
// that have several rows, ascending, the first limit of them.
func RepeatsSQL(table string, snapshot int64, s Span, limit int) string {
	return fmt.Sprintf(`WITH repeated AS (
  SELECT pos, count(*) AS copies FROM (
  %s
  ) GROUP BY pos HAVING count(*) > 1
), run AS (
  -- Within a run of offsets, offset and row number grow alike.
  SELECT *, pos - row_number() OVER (PARTITION BY copies ORDER BY pos) AS run FROM repeated
)
SELECT min(pos) AS first, max(pos) AS last, copies FROM run GROUP BY copies, run ORDER BY first LIMIT %d`,
		offsetsSQL(table, snapshot, s), limit)
}

// offsetsSQL returns the offset of every archived row of a span.
func offsetsSQL(table string, snapshot int64, s Span) string {
	return fmt.Sprintf(`SELECT %[2]s AS pos FROM %[3]s VERSION AS OF %[4]d
  WHERE %[1]s = %[5]d AND %[2]s >= %[6]d AND %[2]s < %[7]d`,
		lake.PartitionColumn, lake.OffsetColumn, table, snapshot, s.Partition, s.Low, s.High)
}
