package lake

import (
	"fmt"
	"strings"
	"time"
)

// Answers is Spark's name of the table of what the archive was asked: a row
// for each question and time that `spark-jobs ask --publish` was run. The sink
// does not know it.
const Answers = Namespace + ".answers"

// Tables lists Spark's names of all tables of the lake.
func Tables() []string {
	var tables []string
	for _, d := range Definitions() {
		tables = append(tables, d.Table)
	}
	return append(tables, Answers)
}

// CreateAnswers is the statement that creates the table of answers where there
// is none.
func CreateAnswers() string {
	return fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %s (
  question STRING COMMENT 'its name',
  asked_at TIMESTAMP COMMENT 'when Spark began to answer',
  took_s DOUBLE COMMENT 'seconds that it took',
  sentence STRING COMMENT 'the answer in one sentence',
  verified BOOLEAN COMMENT 'whether it is what the simulator foretold; null: not compared',
  rows_read BIGINT COMMENT 'rows of the tables that it was read from, as of then',
  data_from TIMESTAMP COMMENT 'event time of the first of these rows',
  data_to TIMESTAMP COMMENT 'event time of the last',
  answer STRING COMMENT 'all of it as JSON, as in topic answers (docs/answers.md)'
) USING iceberg
TBLPROPERTIES (
  'write.metadata.delete-after-commit.enabled' = 'true',
  'write.metadata.previous-versions-max' = '20'
)`, Answers)
}

// An Answer is a row of the table of answers.
type Answer struct {
	Question string
	AskedAt  time.Time
	TookS    float64
	Sentence string
	Verified *bool
	Rows     int64
	From, To *time.Time // nil when there are no rows
	JSON     string
}

// InsertAnswers is the statement that adds rows, of which there must be one at
// least.
func InsertAnswers(answers []Answer) string {
	rows := make([]string, len(answers))
	for i, a := range answers {
		verified := "NULL"
		if a.Verified != nil {
			verified = fmt.Sprint(*a.Verified)
		}
		rows[i] = fmt.Sprintf("(%s, %s, %sD, %s, %s, %dL, %s, %s, %s)", text(a.Question), Timestamp(a.AskedAt),
			fmt.Sprintf("%.3f", a.TookS), text(a.Sentence), verified, a.Rows, maybe(a.From), maybe(a.To), text(a.JSON))
	}
	return fmt.Sprintf("INSERT INTO %s VALUES\n%s", Answers, strings.Join(rows, ",\n"))
}

func maybe(t *time.Time) string {
	if t == nil {
		return "NULL"
	}
	return Timestamp(*t)
}

// text writes a SQL string. Spark would replace ${name} before it parses.
func text(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, `$`, `\u0024`).Replace(s) + "'"
}

// A Range is what a table holds.
type Range struct {
	Rows     int64
	From, To *time.Time // event times of the first and the last; nil when there are no rows
}

// RangeSQL returns the one row that ReadRange takes. Iceberg answers it from
// the table's metadata, as long as no row was deleted.
func RangeSQL(table string) string {
	return fmt.Sprintf("SELECT count(*) AS n, unix_millis(min(%[2]s)) AS first, unix_millis(max(%[2]s)) AS last FROM %[1]s", table, EventTime(table))
}

// ReadRange takes the columns of RangeSQL.
func ReadRange(row []any) (r Range, err error) {
	var first, last *int64
	if err := scan(row, &r.Rows, &first, &last); err != nil {
		return Range{}, fmt.Errorf("read the range of a table: %w", err)
	}
	for _, end := range []struct {
		ms *int64
		to **time.Time
	}{{first, &r.From}, {last, &r.To}} {
		if end.ms != nil {
			at := time.UnixMilli(*end.ms).UTC()
			*end.to = &at
		}
	}
	return r, nil
}

// AsOfSnapshot is a query that reads a table as one snapshot of it is; see
// AsOf for how it must stand in it.
func AsOfSnapshot(query, table string, snapshot int64) string {
	return pinned(query, table, fmt.Sprintf("VERSION AS OF %d", snapshot))
}
