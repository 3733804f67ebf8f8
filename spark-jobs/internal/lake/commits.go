package lake

import (
	"fmt"
	"time"
)

// Commits is how the sink has been committing to a table: what it appended
// since a time, and how long records were on their way. Compactions do not
// count. Times are Unix milliseconds, durations milliseconds; nil is what
// there is none of.
type Commits struct {
	Commits int64 `json:"commits"`
	Rows    int64 `json:"rows"`
	Bytes   int64 `json:"bytes"` // of the files
	Files   int64 `json:"files"`
	// RowsPerS is what all commits but the first appended, in the time from
	// the first to the last; 0 when there are less than two.
	RowsPerS float64 `json:"rows_per_s"`
	First    *int64  `json:"first_commit_ms"`
	Last     *int64  `json:"last_commit_ms"`
	// LongestPause is the longest time between two commits.
	LongestPause *int64 `json:"longest_pause_ms"`
	// The lag of a row is the time from when its record was sent to Kafka until
	// the commit that made it readable. A file that was compacted has none.
	LagP50 *int64 `json:"lag_p50_ms"`
	LagP95 *int64 `json:"lag_p95_ms"`
	LagMax *int64 `json:"lag_max_ms"`
}

// CommitsSQL returns the one row that ReadCommits takes.
func CommitsSQL(table string, since time.Time) string {
	return fmt.Sprintf(`WITH appended AS (
  SELECT snapshot_id, unix_millis(committed_at) AS at,
    CAST(summary['added-records'] AS BIGINT) AS added,
    CAST(summary['added-files-size'] AS BIGINT) AS size,
    CAST(summary['added-data-files'] AS BIGINT) AS files
  FROM %[1]s.snapshots WHERE operation = 'append' AND unix_millis(committed_at) >= %[2]d
), step AS (
  SELECT *, at - lag(at) OVER (ORDER BY at) AS pause FROM appended
), total AS (
  SELECT count(*) AS commits, coalesce(sum(added), 0) AS added,
    coalesce(sum(CASE WHEN pause IS NOT NULL THEN added END) * 1000.0D / (max(at) - min(at)), 0D) AS per_s,
    coalesce(sum(size), 0) AS size, coalesce(sum(files), 0) AS files,
    min(at) AS first, max(at) AS last, max(pause) AS longest
  FROM step
), late AS (
  SELECT at - unix_millis(%[3]s) AS lag
  FROM %[1]s AS kept
  JOIN (SELECT data_file.file_path AS file, at FROM %[1]s.entries JOIN appended USING (snapshot_id) WHERE status < 2) AS made
    ON kept._file = made.file
), on_the_way AS (
  SELECT percentile_approx(lag, 0.5) AS p50, percentile_approx(lag, 0.95) AS p95, max(lag) AS longest_lag FROM late
)
SELECT commits, added, size, files, per_s, first, last, longest, p50, p95, longest_lag FROM total CROSS JOIN on_the_way`,
		table, since.UnixMilli(), TimestampColumn)
}

// ReadCommits takes the columns of CommitsSQL.
func ReadCommits(row []any) (c Commits, err error) {
	err = scan(row,
		&c.Commits, &c.Rows, &c.Bytes, &c.Files, &c.RowsPerS, &c.First, &c.Last, &c.LongestPause, &c.LagP50, &c.LagP95, &c.LagMax)
	if err != nil {
		return Commits{}, fmt.Errorf("read the commits: %w", err)
	}
	return c, nil
}
