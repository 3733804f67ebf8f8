package webhook

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/service/broker"
)

// The headers of what is undelivered: whom it did not reach, why, after how many
// attempts, and where it stands in its topic.
const (
	headerWebhook   = "peacestate.undelivered.webhook"
	headerReason    = "peacestate.undelivered.reason"
	headerAttempts  = "peacestate.undelivered.attempts"
	headerPartition = "peacestate.undelivered.partition"
	headerOffset    = "peacestate.undelivered.offset"
)

// undelivered is the way to the topic of what is undelivered. It is safe for
// concurrent use.
type undelivered struct {
	topic    string
	producer *kafka.Producer
	drained  chan struct{}
}

// openUndelivered starts a producer; it does not wait for the broker.
func openUndelivered(servers, topic string) (*undelivered, error) {
	c := broker.Config(servers)
	maps.Copy(c, kafka.ConfigMap{
		"acks":                     "all",
		"message.timeout.ms":       0, // never give up: the record would be lost
		"linger.ms":                0,
		"reconnect.backoff.max.ms": 1000,
		"allow.auto.create.topics": false,
		// As those of the topic alerts: what fitted there, fits here with headers.
		"compression.type":  "lz4",
		"message.max.bytes": 4 << 20,
	})
	producer, err := kafka.NewProducer(&c)
	if err != nil {
		return nil, fmt.Errorf("configure the Kafka producer: %w", err)
	}
	u := &undelivered{topic: topic, producer: producer, drained: make(chan struct{})}
	go func() {
		defer close(u.drained)
		for event := range producer.Events() {
			_ = event // receipts come elsewhere, and of trouble the consumers tell
		}
	}()
	return u, nil
}

// put returns when the broker has stored the record, as it is but for more
// headers; or when ctx ends, and then it may or may not have. webhook is the
// name of the one that it did not reach.
func (u *undelivered) put(ctx context.Context, message *kafka.Message, webhook string, attempts int, reason error) error {
	at := message.TopicPartition
	receipt := make(chan kafka.Event, 1)
	err := u.producer.Produce(&kafka.Message{
		TopicPartition: kafka.TopicPartition{Topic: &u.topic, Partition: kafka.PartitionAny},
		Key:            message.Key,
		Value:          message.Value,
		Headers: append(slices.Clone(message.Headers),
			kafka.Header{Key: headerWebhook, Value: []byte(webhook)},
			kafka.Header{Key: headerReason, Value: []byte(reason.Error())},
			kafka.Header{Key: headerAttempts, Value: strconv.AppendInt(nil, int64(attempts), 10)},
			kafka.Header{Key: headerPartition, Value: strconv.AppendInt(nil, int64(at.Partition), 10)},
			kafka.Header{Key: headerOffset, Value: strconv.AppendInt(nil, int64(at.Offset), 10)},
		),
	}, receipt)
	if err == nil {
		select {
		case <-ctx.Done():
			return errStopped
		case event := <-receipt:
			err = refusalIn(event)
		}
	}
	if err != nil {
		return fmt.Errorf("send to topic %s: %w", u.topic, err)
	}
	return nil
}

func refusalIn(receipt kafka.Event) error {
	if message, ok := receipt.(*kafka.Message); ok {
		return message.TopicPartition.Error
	}
	return fmt.Errorf("an unexpected receipt: %v", receipt)
}

// close stops the producer. All calls of put must have returned.
func (u *undelivered) close() {
	u.producer.Close()
	<-u.drained
}
