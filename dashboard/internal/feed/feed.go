// Package feed reads the topics into the dashboard: alerts and what people did
// about them into its database, and answers into memory. It reads by
// assignment, from where the database is, and commits nothing to Kafka.
package feed

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/dashboard/internal/answers"
	"github.com/peacestate/peacestate/dashboard/internal/position"
	"github.com/peacestate/peacestate/dashboard/internal/store"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service/broker"
)

const (
	// mostAtOnce bounds the records of one transaction: few enough that those
	// who listen get them while they are news, enough that a million is minutes.
	mostAtOnce = 1000
	// pollFor is how long quiet topics are polled before the loop looks around.
	pollFor = 100 * time.Millisecond
	// requestTimeout bounds one question to the broker.
	requestTimeout = 5 * time.Second
	// restartAfter is the pause after a feed that could not go on.
	restartAfter = 2 * time.Second
	// sayAgain is how often trouble that goes on is mentioned.
	sayAgain = 10 * time.Second
)

// Settings are what a feed needs.
type Settings struct {
	Servers string
	Reader  Reader
	// TopicIDs is that of this package, for the same servers.
	TopicIDs func(ctx context.Context, names []string) ([]string, error)
	Store    *store.Store
	Answers  *answers.Board
	Log      *slog.Logger
	// Caught is told once all that there was at the start, or when the database
	// had to be made anew, has been read; Changed of what is written from then on,
	// in its order; and Answered of each answer that is news. They must not wait.
	Changed  func([]store.Change)
	Answered func(question string)
	Caught   func(position.Position)
}

// A Feed is a reader of the topics.
type Feed struct {
	Settings
	// trouble says why the database may lack what was there at the start; nil
	// once it does not.
	trouble atomic.Pointer[error]
	skipped atomic.Int64 // answers that are none
	caught  bool         // all that there was at the start has been read
	said    time.Time
}

// New makes a feed.
func New(s Settings) *Feed {
	f := &Feed{Settings: s}
	f.fail(errors.New("Kafka has not answered yet"))
	return f
}

func (f *Feed) fail(err error) { f.trouble.Store(&err) }

// Ready says why the dashboard may be behind the topics; nil when it is not.
func (f *Feed) Ready() error {
	if err := f.trouble.Load(); err != nil {
		return *err
	}
	return nil
}

// Skipped is how many records could not be decoded.
func (f *Feed) Skipped() int64 { return f.Store.Skipped() + f.skipped.Load() }

// Run reads until ctx ends. Whatever fails is said, and tried again.
func (f *Feed) Run(ctx context.Context) {
	for ctx.Err() == nil {
		err := f.read(ctx)
		if ctx.Err() != nil {
			return
		}
		f.fail(err)
		f.mention("the topics cannot be read; trying again", err)
		select {
		case <-ctx.Done():
		case <-time.After(restartAfter):
		}
	}
}

// mention warns of trouble, now and then.
func (f *Feed) mention(what string, err error, more ...any) {
	if time.Since(f.said) < sayAgain {
		return
	}
	f.said = time.Now()
	f.Log.Warn(what, append([]any{"error", err}, more...)...)
}

// config is the consumer's: prompt, without a group, and never elsewhere than
// where it was told to be.
func config(servers string) kafka.ConfigMap {
	c := broker.Prompt(servers)
	maps.Copy(c, kafka.ConfigMap{
		"group.id":                 "dashboard", // the client asks for a name; no group is joined
		"enable.auto.commit":       false,
		"enable.auto.offset.store": false,
		"auto.offset.reset":        "error", // an offset that is gone means that the database is of other topics
		"enable.partition.eof":     false,
		// Fetched ahead while a backlog is written; the default is 64 MB.
		"queued.max.messages.kbytes": 16 << 10,
	})
	return c
}

// read is one life of the consumer.
func (f *Feed) read(ctx context.Context) error {
	answering := broker.Ready(f.Servers, topicNames[position.Alerts], topicNames[position.Actions], schemas.AnswersTopic)
	if err := answering.Probe(ctx); err != nil {
		return fmt.Errorf("Kafka at %s is not ready: %w; start it, and create the topics, with 'make up'", f.Servers, err)
	}
	c := config(f.Servers)
	consumer, err := kafka.NewConsumer(&c)
	if err != nil {
		return fmt.Errorf("configure the Kafka consumer: %w", err)
	}
	defer consumer.Close()
	start, end, err := f.survey(ctx, consumer)
	if err != nil {
		return err
	}
	discarded, err := f.Store.Begin(ctx, start, end)
	if err != nil {
		return err
	}
	if discarded {
		f.Log.Warn("the topics are others than those in the database, which is made anew", "position", start.String())
		f.caught = false
	}
	from := append(assignment(f.Store.Position()), kafka.TopicPartition{Topic: new(schemas.AnswersTopic), Partition: 0, Offset: kafka.OffsetBeginning})
	if err := consumer.Assign(from); err != nil {
		return fmt.Errorf("read the topics from where the database is: %w", err)
	}
	f.Log.Info("reading alerts and actions", "from", f.Store.Position().String(), "until", end.String())
	return f.follow(ctx, consumer, end)
}

// topicNames are those of a position's topics.
var topicNames = map[position.Topic]string{position.Alerts: schemas.Alerts().Topic, position.Actions: schemas.ActionsTopic}

