package evidence

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/spark-jobs/internal/audit"
	"github.com/peacestate/peacestate/spark-jobs/internal/manifest"
)

// namedDrones is of how many drones unseen numbers are named.
const namedDrones = 5

// Below counts the rows of what Kafka held once and does not any more, by
// partition.
func (s Snapshot) Below(ctx context.Context, held []audit.Span) (map[int32]int64, error) {
	deleted := func(span audit.Span) bool { return span.Low > 0 }
	if s.none || !slices.ContainsFunc(held, deleted) {
		return nil, nil
	}
	rows, err := s.integers(ctx, "count what Kafka has deleted", audit.BelowSQL(s.table, s.id, held), 2)
	below := map[int32]int64{}
	for _, row := range rows {
		below[int32(row[0])] = row[1]
	}
	return below, err
}

// Rows looks at ids and days of a topic's rows: within spans, or all when they
// are nil.
func (s Snapshot) Rows(ctx context.Context, topic, id string, spans []audit.Span) (audit.Table, error) {
	t := audit.Table{Topic: topic}
	if s.none {
		return t, nil
	}
	part := audit.Part{Table: s.table, Snapshot: s.id, Spans: spans}
	rows, err := s.integers(ctx, "look at the rows", part.RowsSQL(id), 3)
	if err != nil {
		return t, err
	}
	if len(rows) != 1 {
		return t, fmt.Errorf("look at the rows of %s: Spark answered %d rows", s.table, len(rows))
	}
	t.Rows, t.Hidden, t.WrongDay = rows[0][0], rows[0][0]-rows[0][1], rows[0][2]
	return t, nil
}

// Reports does what Rows does for the table of reports, and looks at their
// numbers; setAside is how many dead letters each drone has.
func (s Snapshot) Reports(ctx context.Context, spans []audit.Span, setAside map[string]int64, limit int) (audit.Table, error) {
	t := audit.Table{Topic: schemas.Reports().Topic, Seqs: &audit.Seqs{}}
	if s.none {
		return t, nil
	}
	part := audit.Part{Table: s.table, Snapshot: s.id, Spans: spans}
	result, err := s.spark.Query(ctx, part.ReportsSQL(setAside, namedDrones))
	if err != nil {
		return t, fmt.Errorf("look at the rows of %s: %w", s.table, err)
	}
	if len(result.Rows) != 1 || len(result.Rows[0]) != 8 {
		return t, fmt.Errorf("look at the rows of %s: Spark answered %v", s.table, result.Rows)
	}
	row := result.Rows[0]
	var ids int64
	for i, to := range []*int64{&t.Rows, &ids, &t.WrongDay, &t.Seqs.Drones, &t.Seqs.WithGaps, &t.Seqs.Unseen, &t.Seqs.SetAside} {
		var ok bool
		if *to, ok = row[i].(int64); !ok {
			return t, fmt.Errorf("look at the rows of %s: Spark answered %T for %s", s.table, row[i], result.Columns[i])
		}
	}
	t.Hidden = t.Rows - ids
	names, _ := row[7].(string)
	drones := slices.DeleteFunc(strings.Split(names, ","), func(name string) bool { return !audit.Plain(name) })
	if len(drones) == 0 {
		return t, nil
	}
	t.Seqs.UnseenAt, err = s.unseen(ctx, part.UnseenSQL(drones, limit))
	return t, err
}

func (s Snapshot) unseen(ctx context.Context, query string) ([]audit.DroneRange, error) {
	result, err := s.spark.Query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("find the unseen reports of %s: %w", s.table, err)
	}
	var unseen []audit.DroneRange
	for _, row := range result.Rows {
		if len(row) != 3 {
			return nil, fmt.Errorf("find the unseen reports of %s: Spark answered %v", s.table, row)
		}
		drone, isText := row[0].(string)
		first, isFirst := row[1].(int64)
		last, isLast := row[2].(int64)
		if !isText || !isFirst || !isLast {
			return nil, fmt.Errorf("find the unseen reports of %s: Spark answered %v", s.table, row)
		}
		unseen = append(unseen, audit.DroneRange{DroneID: drone, Range: audit.Range{First: first, Last: last}})
	}
	return unseen, nil
}

// compare is the row that manifest.SQL returns.
func (s Snapshot) compare(ctx context.Context, reports []manifest.Listed, letters map[string]bool, limit int) ([]any, error) {
	if s.none {
		return manifest.Nothing(reports, letters, limit), nil
	}
	result, err := s.spark.Query(ctx, manifest.SQL(s.table, s.id, reports, letters, limit))
	if err != nil {
		return nil, fmt.Errorf("compare %s with the manifest: %w", s.table, err)
	}
	if len(result.Rows) != 1 {
		return nil, fmt.Errorf("compare %s with the manifest: Spark answered %d rows", s.table, len(result.Rows))
	}
	return result.Rows[0], nil
}
