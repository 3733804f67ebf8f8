// Package journal writes a few records into a topic: the answers, and the
// calls to the ground crew.
package journal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/service/broker"
)

const (
	metadataTimeout = 10 * time.Second
	// sendLimit is how long Kafka may take to store a few records.
	sendLimit = 30 * time.Second
)

// A Topic is one topic, to write to.
type Topic struct {
	name     string
	producer *kafka.Producer
}

// A Record is what is written. The key says what it is about.
type Record struct {
	Key   string
	Value []byte
}

// Open reaches the topic of that name. The error says when there is none.
func Open(servers, name string) (*Topic, error) {
	settings := broker.Config(servers)
	maps.Copy(settings, kafka.ConfigMap{
		"enable.idempotence": true, "acks": "all", "partitioner": "murmur2_random",
		"message.timeout.ms": int(sendLimit.Milliseconds()), "linger.ms": 0,
	})
	producer, err := kafka.NewProducer(&settings)
	if err != nil {
		return nil, fmt.Errorf("configure the Kafka producer: %w", err)
	}
	metadata, err := producer.GetMetadata(nil, true, int(metadataTimeout.Milliseconds()))
	if err == nil && len(metadata.Topics[name].Partitions) == 0 {
		err = errors.New("it does not exist: create the topics with 'make topics'")
	}
	if err != nil {
		producer.Close()
		return nil, fmt.Errorf("topic %s: %w", name, err)
	}
	return &Topic{name, producer}, nil
}

// Close forgets the connection; Send has waited for its records.
func (t *Topic) Close() { t.producer.Close() }

// Send writes records and waits until Kafka has stored them all.
func (t *Topic) Send(ctx context.Context, records []Record) error {
	stored := make(chan kafka.Event, len(records))
	for _, r := range records {
		message := &kafka.Message{
			TopicPartition: kafka.TopicPartition{Topic: &t.name, Partition: kafka.PartitionAny},
			Key:            []byte(r.Key), Value: r.Value,
		}
		if err := t.producer.Produce(message, stored); err != nil {
			return fmt.Errorf("send %s to topic %s: %w", r.Key, t.name, err)
		}
	}
	for range records {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case event := <-stored:
			if m, ok := event.(*kafka.Message); ok && m.TopicPartition.Error != nil {
				return fmt.Errorf("send %s to topic %s: %w", m.Key, t.name, m.TopicPartition.Error)
			}
		}
	}
	return nil
}
