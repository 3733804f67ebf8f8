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
	"github.com/peacestate/peacestate/spark-jobs/internal/evidence"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
	"github.com/peacestate/peacestate/spark-jobs/internal/question"
	"github.com/peacestate/peacestate/spark-jobs/internal/render"
)

type ask struct {
	Questions []string `arg:"" name:"question" help:"Names of questions (see list), or all."`
	JSON      bool     `name:"json" help:"One JSON object a line and question."`
	asOf
	spark
}

// Validate checks the arguments, before anything is connected to.
func (a ask) Validate() error {
	_, err := a.asked()
	return errors.Join(err, engine.CheckRemote(a.Spark))
}

func (a ask) asked() ([]question.Question, error) {
	if slices.Contains(a.Questions, "all") {
		return question.All(), nil
	}
	var asked []question.Question
	for _, name := range a.Questions {
		q, err := question.Find(name)
		if err != nil {
			return nil, err
		}
		asked = append(asked, q)
	}
	return asked, nil
}

// Run answers the questions, one after the other: each may use the whole
// cluster.
func (a ask) Run(ctx context.Context, streams service.Streams) error {
	asked, err := a.asked()
	if err != nil {
		return err
	}
	cluster, err := a.connect(ctx, streams)
	if err != nil {
		return err
	}
	defer cluster.Close()
	for i, q := range asked {
		answer, err := answer(ctx, cluster, streams.Err, q, a.AsOf)
		if err != nil {
			return err
		}
		if err := a.print(streams.Out, i, answer); err != nil {
			return err
		}
	}
	return nil
}

func answer(ctx context.Context, cluster *engine.Engine, terminal io.Writer, q question.Question, asOf time.Time) (render.Answer, error) {
	began := time.Now()
	defer working(terminal, q.Name)()
	for _, topic := range q.Tables {
		if err := cluster.Refresh(ctx, lake.Table(topic)); errors.Is(err, engine.ErrNoTable) {
			return render.Answer{}, nothingArchived(topic)
		} else if err != nil {
			return render.Answer{}, fmt.Errorf("ask %s: %w", q.Name, err)
		}
	}
	query := q.SQL(question.Scope{})
	if !asOf.IsZero() {
		for _, topic := range q.Tables {
			if _, err := evidence.At(ctx, cluster, topic, asOf); err != nil {
				return render.Answer{}, fmt.Errorf("--as-of: %w", err)
			}
			query = lake.AsOf(query, asOf, lake.Table(topic))
		}
	}
	result, err := cluster.Query(ctx, query)
	if err != nil {
		return render.Answer{}, fmt.Errorf("ask %s: %w", q.Name, err)
	}
	sentence, err := q.Answer(result.Columns, result.Rows)
	return render.Answer{Question: q, Sentence: sentence, Rows: result.Rows, Took: time.Since(began)}, err
}

func (a ask) print(out io.Writer, i int, answer render.Answer) error {
	if a.JSON {
		line, err := answer.JSON()
		if err != nil {
			return err
		}
		_, err = out.Write(line)
		return err
	}
	if i > 0 {
		fmt.Fprintln(out)
	}
	_, err := fmt.Fprint(out, answer.Text())
	return err
}
