package lake

import (
	"fmt"
	"strings"
)

// State is what a table consists of, by its metadata: no row is read. Times
// are Unix milliseconds; nil is what there is none of.
type State struct {
	Rows  int64 `json:"rows"`
	Days  int64 `json:"days"` // partitions with rows; 0 for answers, which have none
	Files int64 `json:"files"`
	Bytes int64 `json:"bytes"`
	// Small is how many of the files are below SmallFile.
	Small       int64  `json:"small_files"`
	SmallestB   *int64 `json:"smallest_file_bytes"`
	MedianB     *int64 `json:"median_file_bytes"`
	LargestB    *int64 `json:"largest_file_bytes"`
	DeleteFiles int64  `json:"delete_files"`
	Manifests   int64  `json:"manifests"`
	Snapshots   int64  `json:"snapshots"`
	Oldest      *int64 `json:"oldest_snapshot_ms"`
	Newest      *int64 `json:"newest_snapshot_ms"`
}

// SmallFile is the size in bytes below which opening a file costs more than
// reading it.
const SmallFile = 8 << 20

// StateSQL returns the one row that ReadState takes.
func StateSQL(table string) string {
	days := "count(DISTINCT partition)"
	if table == Answers {
		days = "0L"
	}
	return fmt.Sprintf(`WITH data AS (
  SELECT coalesce(sum(record_count), 0L) AS kept, %[3]s AS days, count(*) AS files,
    coalesce(sum(file_size_in_bytes), 0L) AS bytes, count_if(file_size_in_bytes < %[2]d) AS small,
    min(file_size_in_bytes) AS smallest, percentile_approx(file_size_in_bytes, 0.5) AS median, max(file_size_in_bytes) AS largest
  FROM %[1]s.data_files
), removed AS (
  SELECT count(*) AS delete_files FROM %[1]s.delete_files
), listed AS (
  SELECT count(*) AS manifests FROM %[1]s.manifests
), history AS (
  SELECT count(*) AS snapshots, min(unix_millis(committed_at)) AS oldest, max(unix_millis(committed_at)) AS newest FROM %[1]s.snapshots
)
SELECT * FROM data CROSS JOIN removed CROSS JOIN listed CROSS JOIN history`, table, SmallFile, days)
}

// A Column is one column of a table.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
	// Rows is in how many rows it has a value; nil for arrays, of which the
	// metadata does not tell.
	Rows *int64 `json:"rows"`
}

// Nested reports whether the column is made of others.
func (c Column) Nested() bool { return strings.ContainsRune(c.Type, '<') }

// Describe returns name, type and comment of every column, then more.
func Describe(table string) string { return "DESCRIBE TABLE " + table }

// ColumnsSQL returns, in one row, in how many rows each column has a value. A
// file that is older than a column has none.
func ColumnsSQL(table string, columns []Column) string {
	counts := make([]string, len(columns))
	for i, c := range columns {
		counts[i] = fmt.Sprintf("sum(coalesce(readable_metrics.%[1]s.value_count - readable_metrics.%[1]s.null_value_count, 0L)) AS %[1]s", c.Name)
	}
	return fmt.Sprintf("SELECT %s FROM %s.data_files", strings.Join(counts, ", "), table)
}

// ReadState takes the columns of StateSQL.
func ReadState(row []any) (s State, err error) {
	err = scan(row, &s.Rows, &s.Days, &s.Files, &s.Bytes, &s.Small, &s.SmallestB, &s.MedianB, &s.LargestB,
		&s.DeleteFiles, &s.Manifests, &s.Snapshots, &s.Oldest, &s.Newest)
	if err != nil {
		return State{}, fmt.Errorf("read the state of a table: %w", err)
	}
	return s, nil
}
