package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
	"github.com/peacestate/peacestate/spark-jobs/internal/render"
)

// tableNames are those of some tables of the lake, or of all.
type tableNames struct {
	Tables []string `arg:"" optional:"" name:"table" help:"Some of reports, riots, alerts, maintenance, answers (default: all)."`
}

// named returns Spark's names of the tables.
func (t tableNames) named() ([]string, error) {
	names := t.Tables
	if len(names) == 0 {
		names = []string{"reports", "riots", "alerts", "maintenance", "answers"}
	}
	tables := make([]string, len(names))
	for i, name := range names {
		tables[i] = lake.Table(name)
		if !slices.Contains(lake.Tables(), tables[i]) {
			return nil, fmt.Errorf("%q is no table of the lake: name some of reports, riots, alerts, maintenance, answers", name)
		}
	}
	return tables, nil
}

type tableState struct {
	tableNames
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
	for _, table := range named {
		state, err := stateOf(ctx, cluster, table)
		if err != nil {
			return err
		}
		said := render.TableState{Table: table, State: state}
		if t.Columns {
			if said.Columns, err = columnsOf(ctx, cluster, table); err != nil {
				return fmt.Errorf("look at the columns of %s: %w", table, err)
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

// stateOf reads the metadata of a table as it is now.
func stateOf(ctx context.Context, cluster *engine.Engine, table string) (lake.State, error) {
	if err := cluster.Refresh(ctx, table); errors.Is(err, engine.ErrNoTable) {
		return lake.State{}, fmt.Errorf("Spark knows no table %s: create it with 'make tables'", table)
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
