package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
	"github.com/peacestate/peacestate/spark-jobs/internal/journal"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance"
	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/feature"
	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/model"
	"github.com/peacestate/peacestate/spark-jobs/internal/question"
	"github.com/peacestate/peacestate/spark-jobs/internal/render"
)

// maintenanceCommands foretell which drones fail.
type maintenanceCommands struct {
	Train    trainCommand    `cmd:"" help:"Learn from the archive which drones fail within a week, and write a model file."`
	Evaluate evaluateCommand `cmd:"" help:"Judge a model by drones and days that it has not learned from, beside simpler ways."`
	Predict  predictCommand  `cmd:"" help:"Rank the drones by how likely each is to fail within a week, and say why."`
}

const (
	// mostDroneDays is how many drone-days are fetched: two thousand drones for
	// three years. They are aggregates, a few hundred bytes each.
	mostDroneDays = 2_000_000
	mostFailures  = 1_000_000
	// nearMidnight is how long before midnight the last report of a whole day may
	// be: the fleet reports all the time.
	nearMidnight = 10 * time.Minute
	day          = 24 * time.Hour
)

// learning is the options that every command about a model has.
type learning struct {
	Model string `default:"maintenance-model.json" placeholder:"FILE" help:"The model file (${default})."`
	JSON  bool   `name:"json" help:"One JSON object a line."`
	spark
}

// read reads the model file.
func (l learning) read() (model.Model, error) {
	text, err := os.ReadFile(l.Model)
	if errors.Is(err, os.ErrNotExist) {
		return model.Model{}, fmt.Errorf("there is no model %s: make one with 'spark-jobs maintenance train', or name another with --model", l.Model)
	}
	if err != nil {
		return model.Model{}, fmt.Errorf("--model: %w", err)
	}
	m, err := model.Read(text)
	if err == nil {
		err = maintenance.Check(m)
	}
	if err != nil {
		return model.Model{}, fmt.Errorf("--model %s: %w", l.Model, err)
	}
	return m, nil
}

// A known is the part of the archive that a model may see.
type known struct {
	rows    []feature.Row
	history feature.History
	last    int // the last whole day
	sources []render.Source
	asked   time.Time
	took    time.Duration
}

// look reads drone-days from one day up to a moment, or up to the end of the
// last whole day that is archived; from a zero time, those of the last day
// alone. It reads one state of each table, whatever the sink commits meanwhile.
func look(ctx context.Context, cluster *engine.Engine, from, until time.Time, outcomes bool) (known, error) {
	k := known{asked: time.Now()}
	var err error
	if k.sources, err = sourcesOf(ctx, cluster, question.Question{Name: maintenance.Name, Tables: feature.Tables()}); err != nil {
		return known{}, err
	}
	end := k.sources[0].To
	if end == nil {
		return known{}, nothingArchived(feature.Tables()[0])
	}
	if whole := end.Add(nearMidnight).Truncate(day); until.IsZero() || until.After(whole) {
		until = whole
	}
	if from.IsZero() {
		from = until.Add(-day)
	}
	if !from.Before(until) {
		return known{}, fmt.Errorf("there is no whole day from %s on: the last report is of %s", from.Format(time.DateOnly), end.Format(time.RFC3339))
	}
	k.last = feature.DayOf(until) - 1
	result, err := cluster.QueryUpTo(ctx, k.pinned(feature.SQL(from, until)), mostDroneDays)
	if err != nil {
		return known{}, fmt.Errorf("read the drone-days: %w", err)
	}
	if k.rows, err = feature.Rows(result.Columns, result.Rows); err != nil {
		return known{}, fmt.Errorf("read the drone-days: %w", err)
	}
	if outcomes {
		result, err = cluster.QueryUpTo(ctx, k.pinned(feature.FailuresSQL(until)), mostFailures)
		if err != nil {
			return known{}, fmt.Errorf("read the failures: %w", err)
		}
		failures, err := feature.Failures(result.Rows)
		if err != nil {
			return known{}, fmt.Errorf("read the failures: %w", err)
		}
		k.history = feature.HistoryOf(failures)
	}
	k.took = time.Since(k.asked)
	return k, nil
}

// pinned is a query of exactly the states of the tables that were looked at.
func (k known) pinned(query string) string {
	for _, s := range k.sources {
		if s.Snapshot != nil {
			query = lake.AsOfSnapshot(query, s.Table, *s.Snapshot)
		}
	}
	return query
}

// snapshot names the state of the i-th table.
func (k known) snapshot(i int) string {
	if k.sources[i].Snapshot == nil {
		return ""
	}
	return fmt.Sprint(*k.sources[i].Snapshot)
}

// answer is something told as an answer.
func (k known) answer(t maintenance.Told) render.Answer {
	return render.Answer{Question: t.Question, Sentence: t.Sentence, Rows: t.Rows, Asked: k.asked, Took: k.took}
}

