package publish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service/broker"
)

const (
	// roomAgain is how long to wait for room in a full queue before the next
	// try. At 200,000 messages a second a queue loses a few hundred meanwhile.
	roomAgain = 2 * time.Millisecond
	// flushStep is how often a flush looks whether its patience has ended.
	flushStep = 100 * time.Millisecond
)

// A lane is one topic and the producer that is all its own.
type lane[T any] struct {
	topic    string
	writer   registry.Writer[T]
	producer *kafka.Producer
	log      *slog.Logger
	// listening is the goroutine that reads the producer's events. It ends
	// when abandon closes the producer, and abandon waits for it.
	listening sync.WaitGroup

	due       atomic.Int64 // messages that send was called for
	bytes     atomic.Int64 // of those accepted
	delivered atomic.Int64
	failure   error // the last one, written by listen and read once that has ended
}

// errQueueStaysFull says that patience ended before there was room.
var errQueueStaysFull = errors.New("the queue is full and Kafka has taken nothing for too long")

func openLane[T any](
	servers string, contract schemas.Contract[T], writer registry.Writer[T], settings kafka.ConfigMap, log *slog.Logger,
) (*lane[T], error) {
	config := broker.Config(servers)
	maps.Copy(config, settings)
	producer, err := kafka.NewProducer(&config)
	if err != nil {
		return nil, fmt.Errorf("start the producer of %s: %w", contract.Topic, err)
	}
	l := &lane[T]{topic: contract.Topic, writer: writer, producer: producer, log: log}
	l.listening.Go(l.listen)
	return l, nil
}

// send encodes a message and hands it to the producer. buffer is overwritten
// and handed back, so that the caller can use it again.
func (l *lane[T]) send(patience context.Context, buffer []byte, key string, v T) ([]byte, error) {
	l.due.Add(1)
	value, err := l.writer.Append(buffer[:0], v)
	if err != nil {
		return buffer, err
	}
	message := &kafka.Message{
		TopicPartition: kafka.TopicPartition{Topic: &l.topic, Partition: kafka.PartitionAny},
		Key:            []byte(key),
		Value:          value, // the producer copies it
	}
	for {
		err := l.producer.Produce(message, nil)
		if err == nil {
			l.bytes.Add(int64(len(value)))
			return value, nil
		}
		if !queueFull(err) {
			return value, err
		}
		select {
		case <-patience.Done():
			return value, errQueueStaysFull
		case <-time.After(roomAgain):
		}
	}
}

func queueFull(err error) bool {
	var refusal kafka.Error
	return errors.As(err, &refusal) && refusal.Code() == kafka.ErrQueueFull
}

// listen counts the delivery reports until the producer is closed, and tells
// the log when the brokers go away and when they are back.
func (l *lane[T]) listen() {
	away := false
	for event := range l.producer.Events() {
		switch e := event.(type) {
		case *kafka.Message:
			if err := e.TopicPartition.Error; err != nil {
				l.failure = fmt.Errorf("topic %s: %w", l.topic, err)
				continue
			}
			l.delivered.Add(1)
			if away {
				away = false
				l.log.Info("Kafka is back", "topic", l.topic)
			}
		case kafka.Error:
			if e.Code() == kafka.ErrAllBrokersDown && !away {
				away = true
				l.log.Warn("Kafka does not answer; messages wait until it does", "topic", l.topic)
			}
			if e.IsFatal() {
				l.log.Error("Kafka refuses this producer for good", "topic", l.topic, "error", e)
			}
		}
	}
}

// close waits for the acknowledgement of every message until patience ends,
// and stops the producer and its listener. What is still in flight then may
// have been written or not: it is given up, and whoever plays the same window
// again repeats it under the same id. The result is why a message was not
// delivered, if any was refused.
func (l *lane[T]) close(patience context.Context) error {
	for patience.Err() == nil {
		if l.producer.Flush(int(flushStep.Milliseconds())) == 0 {
			break
		}
	}
	l.abandon()
	return l.failure
}

// abandon stops the producer and its listener, whatever they still hold.
func (l *lane[T]) abandon() {
	l.producer.Close()
	l.listening.Wait()
}
