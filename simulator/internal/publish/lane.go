package publish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/service/broker"
)

const (
	// roomAgain is how long to wait for room in a full queue before the next
	// try. At 500,000 messages a second a queue loses a tenth of its messages
	// meanwhile.
	roomAgain = 2 * time.Millisecond
	// flushStep is how often a flush looks whether its patience has ended.
	flushStep = 100 * time.Millisecond
	// backAgain is how often to look whether brokers that went away take
	// messages again.
	backAgain = 100 * time.Millisecond
)

// A lane is one topic and the producer that is all its own.
//
// The producer tells of each message that was refused and of none that was
// delivered, which would cost as much as sending it. What is neither refused
// nor still with the producer was delivered.
type lane struct {
	topic    string
	producer *kafka.Producer
	log      *slog.Logger
	// listening is the goroutine that reads the producer's events. It ends
	// when abandon closes the producer, and abandon waits for it.
	listening sync.WaitGroup

	// For send alone, to be used again: the producer copies them.
	message kafka.Message
	value   []byte

	due      atomic.Int64 // messages that send was called for
	accepted atomic.Int64 // of those, taken by the producer
	refused  atomic.Int64 // of those, given up by it
	bytes    atomic.Int64 // of the values accepted
	failure  error        // the last refusal, written by listen and read once that has ended

	asking       sync.Mutex // held while the producer is asked, so that it is not closed meanwhile
	closed       bool
	acknowledged int64 // as of the last question, and final once closed
	held         int64 // what the producer still had when it was closed, set before that
}

// errQueueStaysFull says that patience ended before there was room.
var errQueueStaysFull = errors.New("the queue is full and Kafka has taken nothing for too long")

func openLane(servers, topic string, settings kafka.ConfigMap, log *slog.Logger) (*lane, error) {
	config := broker.Config(servers)
	maps.Copy(config, settings)
	producer, err := kafka.NewProducer(&config)
	if err != nil {
		return nil, fmt.Errorf("start the producer of %s: %w", topic, err)
	}
	l := &lane{topic: topic, producer: producer, log: log}
	l.message.TopicPartition = kafka.TopicPartition{Topic: &l.topic, Partition: kafka.PartitionAny}
	l.listening.Go(l.listen)
	return l, nil
}

// send hands a message to the producer. appendValue appends the message's
// value to a buffer.
func (l *lane) send(patience context.Context, key string, appendValue func([]byte) ([]byte, error)) error {
	l.due.Add(1)
	value, err := appendValue(l.value[:0])
	if err != nil {
		return err
	}
	l.value = value
	l.message.Key = append(l.message.Key[:0], key...)
	l.message.Value = value
	for {
		err := l.producer.Produce(&l.message, nil)
		if err == nil {
			l.accepted.Add(1)
			l.bytes.Add(int64(len(value)))
			return nil
		}
		if !queueFull(err) {
			return err
		}
		select {
		case <-patience.Done():
			return errQueueStaysFull
		case <-time.After(roomAgain):
		}
	}
}

func queueFull(err error) bool {
	var refusal kafka.Error
	return errors.As(err, &refusal) && refusal.Code() == kafka.ErrQueueFull
}

// delivered counts the messages that Kafka has acknowledged. While the lane is
// open it may be a few behind.
func (l *lane) delivered() int64 {
	l.asking.Lock()
	defer l.asking.Unlock()
	if !l.closed {
		// Messages move from accepted to the producer to refused: asked in this order, one on its way counts against us.
		accepted := l.accepted.Load()
		held := int64(l.producer.Len())
		l.acknowledged = max(l.acknowledged, accepted-held-l.refused.Load())
	}
	return l.acknowledged
}

// listen counts the refusals until the producer is closed, and tells the log
// when the brokers go away and when they are back.
func (l *lane) listen() {
	var look <-chan time.Time // ticks while the brokers are away
	var before int64          // delivered at the last look
	lookForThem := func() {
		now := l.delivered()
		if now > before {
			look = nil
			l.log.Info("Kafka is back", "topic", l.topic)
		}
		before = now
	}
	for {
		select {
		case <-look:
			lookForThem()
		case event, open := <-l.producer.Events():
			if !open {
				if look != nil && l.held == 0 && l.failure == nil { // all is delivered, perhaps since before they were missed
					l.log.Info("Kafka is back", "topic", l.topic)
				}
				return
			}
			switch e := event.(type) {
			case *kafka.Message:
				if err := e.TopicPartition.Error; err != nil {
					l.failure = fmt.Errorf("topic %s: %w", l.topic, err)
					l.refused.Add(1)
				}
			case kafka.Error:
				if e.Code() == kafka.ErrAllBrokersDown && look == nil {
					// The first look only counts: what was acknowledged until now may not have been yet.
					look, before = time.Tick(backAgain), math.MaxInt64
					l.log.Warn("Kafka does not answer; messages wait until it does", "topic", l.topic)
				}
				if e.IsFatal() {
					l.log.Error("Kafka refuses this producer for good", "topic", l.topic, "error", e)
				}
			}
		}
	}
}

// close waits for the acknowledgement of every message until patience ends,
// and stops the producer and its listener. What is still in flight then may
// have been written or not: it is given up, and whoever plays the same window
// again repeats it under the same id. The result is why a message was not
// delivered, if any was refused.
func (l *lane) close(patience context.Context) error {
	for patience.Err() == nil {
		if l.producer.Flush(int(flushStep.Milliseconds())) == 0 {
			break
		}
	}
	l.abandon()
	return l.failure
}

// abandon stops the producer and its listener, whatever they still hold.
func (l *lane) abandon() {
	l.asking.Lock()
	known := l.acknowledged
	l.held = int64(l.producer.Len()) // may be an event that is no message
	l.closed = true
	l.asking.Unlock()

	l.producer.Close()
	l.listening.Wait()

	l.asking.Lock()
	defer l.asking.Unlock()
	l.acknowledged = max(known, l.accepted.Load()-l.held-l.refused.Load()) // now that every refusal is counted
}
