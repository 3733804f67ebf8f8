package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
	"github.com/peacestate/peacestate/alerter/internal/rule"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
)

// errTaken says that a riot's partition is no longer this member's.
var errTaken = errors.New("the partition was taken away")

// A loop is one member of the group. It belongs to one goroutine: the
// consumer calls back only while it is polled.
type loop struct {
	Settings
	consumer *kafka.Consumer
	topic    *deliver.Topic
	lines    *deliver.Lines[schemas.Alert]

	riotsID  string             // of the topic that the assigned partitions are of
	assigned map[int32]*holding // by partition
	joined   bool               // the group has answered at least once
	quiet    time.Time          // since when nothing has come
	paused   bool
	ails     string    // the trouble there is; nothing once it is over
	said     time.Time // when it was last mentioned
	reported time.Time // when Report was last told
	failure  error     // met where it could not be returned
}

// A holding is one partition for as long as it is assigned: assigned again,
// it is another one.
type holding struct {
	history rule.History // of its alerts
	atEnd   bool
	next    int64 // offset of the riot to come; negative until that is known
}

func (l *loop) run(ctx context.Context) error {
	err := l.consumer.Subscribe(schemas.Riots().Topic, func(_ *kafka.Consumer, event kafka.Event) error {
		l.rebalance(ctx, event)
		return nil
	})
	if err != nil {
		return fmt.Errorf("subscribe to topic %s: %w", schemas.Riots().Topic, err)
	}
	for {
		riot := l.poll()
		if err := l.stopped(ctx); err != nil {
			return err
		}
		if riot == nil {
			if l.idle() {
				return nil
			}
			continue
		}
		if err := l.handle(ctx, riot); err != nil && !errors.Is(err, errTaken) {
			return err
		}
	}
}

// stopped is why the loop must end, if it must.
func (l *loop) stopped(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if l.failure != nil {
		return l.failure
	}
	return l.topic.Err()
}

func (l *loop) idle() bool {
	if l.IdleExit <= 0 || !l.joined || time.Since(l.quiet) < l.IdleExit || l.topic.Waiting() > 0 {
		return false
	}
	for _, h := range l.assigned {
		if !h.atEnd {
			return false
		}
	}
	return true
}

// poll serves the consumer and answers the next riot, or nil.
func (l *loop) poll() *kafka.Message {
	l.report()
	switch event := l.consumer.Poll(int(pollFor.Milliseconds())).(type) {
	case *kafka.Message:
		held := l.assigned[event.TopicPartition.Partition]
		if err := event.TopicPartition.Error; err != nil {
			l.trouble("a partition cannot be read", "partition", event.TopicPartition.Partition, "error", err)
			return nil
		}
		if held == nil {
			return nil // fetched before the partition was given back: its new owner's
		}
		held.atEnd, held.next = false, int64(event.TopicPartition.Offset)+1
		l.quiet = time.Now()
		return event
	case kafka.PartitionEOF:
		if held := l.assigned[event.Partition]; held != nil {
			held.atEnd, held.next = true, int64(event.Offset)
		}
	case kafka.Error:
		if event.IsFatal() {
			l.failure = fmt.Errorf("the Kafka consumer cannot go on (%w); start again", event)
			return nil
		}
		l.trouble("Kafka is in trouble; riots wait for it", "error", event)
	}
	return nil
}

// handle takes one riot from its bytes to the producer.
func (l *loop) handle(ctx context.Context, message *kafka.Message) error {
	at := message.TopicPartition
	source := deliver.Source{
		TopicID: l.riotsID, Partition: at.Partition, Offset: int64(at.Offset), SentAt: message.Timestamp, ReceivedAt: time.Now(),
	}
	l.Observer.Received(source)
	riot, err := l.read(ctx, message)
	if errors.Is(err, registry.ErrUndecodable) {
		return l.bury(ctx, source, message, err)
	}
	if err != nil {
		return err
	}
	room := func() bool { return l.topic.Waiting() < maxWaiting }
	if err := l.wait(ctx, at.Partition, time.Time{}, room); err != nil {
		return err
	}
	l.calm()
	held := l.assigned[at.Partition]
	var decision rule.Decision
	held.history, decision = rule.Decide(held.history, riot, time.Now(), l.Rule)
	if decision.Repeated {
		l.Observer.Repeated()
		l.topic.Skip(source)
		return nil
	}
	l.lines.Print(decision.Alert)
	return l.topic.Send(source, decision.Alert)
}