type trainCommand struct {
	Until     moment  `placeholder:"TIME" help:"Learn only what was known then (default: at the end of the last whole day)."`
	Seed      uint64  `default:"1" help:"Draws the drones that no model learns from, four of ten, by which it is judged."`
	CrashCost float64 `name:"crash-cost" default:"10" placeholder:"N" help:"What a failure costs that nobody foresaw, in call-ins (${default})."`
	learning
}

// Validate checks the options, before anything is connected to.
func (c trainCommand) Validate() error {
	var cost, file error
	if !(c.CrashCost > 1) {
		cost = fmt.Errorf("--crash-cost must be above 1, not %g: else no call-in pays", c.CrashCost)
	}
	if folder, err := os.Stat(filepath.Dir(c.Model)); err != nil || !folder.IsDir() {
		file = fmt.Errorf("--model %s: there is no folder %s", c.Model, filepath.Dir(c.Model))
	}
	return errors.Join(cost, file, midnight("--until", c.Until), engine.CheckRemote(c.Spark))
}

// midnight refuses moments within a day.
func midnight(option string, m moment) error {
	if m.IsZero() || m.Equal(m.Truncate(day)) {
		return nil
	}
	return fmt.Errorf("%s must be a date: a model looks at whole days", option)
}

// Run trains a model and writes its file.
func (c trainCommand) Run(ctx context.Context, streams service.Streams) error {
	cluster, err := c.connect(ctx, streams)
	if err != nil {
		return err
	}
	defer cluster.Close()
	done := working(streams.Err, maintenance.Name)
	k, err := look(ctx, cluster, time.Unix(0, 0), c.Until.Time, true)
	if err == nil && !c.Until.IsZero() && k.last < feature.DayOf(c.Until.Time)-1 {
		err = fmt.Errorf("--until %s: the last whole day that is archived is %s", c.Until.Format(time.DateOnly), model.DayOf(k.last))
	}
	done()
	if err != nil {
		return err
	}
	m, err := maintenance.Learn(k.rows, k.history, maintenance.Training{Seed: c.Seed, Last: k.last, CrashCost: c.CrashCost})
	if err != nil {
		return err
	}
	m.Data.Reports, m.Data.Upkeep = k.snapshot(0), k.snapshot(1)
	text, err := m.Write()
	if err != nil {
		return fmt.Errorf("write the model: %w", err)
	}
	if err := os.WriteFile(c.Model, text, 0o644); err != nil {
		return fmt.Errorf("write the model: %w", err)
	}
	fmt.Fprintf(streams.Err, "written: %s\n", c.Model)
	return printAll(streams, c.JSON, k.answer(maintenance.Weights(m)))
}

// printAll shows answers, one after the other.
func printAll(streams service.Streams, asJSON bool, answers ...render.Answer) error {
	for i, a := range answers {
		text, err := a.JSON()
		if !asJSON {
			text = []byte(a.Text(terminal(streams.Out)))
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
	}
	return nil
}

type evaluateCommand struct {
	Since     moment `placeholder:"TIME" help:"Judge predictions from then on (default: from when the model's training ends)."`
	Until     moment `placeholder:"TIME" help:"Judge what was known then (default: at the end of the last whole day)."`
	Truth     string `placeholder:"FILE" help:"What 'simulator wear --json' printed of the same flights: adds the ceiling, the best there can be."`
	AllDrones bool   `name:"all-drones" help:"Also judge by drones that the model learned from: for another fleet, or another world."`
	Samples   int    `default:"1000" help:"How often drones are drawn again for the intervals (${default})."`
	Chart     string `placeholder:"FILE" help:"Also draw each answer into FILE-answer.svg or .png."`
	learning

	truth maintenance.Truth
}

// Validate checks the options, before anything is connected to.
func (c *evaluateCommand) Validate() error {
	var problems []error
	if !c.Since.IsZero() && !c.Until.IsZero() && !c.Since.Before(c.Until.Time) {
		problems = append(problems, errors.New("--since must be before --until"))
	}
	if c.Samples < 100 {
		problems = append(problems, fmt.Errorf("--samples must be 100 or more, not %d", c.Samples))
	}
	if _, err := c.read(); err != nil {
		problems = append(problems, err)
	}
	if c.Truth != "" && c.truth == nil {
		text, err := os.ReadFile(c.Truth)
		if err == nil {
			c.truth, err = maintenance.ReadTruth(text)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("--truth %s: %w", c.Truth, err))
		}
	}
	return errors.Join(errors.Join(problems...), (&ask{Chart: c.Chart}).checkChart(),
		midnight("--since", c.Since), midnight("--until", c.Until), engine.CheckRemote(c.Spark))
}

