package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/spark-jobs/internal/chart"
	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
	"github.com/peacestate/peacestate/spark-jobs/internal/evidence"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
	"github.com/peacestate/peacestate/spark-jobs/internal/question"
	"github.com/peacestate/peacestate/spark-jobs/internal/render"
	"github.com/peacestate/peacestate/spark-jobs/internal/truth"
)

type ask struct {
	Questions []string `arg:"" name:"question" help:"Names of questions (see list), or all."`
	JSON      bool     `name:"json" help:"One JSON object a line and question."`
	CSV       bool     `name:"csv" help:"The rows of one question as CSV, with a header."`
	Chart     string   `placeholder:"FILE" help:"Also draw the answer into FILE.svg or FILE.png; of several questions, each into FILE-question.svg."`
	scope
	Check string `placeholder:"FILE" help:"Compare the answers with what 'simulator truth --json' printed into FILE; exit 1 where they differ. With --since and --until, of that time alone."`
	publication
	asOf
	spark

	truth truth.Truth // of Check, nil without
}

// Validate checks the arguments, before anything is connected to.
func (a *ask) Validate() error {
	asked, unknown := a.asked()
	_, scoped := a.scope.asked()
	return errors.Join(unknown, scoped, a.contradiction(asked), a.checkPublication(), a.checkChart(), a.readTruth(), engine.CheckRemote(a.Spark))
}

// contradiction names options that do not go together.
func (a *ask) contradiction(asked []question.Question) error {
	var problems []error
	for _, c := range []struct {
		wrong bool
		why   string
	}{
		{a.JSON && a.CSV, "--json and --csv contradict each other"},
		{a.CSV && len(asked) > 1, "--csv is one table: name one question"},
		{a.Check != "" && a.District != "", "--check compares with all that a flight saw: leave --district out"},
		{a.Publish && !a.AsOf.IsZero(), "--publish is for answers as of now: leave --as-of out"},
		{a.Every != 0 && a.Check != "", "--every asks again as the archive grows, and --check compares with one that does not"},
	} {
		if c.wrong {
			problems = append(problems, errors.New(c.why))
		}
	}
	return errors.Join(problems...)
}

// checkChart tells whether the chart can be written.
func (a *ask) checkChart() error {
	if a.Chart == "" {
		return nil
	}
	if format := chartFormat(a.Chart); format != chart.SVG && format != chart.PNG {
		return fmt.Errorf("--chart %s must end in .svg or .png", a.Chart)
	}
	if folder, err := os.Stat(filepath.Dir(a.Chart)); err != nil || !folder.IsDir() {
		return fmt.Errorf("--chart %s: there is no folder %s", a.Chart, filepath.Dir(a.Chart))
	}
	return nil
}

func chartFormat(file string) chart.Format {
	return chart.Format(strings.ToLower(strings.TrimPrefix(filepath.Ext(file), ".")))
}

// readTruth reads the file once: it may be a pipe.
func (a *ask) readTruth() error {
	if a.Check == "" || a.truth != nil {
		return nil
	}
	text, err := os.ReadFile(a.Check)
	if err != nil {
		return fmt.Errorf("--check: %w", err)
	}
	if a.truth, err = truth.Read(text); err != nil {
		return fmt.Errorf("--check %s: %w", a.Check, err)
	}
	return nil
}

func (a *ask) asked() ([]question.Question, error) {
	if slices.Contains(a.Questions, "all") {
		return question.All(), nil
	}
	var asked []question.Question
	for _, name := range a.Questions {
		q, err := question.Find(name)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(asked, func(other question.Question) bool { return other.Name == q.Name }) {
			asked = append(asked, q)
		}
	}
	return asked, nil
}

// Run answers the questions, one after the other: each may use the whole
// cluster.
func (a *ask) Run(ctx context.Context, streams service.Streams) error {
	asked, err := a.asked()
	if err != nil {
		return err
	}
	if a.Publish {
		return a.publish(ctx, streams, asked)
	}
	cluster, err := a.connect(ctx, streams)
	if err != nil {
		return err
	}
	defer cluster.Close()
	var wrong []string
	for i, q := range asked {
		answer, err := a.answer(ctx, cluster, streams.Err, q)
		if err != nil {
			return err
		}
		if err := a.show(streams, i, len(asked), answer); err != nil {
			return err
		}
		if verified := answer.Verified(); verified != nil && !*verified {
			wrong = append(wrong, q.Name)
		}
	}
	return judge(wrong)
}