// read decodes a riot. While the registry cannot be asked for its schema, it
// tries again and again: the riot may be a good one.
func (l *loop) read(ctx context.Context, message *kafka.Message) (schemas.Riot, error) {
	at := message.TopicPartition
	for {
		riot, err := l.Reader.Read(message.Value)
		if err == nil || errors.Is(err, registry.ErrUndecodable) {
			return riot, err
		}
		l.trouble(registryTrouble, "partition", at.Partition, "offset", at.Offset, "error", err)
		never := func() bool { return false }
		if err := l.wait(ctx, at.Partition, time.Now().Add(registryRetry), never); err != nil {
			return riot, err
		}
	}
}

// bury sends a message to the dead letters. The waits before and after keep
// the partition's order: an alert in the topic says that all before it is
// done, dead letters too.
func (l *loop) bury(ctx context.Context, source deliver.Source, message *kafka.Message, reason error) error {
	done := func() bool { return l.topic.Waiting(source.Partition) == 0 }
	if err := l.wait(ctx, source.Partition, time.Time{}, done); err != nil {
		return err
	}
	l.Log.Warn("a riot goes to the dead letters", "topic", schemas.Riots().DeadLetters(),
		"partition", source.Partition, "offset", source.Offset, "reason", reason)
	l.Observer.Undecodable()
	if err := l.topic.SendDead(source, message, reason); err != nil {
		return err
	}
	if err := l.wait(ctx, source.Partition, time.Time{}, done); err != nil {
		return err
	}
	l.calm()
	return nil
}

// wait returns when ready says so, or at until, unless that is zero. A wait
// that lasts goes on in the group, with the partitions paused. It fails with
// errTaken when the partition ceased to be this member's, and with whatever
// must end the loop.
func (l *loop) wait(ctx context.Context, partition int32, until time.Time, ready func() bool) error {
	held := l.assigned[partition]
	defer l.resume()
	for began := time.Now(); ; {
		if ready() || (!until.IsZero() && time.Now().After(until)) {
			return nil
		}
		if err := l.stopped(ctx); err != nil {
			return err
		}
		if time.Since(began) < patience {
			select {
			case <-l.topic.Changed():
			case <-time.After(patience):
			case <-ctx.Done():
			}
			continue
		}
		if err := l.pause(); err != nil {
			return err
		}
		if riot := l.poll(); riot != nil {
			return fmt.Errorf("riots partition %d offset %d came though its partition is paused; start again",
				riot.TopicPartition.Partition, riot.TopicPartition.Offset)
		}
		if l.assigned[partition] != held {
			return errTaken
		}
	}
}

func (l *loop) pause() error {
	if l.paused {
		return nil
	}
	if err := l.consumer.Pause(l.partitions()); err != nil {
		return fmt.Errorf("pause the riots: %w", err)
	}
	l.paused = true
	return nil
}

func (l *loop) resume() {
	if !l.paused {
		return
	}
	l.paused = false
	if err := l.consumer.Resume(l.partitions()); err != nil {
		l.failure = fmt.Errorf("resume the riots: %w", err)
	}
}

func (l *loop) partitions() []kafka.TopicPartition {
	topic := schemas.Riots().Topic
	var partitions []kafka.TopicPartition
	for p := range l.assigned {
		partitions = append(partitions, kafka.TopicPartition{Topic: &topic, Partition: p})
	}
	return partitions
}

const registryTrouble = "the schema registry is in trouble; riots wait for it"

// trouble warns of something that is being retried, now and then.
func (l *loop) trouble(what string, about ...any) {
	l.ails = what
	if time.Since(l.said) < sayAgain {
		return
	}
	l.said = time.Now()
	l.Log.Warn(what, about...)
}

// calm says that trouble is over, if there was any.
func (l *loop) calm() {
	if l.ails == "" {
		return
	}
	l.ails, l.said = "", time.Time{}
	l.Log.Info("riots are alerted on again")
}