// assignment is a position as the consumer wants it.
func assignment(at position.Position) (from []kafka.TopicPartition) {
	for topic, name := range topicNames {
		for partition := range at.Partitions(topic) {
			from = append(from, kafka.TopicPartition{
				Topic: &name, Partition: int32(partition), Offset: kafka.Offset(at.Next(topic, partition)),
			})
		}
	}
	return from
}

// TopicIDs asks Kafka for the ids that it gave to topics when they were
// created: one that was deleted and created again has another.
func TopicIDs(servers string) func(context.Context, []string) ([]string, error) {
	return func(ctx context.Context, names []string) ([]string, error) {
		c := broker.Config(servers)
		admin, err := kafka.NewAdminClient(&c)
		if err != nil {
			return nil, fmt.Errorf("configure the Kafka client: %w", err)
		}
		defer admin.Close()
		ctx, cancel := context.WithTimeout(ctx, requestTimeout)
		defer cancel()
		described, err := admin.DescribeTopics(ctx, kafka.NewTopicCollectionOfTopicNames(names))
		if err != nil {
			return nil, fmt.Errorf("describe topics %v: %w", names, err)
		}
		ids := make([]string, len(names))
		for _, topic := range described.TopicDescriptions {
			if topic.Error.Code() != kafka.ErrNoError {
				return nil, fmt.Errorf("describe topic %s: %w", topic.Name, topic.Error)
			}
			ids[slices.Index(names, topic.Name)] = topic.TopicID.String()
		}
		return ids, nil
	}
}

// survey finds which topics there are, and where their partitions begin and
// end now.
func (f *Feed) survey(ctx context.Context, consumer *kafka.Consumer) (start, end position.Position, err error) {
	names := []string{topicNames[position.Alerts], topicNames[position.Actions]}
	ids, err := f.TopicIDs(ctx, names)
	if err != nil {
		return start, end, err
	}
	partitions := map[string]int{}
	for _, name := range names {
		metadata, err := consumer.GetMetadata(&name, false, int(requestTimeout.Milliseconds()))
		if err != nil {
			return start, end, fmt.Errorf("ask for the partitions of topic %s: %w", name, err)
		}
		partitions[name] = len(metadata.Topics[name].Partitions)
	}
	epoch := fnv.New32a()
	fmt.Fprint(epoch, ids)
	start = position.Start(fmt.Sprintf("%08x", epoch.Sum32()), partitions[names[0]], partitions[names[1]])
	end = start
	for topic, name := range topicNames {
		for partition := range partitions[name] {
			low, high, err := consumer.QueryWatermarkOffsets(name, int32(partition), int(requestTimeout.Milliseconds()))
			if err != nil {
				return start, end, fmt.Errorf("ask where partition %d of topic %s ends: %w", partition, name, err)
			}
			start, end = start.With(topic, partition, low), end.With(topic, partition, high)
		}
	}
	return start, end, nil
}

// follow writes what comes. end is where the topics ended at the start.
func (f *Feed) follow(ctx context.Context, consumer *kafka.Consumer, end position.Position) error {
	for ctx.Err() == nil {
		at := f.Store.Position()
		switch {
		case !at.Covers(end):
			f.fail(fmt.Errorf("still reading what there was: at %s of %s", at, end))
		case !f.caught:
			f.Log.Info("all that there was is read", "position", at.String())
			f.Caught(at)
			f.caught = true
			fallthrough
		default:
			f.trouble.Store(nil)
		}
		batch, err := f.poll(consumer)
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			continue
		}
		changes, err := f.Store.Append(ctx, batch)
		if err != nil {
			return err
		}
		if f.caught && len(changes) > 0 {
			f.Changed(changes)
		}
	}
	return ctx.Err()
}

// poll waits for records a moment, and takes all that are there, up to a
// bound.
func (f *Feed) poll(consumer *kafka.Consumer) (batch []store.Record, err error) {
	wait := pollFor
	for len(batch) < mostAtOnce {
		event := consumer.Poll(int(wait.Milliseconds()))
		if event == nil {
			break
		}
		wait = 0
		switch e := event.(type) {
		case *kafka.Message:
			if err := e.TopicPartition.Error; err != nil {
				return nil, fmt.Errorf("read partition %d of topic %s: %w", e.TopicPartition.Partition, *e.TopicPartition.Topic, err)
			}
			if *e.TopicPartition.Topic == schemas.AnswersTopic {
				f.answer(e)
				continue
			}
			record, err := decode(e, f.Reader)
			if err != nil {
				return nil, err
			}
			if record.Alert == nil && record.Action == nil {
				f.Log.Warn("a record cannot be decoded and is skipped", "topic", *e.TopicPartition.Topic,
					"partition", e.TopicPartition.Partition, "offset", int64(e.TopicPartition.Offset))
			}
			batch = append(batch, record)
		case kafka.Error:
			if e.IsFatal() || e.Code() == kafka.ErrAutoOffsetReset || e.Code() == kafka.ErrOffsetOutOfRange {
				return nil, fmt.Errorf("the Kafka consumer cannot go on: %w", e)
			}
			f.mention("Kafka is in trouble; alerts wait for it", e)
		}
	}
	return batch, nil
}

func (f *Feed) answer(m *kafka.Message) {
	question, news, err := f.Answers.Put(m.Key, m.Value)
	switch {
	case err != nil:
		f.skipped.Add(1)
		f.Log.Warn("a record of topic answers is no answer and is skipped", "offset", int64(m.TopicPartition.Offset), "error", err)
	case news:
		f.Answered(question)
	}
}
