package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
	"github.com/peacestate/peacestate/spark-jobs/internal/render"
)

// topics are those of some tables, or of all.
type topics struct {
	Topics []string `arg:"" optional:"" name:"topic" help:"Whose tables: reports, riots, alerts (default: all)."`
}

func (t topics) named() ([]string, error) {
	all := []string{schemas.Reports().Topic, schemas.Riots().Topic, schemas.Alerts().Topic}
	for _, name := range t.Topics {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("%q is no archived topic: name reports, riots or alerts", name)
		}
	}
	if len(t.Topics) > 0 {
		return t.Topics, nil
	}
	return all, nil
}

type tableState struct {
	topics
	JSON bool `name:"json" help:"One JSON object a line and table."`
	spark
}

// Validate checks the arguments, before anything is connected to.
func (t tableState) Validate() error {
	_, err := t.named()
	return errors.Join(err, engine.CheckRemote(t.Spark))
}

// Run says what each table consists of.
func (t tableState) Run(ctx context.Context, streams service.Streams) error {
	named, err := t.named()
	if err != nil {
		return err
	}
	cluster, err := t.connect(ctx, streams)
	if err != nil {
		return err
	}
	defer cluster.Close()
	var states []render.TableState
	for _, topic := range named {
		state, err := stateOf(ctx, cluster, topic)
		if err != nil {
			return err
		}
		states = append(states, render.TableState{Table: lake.Table(topic), State: state})
	}
	text := []byte(render.TableStates(states))
	if t.JSON {
		if text, err = render.TableStatesJSON(states); err != nil {
			return err
		}
	}
	_, err = streams.Out.Write(text)
	return err
}

// stateOf reads the metadata of a topic's table as it is now.
func stateOf(ctx context.Context, cluster *engine.Engine, topic string) (lake.State, error) {
	table := lake.Table(topic)
	if err := cluster.Refresh(ctx, table); errors.Is(err, engine.ErrNoTable) {
		return lake.State{}, nothingArchived(topic)
	} else if err != nil {
		return lake.State{}, fmt.Errorf("refresh %s: %w", table, err)
	}
	result, err := cluster.Query(ctx, lake.StateSQL(table))
	if err != nil {
		return lake.State{}, fmt.Errorf("look at %s: %w", table, err)
	}
	if len(result.Rows) != 1 {
		return lake.State{}, fmt.Errorf("look at %s: Spark answered %d rows", table, len(result.Rows))
	}
	return lake.ReadState(result.Rows[0])
}