// Run judges a model.
func (c *evaluateCommand) Run(ctx context.Context, streams service.Streams) error {
	m, err := c.read()
	if err != nil {
		return err
	}
	trained, err := time.Parse(time.DateOnly, m.Data.To)
	if err != nil {
		return fmt.Errorf("--model %s: %w", c.Model, err)
	}
	since := c.Since.Time
	if since.IsZero() { // the first prediction is made when the last outcome of the training is known
		since = trained
	}
	if since.Before(trained) && !c.AllDrones {
		streams.Log.Warn("these days are not later than the training", "since", since.Format(time.DateOnly), "trained_to", m.Data.To)
	}
	cluster, err := c.connect(ctx, streams)
	if err != nil {
		return err
	}
	defer cluster.Close()
	done := working(streams.Err, maintenance.Name)
	k, err := look(ctx, cluster, since, c.Until.Time, true)
	done()
	if err != nil {
		return err
	}
	e, err := maintenance.Judge(k.rows, k.history, m, maintenance.Judging{
		First: feature.DayOf(since), Last: k.last, All: c.AllDrones, Truth: c.truth, Samples: c.Samples, Seed: m.Seed,
	})
	if err != nil {
		return err
	}
	var answers []render.Answer
	for _, t := range e.Told() {
		answers = append(answers, k.answer(t))
	}
	if err := printAll(streams, c.JSON, answers...); err != nil || c.Chart == "" {
		return err
	}
	for _, a := range answers {
		if a.Question.Chart.X == "" {
			continue
		}
		if err := (&ask{Chart: c.Chart}).draw(streams, len(answers), a); err != nil {
			return err
		}
	}
	return nil
}

type predictCommand struct {
	Day     moment `placeholder:"DATE" help:"At the end of which day (default: the last whole day)."`
	Top     int    `default:"20" help:"How many drones to list; all to be called in are listed anyway (${default})."`
	Publish bool   `help:"Also tell the ground crew which drones to call in (topic call-ins), put the ranking into topic answers, for dashboards (docs/answers.md), and add it to table peacestate.answers."`
	Kafka   string `env:"KAFKA_BOOTSTRAP_SERVERS" default:"localhost:9092" placeholder:"ADDR" help:"Brokers, for --publish (${default})."`
	// The registry has the schema of what the crew is told.
	Registry string `env:"SCHEMA_REGISTRY_URL" default:"http://localhost:8081/apis/ccompat/v7" placeholder:"URL" help:"Confluent API of the schema registry, for --publish (${default})."`
	learning
}

// Validate checks the options, before anything is connected to.
func (c predictCommand) Validate() error {
	var top, kafka error
	if c.Top < 1 || c.Top > engine.MaxRows {
		top = fmt.Errorf("--top must be 1 to %d, not %d", engine.MaxRows, c.Top)
	}
	if c.Publish && strings.TrimSpace(c.Kafka) == "" {
		kafka = errors.New("--kafka is empty: name a broker, like " + broker.DefaultServers)
	}
	_, err := c.read()
	return errors.Join(top, kafka, err, midnight("--day", c.Day), engine.CheckRemote(c.Spark))
}

// Run ranks the drones.
func (c predictCommand) Run(ctx context.Context, streams service.Streams) error {
	m, err := c.read()
	if err != nil {
		return err
	}
	var topic *journal.Topic
	var told crew
	if c.Publish {
		if err := service.Wait(ctx, streams.Log, connectLimit, broker.Ready(c.Kafka)); err != nil {
			return err
		}
		if topic, err = journal.Open(c.Kafka, schemas.AnswersTopic); err != nil {
			return err
		}
		defer topic.Close()
		if told, err = openCrew(ctx, streams.Log, c.Kafka, c.Registry); err != nil {
			return err
		}
		defer told.close()
	}
	cluster, err := c.connect(ctx, streams)
	if err != nil {
		return err
	}
	defer cluster.Close()
	var until time.Time
	if !c.Day.IsZero() {
		until = c.Day.Add(day)
	}
	done := working(streams.Err, maintenance.Name)
	k, err := look(ctx, cluster, c.Day.Time, until, false)
	done()
	if err != nil {
		return err
	}
	if !c.Day.IsZero() && k.last != feature.DayOf(c.Day.Time) {
		return fmt.Errorf("--day %s: the last whole day that is archived is %s", c.Day.Format(time.DateOnly), model.DayOf(k.last))
	}
	ranked := maintenance.Predict(k.rows, m, k.last)
	answer := k.answer(maintenance.Ranked(ranked, m, k.last, c.Top))
	if err := printAll(streams, c.JSON, answer); err != nil || !c.Publish {
		return err
	}
	name, err := m.Name()
	if err != nil {
		return err
	}
	calls := maintenance.CallIns(ranked, name, k.last)
	if err := told.call(ctx, calls); err != nil { // first: the crew is in more of a hurry than readers of answers
		return err
	}
	if err := store(ctx, cluster, topic, []render.Publication{{Answer: answer, Sources: k.sources}}); err != nil {
		return err
	}
	streams.Log.Info("published", "answers", 1, "call_ins", len(calls))
	return nil
}
