package evidence

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/peacestate/peacestate/spark-jobs/internal/audit"
	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

// gapsPerQuery is how many gaps are asked for at once.
const gapsPerQuery = 5000

// A Snapshot is one state of the table that keeps a topic.
type Snapshot struct {
	spark *engine.Engine
	table string
	id    int64
	none  bool // no table, or nothing was ever committed to it
}

// Newest is the newest snapshot of a topic's table. A table that does not
// exist is an empty archive.
func Newest(ctx context.Context, spark *engine.Engine, topic string) (Snapshot, error) {
	s := Snapshot{spark: spark, table: lake.Table(topic)}
	err := spark.Refresh(ctx, s.table)
	if errors.Is(err, engine.ErrNoTable) {
		s.none = true
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("refresh %s: %w", s.table, err)
	}
	rows, err := s.integers(ctx, "find the newest snapshot", audit.SnapshotSQL(s.table), 1)
	if err != nil {
		return s, err
	}
	if s.none = len(rows) == 0; !s.none {
		s.id = rows[0][0]
	}
	return s, nil
}

// ErrTooEarly says that no snapshot of that time is known, or ever was.
var ErrTooEarly = errors.New("too early")

// At is the snapshot of a topic's table that was the newest at a time. The
// error wraps ErrTooEarly when there was none, or it is forgotten.
func At(ctx context.Context, spark *engine.Engine, topic string, at time.Time) (Snapshot, error) {
	s, err := Newest(ctx, spark, topic)
	if err != nil || s.none {
		return s, err
	}
	result, err := spark.Query(ctx, audit.SnapshotAtSQL(s.table, at.UnixMilli()))
	if err != nil {
		return s, fmt.Errorf("find the snapshot of %s: %w", s.table, err)
	}
	if len(result.Rows) != 1 || len(result.Rows[0]) != 2 {
		return s, fmt.Errorf("find the snapshot of %s: Spark answered %v", s.table, result.Rows)
	}
	id, found := result.Rows[0][0].(int64)
	if !found {
		oldest, _ := result.Rows[0][1].(int64) // there is one, as the table is not empty
		return s, fmt.Errorf("%s is %w: the oldest snapshot of %s that is kept is of %s", at.UTC().Format(time.RFC3339), ErrTooEarly,
			s.table, time.UnixMilli(oldest).UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	s.id = id
	return s, nil
}

// Ends is one more than the highest offset archived, by partition.
func (s Snapshot) Ends(ctx context.Context) (map[int32]int64, error) {
	ends := map[int32]int64{}
	if s.none {
		return ends, nil
	}
	rows, err := s.integers(ctx, "find the ends", audit.EndsSQL(s.table, s.id), 2)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		ends[int32(row[0])] = row[1]
	}
	return ends, nil
}

// Count counts the archived rows of every span, in the order of the spans.
func (s Snapshot) Count(ctx context.Context, spans []audit.Span) ([]audit.Archived, error) {
	counted := make([]audit.Archived, len(spans))
	if s.none || len(spans) == 0 {
		return counted, nil
	}
	rows, err := s.integers(ctx, "count the rows", audit.CountSQL(s.table, s.id, spans), 3)
	if err != nil {
		return nil, err
	}
	if len(rows) != len(spans) {
		return nil, fmt.Errorf("count the rows of %s: %d partitions in the answer, not %d", s.table, len(rows), len(spans))
	}
	for i, row := range rows {
		counted[i] = audit.Archived{Rows: row[1], Offsets: row[2]}
	}
	return counted, nil
}

// Gaps lists the offsets of a span that have no row, ascending.
func (s Snapshot) Gaps(ctx context.Context, span audit.Span) ([]audit.Range, error) {
	if s.none {
		return []audit.Range{{First: span.Low, Last: span.High - 1}}, nil
	}
	var gaps []audit.Range
	for rest := span; ; rest.Low = gaps[len(gaps)-1].Last + 1 {
		rows, err := s.integers(ctx, "find the gaps", audit.GapsSQL(s.table, s.id, rest, gapsPerQuery), 2)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			gaps = append(gaps, audit.Range{First: row[0], Last: row[1]})
		}
		if len(rows) < gapsPerQuery {
			return gaps, nil
		}
	}
}

// Repeats lists the first offsets of a span that have several rows, at most
// limit ranges.
func (s Snapshot) Repeats(ctx context.Context, span audit.Span, limit int) ([]audit.Repeat, error) {
	rows, err := s.integers(ctx, "find the repeats", audit.RepeatsSQL(s.table, s.id, span, limit), 3)
	if err != nil {
		return nil, err
	}
	repeats := make([]audit.Repeat, len(rows))
	for i, row := range rows {
		repeats[i] = audit.Repeat{Range: audit.Range{First: row[0], Last: row[1]}, Copies: row[2]}
	}
	return repeats, nil
}

// integers runs a query whose rows are n integers each.
func (s Snapshot) integers(ctx context.Context, doing, query string, n int) ([][]int64, error) {
	result, err := s.spark.Query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", doing, s.table, err)
	}
	if len(result.Columns) != n {
		return nil, fmt.Errorf("%s of %s: Spark answered the columns %v, not %d", doing, s.table, result.Columns, n)
	}
	rows := make([][]int64, len(result.Rows))
	for i, values := range result.Rows {
		rows[i] = make([]int64, n)
		for j := range n {
			value, ok := values[j].(int64)
			if !ok {
				return nil, fmt.Errorf("%s of %s: Spark answered %T for %s", doing, s.table, values[j], result.Columns[j])
			}
			rows[i][j] = value
		}
	}
	return rows, nil
}
