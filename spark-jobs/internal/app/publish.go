package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
	"github.com/peacestate/peacestate/spark-jobs/internal/audit"
	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
	"github.com/peacestate/peacestate/spark-jobs/internal/journal"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
	"github.com/peacestate/peacestate/spark-jobs/internal/question"
	"github.com/peacestate/peacestate/spark-jobs/internal/render"
)

// publication is the options for answers that others read.
type publication struct {
	Publish bool          `help:"Also put the answers into topic answers, for dashboards (docs/answers.md), and add them to table peacestate.answers."`
	Every   time.Duration `placeholder:"DURATION" help:"With --publish, ask again that often, until Ctrl-C; only questions whose tables have changed."`
	Kafka   string        `env:"KAFKA_BOOTSTRAP_SERVERS" default:"localhost:9092" placeholder:"ADDR" help:"Brokers, for --publish (${default})."`
}

func (p publication) checkPublication() error {
	var every, kafka error
	switch {
	case p.Every < 0:
		every = fmt.Errorf("--every is %s, and cannot be negative", p.Every)
	case p.Every > 0 && !p.Publish:
		every = errors.New("--every is for --publish: add it, or leave --every out")
	}
	if p.Publish && p.Kafka == "" {
		kafka = errors.New("--kafka is empty: name a broker, like " + broker.DefaultServers)
	}
	return errors.Join(every, kafka)
}

// publish asks and publishes, once or every so often. A round that fails is
// logged and tried again the next time.
func (a *ask) publish(ctx context.Context, streams service.Streams, asked []question.Question) error {
	published := map[string]string{} // by question: the snapshots it was last read from
	again := func() error {
		return a.round(ctx, streams, asked, published)
	}
	return repeat(ctx, streams, a.Every, again)
}

// repeat runs again once, and then, if every is more than 0, at that interval
// until ctx is over.
func repeat(ctx context.Context, streams service.Streams, every time.Duration, again func() error) error {
	for {
		began := time.Now()
		err := again()
		if every == 0 || ctx.Err() != nil {
			return err
		}
		wait := max(0, every-time.Since(began))
		if err != nil {
			streams.Log.Error("the answers were not published", "error", err, "trying_again_in", wait.Round(time.Millisecond))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// round asks the questions whose tables have changed since they were
// published, prints the answers, and publishes them. A session of its own
// rides out a server that was started again.
func (a *ask) round(ctx context.Context, streams service.Streams, asked []question.Question, published map[string]string) error {
	if err := service.Wait(ctx, streams.Log, connectLimit, broker.Ready(a.Kafka)); err != nil {
		return err
	}
	topic, err := journal.Open(a.Kafka, schemas.AnswersTopic)
	if err != nil {
		return err
	}
	defer topic.Close()
	cluster, err := a.connect(ctx, streams)
	if err != nil {
		return err
	}
	defer cluster.Close()

	var answers []render.Publication
	var wrong []string
	states := map[string]string{}
	for _, q := range asked {
		sources, err := sourcesOf(ctx, cluster, q)
		if err != nil {
			return err
		}
		states[q.Name] = stateOfAll(sources)
		if was, known := published[q.Name]; known && was == states[q.Name] {
			streams.Log.Info("its tables have not changed", "question", q.Name)
			continue
		}
		answer, err := a.answerFrom(ctx, cluster, streams, q, sources)
		if err != nil {
			return err
		}
		if err := a.show(streams, len(answers), len(asked), answer.Answer); err != nil {
			return err
		}
		answers = append(answers, answer)
		if verified := answer.Verified(); verified != nil && !*verified {
			wrong = append(wrong, q.Name)
		}
	}
	if err := store(ctx, cluster, topic, answers); err != nil {
		return err
	}
	for _, answer := range answers {
		published[answer.Question.Name] = states[answer.Question.Name]
	}
	streams.Log.Info("published", "answers", len(answers), "unchanged", len(asked)-len(answers))
	return judge(wrong)
}

// sourcesOf says what the tables of a question hold now.
func sourcesOf(ctx context.Context, cluster *engine.Engine, q question.Question) ([]render.Source, error) {
	if err := refresh(ctx, cluster, q); err != nil {
		return nil, err
	}
	var sources []render.Source
	for _, topic := range q.Tables {
		source := render.Source{Table: lake.Table(topic)}
		found, err := cluster.Query(ctx, audit.SnapshotSQL(source.Table))
		if err != nil {
			return nil, fmt.Errorf("find the newest snapshot of %s: %w", source.Table, err)
		}
		query := lake.RangeSQL(source.Table)
		if len(found.Rows) == 1 {
			id, ok := found.Rows[0][0].(int64)
			if !ok {
				return nil, fmt.Errorf("find the newest snapshot of %s: Spark answered %T", source.Table, found.Rows[0][0])
			}
			source.Snapshot = &id
			query = lake.AsOfSnapshot(query+" ", source.Table, id)
		}
		result, err := cluster.Query(ctx, query)
		if err == nil && len(result.Rows) != 1 {
			err = fmt.Errorf("Spark answered %d rows", len(result.Rows))
		}
		if err == nil {
			source.Range, err = lake.ReadRange(result.Rows[0])
		}
		if err != nil {
			return nil, fmt.Errorf("look at %s: %w", source.Table, err)
		}
		sources = append(sources, source)
	}
	return sources, nil
}

// stateOfAll is a text that is another one when any of the tables is.
func stateOfAll(sources []render.Source) string {
	var ids []string
	for _, s := range sources {
		id := "none"
		if s.Snapshot != nil {
			id = fmt.Sprint(*s.Snapshot)
		}
		ids = append(ids, id)
	}
	return strings.Join(ids, " ")
}

// answerFrom asks a question about exactly these states of its tables,
// whatever the sink commits meanwhile.
func (a *ask) answerFrom(
	ctx context.Context, cluster *engine.Engine, streams service.Streams, q question.Question, sources []render.Source,
) (render.Publication, error) {
	defer working(streams.Err, q.Name)()
	scope, err := a.scope.asked()
	if err != nil {
		return render.Publication{}, err
	}
	query := q.SQL(scope)
	for _, s := range sources {
		if s.Snapshot != nil {
			query = lake.AsOfSnapshot(query, s.Table, *s.Snapshot)
		}
	}
	answer, err := a.put(ctx, cluster, q, query)
	answer.Scope = scope
	return render.Publication{Answer: answer, Sources: sources}, err
}

// store adds the answers to the table, which is the history, and then puts
// them into the topic, which is what is read. What fails in between is asked
// and stored again.
func store(ctx context.Context, cluster *engine.Engine, topic *journal.Topic, answers []render.Publication) error {
	if len(answers) == 0 {
		return nil
	}
	var rows []lake.Answer
	var records []journal.Record
	for _, answer := range answers {
		row, err := answer.Row()
		if err != nil {
			return err
		}
		rows = append(rows, row)
		records = append(records, journal.Record{Key: row.Question, Value: []byte(row.JSON)})
	}
	for _, statement := range []string{lake.CreateAnswers(), lake.InsertAnswers(rows)} {
		if err := cluster.Execute(ctx, statement); err != nil {
			return fmt.Errorf("write the answers into %s: %w", lake.Answers, err)
		}
	}
	return topic.Send(ctx, records)
}
