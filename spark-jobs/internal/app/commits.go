package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
	"github.com/peacestate/peacestate/spark-jobs/internal/render"
)

type commits struct {
	Topic string        `arg:"" optional:"" enum:"reports,riots,alerts,maintenance" default:"reports" help:"Whose table: reports, riots, alerts or maintenance (${default})."`
	Since time.Duration `default:"1h" placeholder:"DURATION" help:"How far to look back (${default})."`
	JSON  bool          `name:"json" help:"One JSON object."`
	spark
}

// Validate checks the options, before anything is connected to.
func (c commits) Validate() error {
	var since error
	if c.Since <= 0 {
		since = fmt.Errorf("--since must be more than zero, not %s", c.Since)
	}
	return errors.Join(since, engine.CheckRemote(c.Spark))
}

// Run says how the sink has been committing.
func (c commits) Run(ctx context.Context, streams service.Streams) error {
	cluster, err := c.connect(ctx, streams)
	if err != nil {
		return err
	}
	defer cluster.Close()
	table := lake.Table(c.Topic)
	if err := cluster.Refresh(ctx, table); errors.Is(err, engine.ErrNoTable) {
		return nothingArchived(c.Topic)
	} else if err != nil {
		return fmt.Errorf("refresh %s: %w", table, err)
	}
	found, err := c.look(ctx, cluster, streams, table)
	if err != nil {
		return fmt.Errorf("look at the commits to %s: %w", table, err)
	}
	text := []byte(render.Commits(c.Topic, c.Since, found))
	if c.JSON {
		if text, err = render.CommitsJSON(found); err != nil {
			return err
		}
	}
	_, err = streams.Out.Write(text)
	return err
}

func (c commits) look(ctx context.Context, cluster *engine.Engine, streams service.Streams, table string) (lake.Commits, error) {
	defer working(streams.Err, "commits")()
	result, err := cluster.Query(ctx, lake.CommitsSQL(table, time.Now().Add(-c.Since)))
	if err != nil {
		return lake.Commits{}, err
	}
	if len(result.Rows) != 1 {
		return lake.Commits{}, fmt.Errorf("Spark answered %d rows", len(result.Rows))
	}
	return lake.ReadCommits(result.Rows[0])
}
