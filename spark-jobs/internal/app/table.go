package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	Columns bool `help:"Also say in how many rows each column has a value."`
	JSON    bool `name:"json" help:"One JSON object a line and table."`
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
		said := render.TableState{Table: lake.Table(topic), State: state}
		if t.Columns {
			if said.Columns, err = columnsOf(ctx, cluster, lake.Table(topic)); err != nil {
				return fmt.Errorf("look at the columns of %s: %w", lake.Table(topic), err)
			}
		}
		states = append(states, said)
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

// columnsOf lists the columns of a table, in its order.
func columnsOf(ctx context.Context, cluster *engine.Engine, table string) ([]lake.Column, error) {
	described, err := cluster.Call(ctx, lake.Describe(table))
	if err != nil {
		return nil, err
	}
	var columns, counted []lake.Column
	for _, row := range described.Rows {
		name, _ := row[0].(string)
		kind, _ := row[1].(string)
		if name == "" || strings.HasPrefix(name, "#") {
			break // what follows is about the partitions
		}
		column := lake.Column{Name: name, Type: kind}
		columns = append(columns, column)
		if !column.Nested() {
			counted = append(counted, column)
		}
	}
	counts, err := cluster.Query(ctx, lake.ColumnsSQL(table, counted))
	if err != nil {
		return nil, err
	}
	for i, column := range columns {
		at := slices.Index(counts.Columns, column.Name)
		if at < 0 || len(counts.Rows) != 1 {
			continue
		}
		if n, ok := counts.Rows[0][at].(int64); ok {
			columns[i].Rows = &n
		}
	}
	return columns, nil
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
