package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
	"github.com/peacestate/peacestate/spark-jobs/internal/render"
)

type maintain struct {
	tableNames
	Keep    time.Duration `default:"168h" placeholder:"DURATION" help:"Snapshots younger than this stay, for --as-of; so do the newest 20 (${default})."`
	Orphans time.Duration `default:"72h" placeholder:"DURATION" help:"Files that no snapshot holds go when they are older than this, at least 24h: younger ones may be about to be committed (${default})."`
	JSON    bool          `name:"json" help:"One JSON object a line and table."`
	spark
}

// mostOvertaken is how often a step is begun that the sink's commits, one every
// five seconds, may overtake.
const mostOvertaken = 5

// leastOrphanAge is what Iceberg's procedure insists on.
const leastOrphanAge = 24 * time.Hour

// Validate checks the options, before anything is connected to.
func (m maintain) Validate() error {
	_, err := m.named()
	var keep, orphans error
	if m.Keep < 0 {
		keep = fmt.Errorf("--keep is %s, and cannot be negative", m.Keep)
	}
	if m.Orphans < leastOrphanAge {
		orphans = fmt.Errorf("--orphans must be at least %s, not %s: a file that young may be about to be committed", leastOrphanAge, m.Orphans)
	}
	return errors.Join(err, keep, orphans, engine.CheckRemote(m.Spark))
}

// Run keeps one table after the other in order. It can be repeated, and
// interrupted: each step ends in one commit, or in none.
func (m maintain) Run(ctx context.Context, streams service.Streams) error {
	named, err := m.named()
	if err != nil {
		return err
	}
	cluster, err := m.connect(ctx, streams)
	if err != nil {
		return err
	}
	defer cluster.Close()
	for _, table := range named {
		done, err := m.keep(ctx, cluster, streams.Err, table)
		if err != nil {
			return err
		}
		text := []byte(done.Text())
		if m.JSON {
			if text, err = done.JSON(); err != nil {
				return err
			}
		}
		if _, err := streams.Out.Write(text); err != nil {
			return err
		}
	}
	return nil
}

func (m maintain) keep(ctx context.Context, cluster *engine.Engine, terminal io.Writer, table string) (render.Upkeep, error) {
	began, done := time.Now(), render.Upkeep{Table: table}
	look := func(state *lake.State, took *int64) (err error) {
		defer working(terminal, table)()
		if *state, err = stateOf(ctx, cluster, table); err != nil {
			return err
		}
		scanning := time.Now()
		_, err = cluster.Query(ctx, lake.ScanSQL(table))
		*took = time.Since(scanning).Milliseconds()
		return err
	}
	if err := look(&done.Before, &done.ScanMS[0]); err != nil {
		return done, err
	}
	if done.Before.Snapshots == 0 {
		return done, nil // nothing was ever committed
	}
	var grown lake.State
	for _, step := range []func() error{
		func() (err error) {
			done.Rewrote, err = m.call(ctx, cluster, terminal, lake.Compact(table), "rewritten_data_files_count")
			return err
		},
		func() (err error) {
			if done.Rewrote == 0 { // it would commit the same manifests once more
				return nil
			}
			for range mostOvertaken {
				if _, err = m.call(ctx, cluster, terminal, lake.Tidy(table), ""); !lake.Overtaken(err) {
					break
				}
			}
			return err
		},
		func() (err error) {
			grown, err = stateOf(ctx, cluster, table)
			return err
		},
		func() (err error) {
			_, err = m.call(ctx, cluster, terminal, lake.Expire(table, began.Add(-m.Keep)), "")
			return err
		},
		func() (err error) {
			done.Orphans, err = m.call(ctx, cluster, terminal, lake.RemoveOrphans(table, began.Add(-m.Orphans)), "")
			return err
		},
		func() error { return look(&done.After, &done.ScanMS[1]) },
	} {
		if err := step(); err != nil {
			return done, fmt.Errorf("maintain %s: %w", table, err)
		}
	}
	// The sink may have committed meanwhile.
	done.Expired = max(0, grown.Snapshots-done.After.Snapshots)
	done.TookMS = time.Since(began).Milliseconds()
	return done, nil
}

// call runs a procedure and returns a column of its only row, or how many rows
// there are when none is named.
func (m maintain) call(ctx context.Context, cluster *engine.Engine, terminal io.Writer, statement, column string) (int64, error) {
	defer working(terminal, "maintain")()
	result, err := cluster.Call(ctx, statement)
	if err != nil || column == "" {
		return int64(len(result.Rows)), err
	}
	at := slices.Index(result.Columns, column)
	if at < 0 || len(result.Rows) != 1 {
		return 0, fmt.Errorf("the procedure answered %d rows of %v, without %s", len(result.Rows), result.Columns, column)
	}
	count, ok := result.Rows[0][at].(int64)
	if !ok {
		return 0, fmt.Errorf("the procedure answered %T for %s", result.Rows[0][at], column)
	}
	return count, nil
}
