// Package stream is the loop around the rule: riots are consumed from Kafka as
// a member of a group, decided on, printed, and delivered as alerts.
//
// # Nothing lost, nothing twice
//
// The offset of a riot is stored for committing only when its alert has been
// stored by the broker, so a riot is never passed over. That alone would
// repeat the alerts between the last commit and a crash. Therefore an alert
// stands in the partition of the same number as its riot, in the same order,
// and its headers name its riot's partition and offset: the topic alerts is
// itself the record of how far the alerter has come. When a partition is
// assigned, the end of its alerts is read back, and the loop resumes after the
// last riot that has one, or at the committed offset if that is further on. The
// producer is idempotent and lets nothing past a failed alert, so all before
// that riot is done. So the topic alerts holds each alert once, also across
// kill -9, lost commits and a new group name; two groups at a time would be
// two records in one, and must not be.
//
// What is read back is also all that the rule knows (package rule): incidents
// go on after a restart, and riots that are sent again, under whatever offset,
// are recognised by their id among the last so many. Nothing is made of them.
//
// Three things are outside of this. Lines are printed beside all that: one is
// handed over before its alert is sent, so that a crash may repeat a line, or
// lose those that nobody has read yet. Dead letters are in a partition of their own; a crash may repeat some,
// never lose one, as the loop waits for each before it takes the next riot of
// that partition. And an alerter that is stopped (kill -STOP) for longer than
// the session, then wakes up, may still send what it had begun while another
// has taken over: to fence it takes transactions, and librdkafka does not speak
// the safe ones (KIP-890) yet.
//
// # Waiting
//
// Whatever has to be waited for, the loop stays a member of its group: it
// pauses its partitions and goes on polling. A riot whose partition goes to
// another member meanwhile is dropped here; the other alerts on it.
package stream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
	"github.com/peacestate/peacestate/alerter/internal/rule"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service/broker"
)

// Settings are what a run needs. Package app validates them.
type Settings struct {
	Servers string
	Group   string
	// Instance, unless empty, makes the member a static one: stopped and
	// started again within the session, it has the partitions it had.
	Instance string
	Rule     rule.Settings
	// Remember is how many of the last alerts of each partition are known to
	// the rule, and read back when the partition is assigned; at least one.
	Remember int
	// IdleExit, when positive, ends the run once every assigned partition has
	// been at its end for that long.
	IdleExit time.Duration
	// RiotsID answers the id of the topic riots (RiotsID, but in tests). It is
	// asked whenever partitions are assigned.
	RiotsID func(context.Context) (string, error)
	Reader  *registry.Reader[schemas.Riot]
	Alerts  *registry.Reader[schemas.Alert] // to read them back
	Writer  registry.Writer[schemas.Alert]
	Format  deliver.Format
	Out     io.Writer // alerts, line by line
	Log     *slog.Logger
	// Observer is told what becomes of each riot.
	Observer Observer
	// Report, unless nil, is told how the loop is, about once a second, by
	// the loop's own goroutine.
	Report func(State)
}

// Run alerts until ctx ends, whose error it then returns, or IdleExit is
// reached, or it cannot go on. It returns when every alert has been
// delivered, or has had ten seconds for it.
func Run(ctx context.Context, s Settings) error {
	c := memberConfig(s.Servers, s.Group, s.Instance)
	consumer, err := kafka.NewConsumer(&c)
	if err != nil {
		return fmt.Errorf("configure the Kafka consumer: %w", err)
	}
	topic, err := deliver.Open(s.Servers, s.Writer, func(r deliver.Receipt) {
		if r.Outcome != deliver.Skipped {
			s.Observer.Delivered(r)
		}
		storeOffset(consumer, r.Source)
	})
	if err != nil {
		return errors.Join(err, consumer.Close())
	}
	lines := deliver.OpenLines(s.Out, schemas.Alerts().Topic, s.Format.Append, s.Log)
	l := &loop{Settings: s, consumer: consumer, topic: topic, lines: lines, assigned: make(map[int32]*holding)}
	err = l.run(ctx)
	end := time.Now().Add(drainLimit)
	if waiting := topic.Flush(drainLimit); waiting > 0 {
		s.Log.Warn("not every alert was delivered; the rest are when the alerter starts again", "undelivered", waiting)
	}
	lines.Close(time.Until(end))
	// The consumer's last act is to commit what is stored (loop.give).
	if closeErr := broker.Leave(consumer); closeErr != nil {
		s.Log.Warn("leaving the consumer group failed; its partitions are free in six seconds", "error", closeErr)
	}
	topic.Close()
	s.Observer.Unwritten(lines.Unwritten())
	return err
}

// storeOffset marks the riot as done, for the next commit. It can only fail
// when the partition has been lost to another member, whose it is to mark.
func storeOffset(consumer *kafka.Consumer, source deliver.Source) {
	topic := schemas.Riots().Topic
	_, _ = consumer.StoreOffsets([]kafka.TopicPartition{{Topic: &topic, Partition: source.Partition, Offset: kafka.Offset(source.Offset + 1)}})
}