// judge turns the names of questions whose answers differ from the truth into
// the error that decides the exit code.
func judge(wrong []string) error {
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%w: what Spark answers to %s is not the truth of --check: see with 'spark-jobs verify' whether all is archived, "+
		"and whether the truth is of the same flight", service.ErrFinding, strings.Join(wrong, ", "))
}

// answer asks one question about the scope, or about the archive as of a time.
func (a *ask) answer(ctx context.Context, cluster *engine.Engine, terminal io.Writer, q question.Question) (render.Answer, error) {
	scope, err := a.scope.asked()
	if err != nil {
		return render.Answer{}, err
	}
	defer working(terminal, q.Name)()
	if err := refresh(ctx, cluster, q); err != nil {
		return render.Answer{}, err
	}
	query := q.SQL(scope)
	if !a.AsOf.IsZero() {
		for _, topic := range q.Tables {
			if _, err := evidence.At(ctx, cluster, topic, a.AsOf); err != nil {
				return render.Answer{}, fmt.Errorf("--as-of: %w", err)
			}
			query = lake.AsOf(query, a.AsOf, lake.Table(topic))
		}
	}
	answer, err := a.put(ctx, cluster, q, query)
	answer.Scope = scope
	return answer, err
}

// refresh makes the session see the newest snapshots of a question's tables.
func refresh(ctx context.Context, cluster *engine.Engine, q question.Question) error {
	for _, topic := range q.Tables {
		if err := cluster.Refresh(ctx, lake.Table(topic)); errors.Is(err, engine.ErrNoTable) {
			return nothingArchived(topic)
		} else if err != nil {
			return fmt.Errorf("ask %s: %w", q.Name, err)
		}
	}
	return nil
}

// put runs the query of a question, checks what comes back and compares it
// with the truth, if there is one.
func (a *ask) put(ctx context.Context, cluster *engine.Engine, q question.Question, query string) (render.Answer, error) {
	began := time.Now()
	result, err := cluster.Query(ctx, query)
	if err != nil {
		return render.Answer{}, fmt.Errorf("ask %s: %w", q.Name, err)
	}
	sentence, err := q.Answer(result.Columns, result.Rows)
	answer := render.Answer{Question: q, Sentence: sentence, Rows: result.Rows, Asked: began, Took: time.Since(began)}
	if err == nil && a.truth != nil {
		answer.Compared = &render.Comparison{Known: a.truth.Knows(q.Name)}
		if answer.Compared.Known {
			answer.Compared.Difference = a.truth.Difference(q, result.Rows)
		}
	}
	return answer, err
}

// show prints an answer, the i-th of so many, and writes its chart.
func (a *ask) show(streams service.Streams, i, of int, answer render.Answer) error {
	var text []byte
	var err error
	switch {
	case a.JSON:
		text, err = answer.JSON()
	case a.CSV:
		text, err = answer.CSV()
	default:
		text = []byte(answer.Text(terminal(streams.Out)))
		if i > 0 {
			text = append([]byte("\n"), text...)
		}
	}
	if err != nil {
		return err
	}
	if _, err := streams.Out.Write(text); err != nil {
		return err
	}
	if a.CSV && answer.Compared != nil { // its table has no place for it
		fmt.Fprintf(streams.Err, "%s: %s", answer.Question.Name, answer.VerdictText())
	}
	if a.Chart == "" {
		return nil
	}
	return a.draw(streams, of, answer)
}

// draw writes the chart of an answer.
func (a *ask) draw(streams service.Streams, of int, answer render.Answer) error {
	file := a.Chart
	if of > 1 {
		end := filepath.Ext(file)
		file = strings.TrimSuffix(file, end) + "-" + answer.Question.Name + end
	}
	title := answer.Sentence
	if said := render.ScopeText(answer.Scope); said != "" {
		title += " (" + said + ")"
	}
	picture, err := chart.Of(answer.Question, answer.Rows).Picture(title, chartFormat(file))
	if errors.Is(err, chart.ErrNothing) {
		streams.Log.Warn("no chart is drawn: the answer has no rows", "question", answer.Question.Name)
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, picture, 0o644); err != nil {
		return fmt.Errorf("write the chart: %w", err)
	}
	fmt.Fprintf(streams.Err, "drawn: %s\n", file)
	return nil
}
