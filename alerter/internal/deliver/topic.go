// Package deliver brings alerts to their readers: as a line on a stream, and
// as a message on the topic alerts. What cannot become an alert goes to the
// dead letters. It decides nothing and consumes nothing.
package deliver

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service/broker"
)

// A Topic sends alerts to the topic alerts and dead letters to riots-dlq,
// without waiting for one before it takes the next. Alerts of one partition
// are delivered in the order they were sent, each once, and none is skipped:
// after the first that cannot be delivered no other is, and Err says why.
//
// Send and SendDead are for one goroutine; the other methods for any.
type Topic struct {
	producer *kafka.Producer
	writer   registry.Writer[schemas.Alert]
	receive  func(Receipt)
	unacked  *unacked
	done     chan struct{} // closed when no receipt will follow
}

// A Receipt says that a riot is done, and all before it in its partition: the
// broker has stored what was made of it, if anything was.
type Receipt struct {
	Source  Source
	Outcome Outcome
	Stale   bool // of an alert
	At      time.Time
}

// An Outcome is what was made of a riot.
type Outcome int

// The outcomes.
const (
	Opened  Outcome = iota // an alert
	Updated                // an alert again, of an incident that has one
	Dead                   // a dead letter
)

func outcome(alert schemas.Alert) Outcome {
	if alert.AlertID == alert.RiotID {
		return Opened
	}
	return Updated
}

// config is the producer's: an alert leaves at once, is stored once, and is
// waited for however long the broker is away.
func config(servers string) kafka.ConfigMap {
	c := broker.Config(servers)
	maps.Copy(c, kafka.ConfigMap{
		// Order without gaps or repeats is what the restart relies on (package
		// stream): a batch that the broker refuses stops the producer, rather
		// than letting the ones behind it through.
		"enable.idempotence":        true,
		"enable.gapless.guarantee":  true,
		"acks":                      "all",
		"message.timeout.ms":        0, // never give up: giving up would be a gap
		"linger.ms":                 0, // the default waits 5 ms for company
		"reconnect.backoff.max.ms":  1000,
		"allow.auto.create.topics":  false,
		"go.delivery.report.fields": "none", // the receipt says all that is needed
		// A riot as large as the broker takes must fit again with headers around
		// it. The client's own limit is lower than the broker's, and counts
		// before compression.
		"compression.type":  "lz4",
		"message.max.bytes": 4 << 20,
	})
	return c
}

// Open starts a producer; it does not wait for the broker. receive is called
// by one goroutine, in the order of delivery within each partition, until
// Close has returned.
func Open(servers string, writer registry.Writer[schemas.Alert], receive func(Receipt)) (*Topic, error) {
	c := config(servers)
	producer, err := kafka.NewProducer(&c)
	if err != nil {
		return nil, fmt.Errorf("configure the Kafka producer: %w", err)
	}
	t := &Topic{
		producer: producer,
		writer:   writer,
		receive:  receive,
		unacked:  newUnacked(),
		done:     make(chan struct{}),
	}
	go t.receipts()
	return t, nil
}

// Send hands over one alert, which will stand in the partition of the same
// number as its riot's.
func (t *Topic) Send(source Source, alert schemas.Alert) error {
	value, err := t.writer.Append(nil, alert)
	if err != nil {
		return fmt.Errorf("alert of riot %s: %w", alert.RiotID, err)
	}
	topic := schemas.Alerts().Topic
	return t.send(Receipt{Source: source, Outcome: outcome(alert), Stale: alert.Stale}, &kafka.Message{
		TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: source.Partition},
		Key:            []byte(alert.CitizenID),
		Value:          value,
		Headers:        source.headers(),
	})
}

// SendDead hands over a message of the topic riots that cannot become an
// alert: its key, value and headers as they are, and headers that say where it
// stood and the reason.
func (t *Topic) SendDead(source Source, riot *kafka.Message, reason error) error {
	topic := schemas.Riots().DeadLetters()
	return t.send(Receipt{Source: source, Outcome: Dead}, &kafka.Message{
		TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: kafka.PartitionAny},
		Key:            riot.Key,
		Value:          riot.Value,
		Headers: append(slices.Clone(riot.Headers),
			kafka.Header{Key: headerDeadTopic, Value: []byte(schemas.Riots().Topic)},
			kafka.Header{Key: headerDeadPartition, Value: strconv.AppendInt(nil, int64(source.Partition), 10)},
			kafka.Header{Key: headerDeadOffset, Value: strconv.AppendInt(nil, source.Offset, 10)},
			kafka.Header{Key: headerDeadReason, Value: []byte(reason.Error())},
		),
	})
}

func (t *Topic) send(receipt Receipt, message *kafka.Message) error {
	message.Opaque = receipt
	t.unacked.add(receipt.Source.Partition)
	if err := t.producer.Produce(message, nil); err != nil {
		return undelivered(receipt, message.TopicPartition, err)
	}
	return nil
}

func undelivered(receipt Receipt, to kafka.TopicPartition, err error) error {
	return fmt.Errorf("what became of riots partition %d offset %d could not be delivered to topic %s (%w); nothing is skipped: mend it and start again",
		receipt.Source.Partition, receipt.Source.Offset, *to.Topic, err)
}

// receipts is the goroutine behind receive.
func (t *Topic) receipts() {
	defer close(t.done)
	for event := range t.producer.Events() {
		switch e := event.(type) {
		case *kafka.Message:
			receipt, ok := e.Opaque.(Receipt)
			if !ok {
				continue
			}
			if err := e.TopicPartition.Error; err != nil {
				t.unacked.fail(undelivered(receipt, e.TopicPartition, t.cause(err)))
				continue
			}
			if t.unacked.failed() != nil {
				continue // behind the one that failed: its receipt would skip that one
			}
			receipt.At = time.Now()
			t.receive(receipt)
			t.unacked.remove(receipt.Source.Partition)
		case kafka.Error:
			// Others pass by themselves, and package stream's consumer says them.
			if e.IsFatal() {
				t.unacked.fail(fmt.Errorf("the Kafka producer cannot go on (%w); nothing is skipped: mend it and start again", e))
			}
		}
	}
}

// cause is the error behind err, when err says no more than that an earlier
// one was fatal.
func (t *Topic) cause(err error) error {
	var refusal kafka.Error
	if errors.As(err, &refusal) && refusal.Code() == kafka.ErrFatal {
		if fatal := t.producer.GetFatalError(); fatal != nil {
			return fatal
		}
	}
	return err
}

// Waiting is how many alerts and dead letters, of riots from these
// partitions, have no receipt yet. Without partitions, it counts all.
func (t *Topic) Waiting(partitions ...int32) int { return t.unacked.count(partitions) }

// Changed receives after a receipt, or the first failure; several may be one.
func (t *Topic) Changed() <-chan struct{} { return t.unacked.changed }

// Err is the first failure, nil while there is none. After it, no further
// receipt is given.
func (t *Topic) Err() error { return t.unacked.failed() }

// Flush waits until everything has its receipt, for at most limit, and says
// how many have none. It does not wait for what can no longer be delivered.
func (t *Topic) Flush(limit time.Duration) int {
	end := time.After(limit)
	for t.Waiting() > 0 && t.Err() == nil {
		select {
		case <-t.Changed():
		case <-end:
			return t.Waiting()
		}
	}
	return t.Waiting()
}

// Close stops the producer. What has no receipt is dropped; Flush first.
func (t *Topic) Close() {
	t.producer.Close()
	<-t.done
}
