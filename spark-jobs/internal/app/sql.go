package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
	"github.com/peacestate/peacestate/spark-jobs/internal/readonly"
	"github.com/peacestate/peacestate/spark-jobs/internal/render"
)

type sqlCommand struct {
	Statement string `arg:"" help:"One statement that reads, in quotes: SELECT, WITH, VALUES, SHOW, DESCRIBE or EXPLAIN. The tables are reports, riots, alerts, maintenance and answers."`
	Limit     int    `default:"1000" placeholder:"ROWS" help:"The most rows to print, up to 10000 (${default}). What is shown or described is not cut."`
	JSON      bool   `name:"json" help:"One JSON object."`
	CSV       bool   `name:"csv" help:"CSV, with a header."`
	spark
}

// Validate checks the arguments, before anything is connected to.
func (s sqlCommand) Validate() error {
	_, _, statement := readonly.Bounded(s.Statement, 1)
	var limit, format error
	if s.Limit < 1 || s.Limit > engine.MaxRows {
		limit = fmt.Errorf("--limit must be 1 to %d, not %d", engine.MaxRows, s.Limit)
	}
	if s.JSON && s.CSV {
		format = errors.New("--json and --csv contradict each other")
	}
	return errors.Join(statement, limit, format, engine.CheckRemote(s.Spark))
}

// Run sends the statement and prints what comes back.
func (s sqlCommand) Run(ctx context.Context, streams service.Streams) error {
	statement, query, err := readonly.Bounded(s.Statement, s.Limit+1) // one row more tells whether there are more
	if err != nil {
		return err
	}
	cluster, err := s.connect(ctx, streams)
	if err != nil {
		return err
	}
	defer cluster.Close()
	if err := cluster.Execute(ctx, "USE "+lake.Namespace); err != nil {
		return fmt.Errorf("use %s: %w; create the tables with 'make tables'", lake.Namespace, err)
	}
	result, err := s.send(ctx, cluster, streams.Err, statement)
	if err != nil {
		return err
	}
	if result.More = query && len(result.Rows) > s.Limit; result.More {
		result.Rows = result.Rows[:s.Limit]
	}
	var text []byte
	switch {
	case s.JSON:
		text, err = result.JSON()
	case s.CSV:
		text, err = result.CSV()
	default:
		text = []byte(result.Text())
	}
	if err != nil {
		return err
	}
	_, err = streams.Out.Write(text)
	return err
}

func (s sqlCommand) send(ctx context.Context, cluster *engine.Engine, terminal io.Writer, statement string) (render.Result, error) {
	defer working(terminal, "sql")()
	began := time.Now()
	result, err := cluster.Call(ctx, statement)
	if err != nil {
		return render.Result{}, err
	}
	return render.Result{Result: result, Took: time.Since(began)}, nil
}
