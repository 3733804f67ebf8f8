// Package journal writes what people did into topic alert-actions.
package journal

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/dashboard/internal/incident"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service/broker"
)

// giveUp is how long Kafka may take to store an action. Later it is not sent
// any more: a person who was told that it failed has done it again, or not.
const giveUp = 8 * time.Second

// config is the producer's: an action leaves at once, is stored once, and
// beside the others on its incident, wherever it came from.
func config(servers string) kafka.ConfigMap {
	c := broker.Config(servers)
	maps.Copy(c, kafka.ConfigMap{
		"enable.idempotence":       true,
		"acks":                     "all",
		"partitioner":              "murmur2_random", // Kafka's own, by key
		"linger.ms":                0,
		"message.timeout.ms":       int(giveUp.Milliseconds()),
		"reconnect.backoff.max.ms": 1000,
		"allow.auto.create.topics": false,
	})
	return c
}

// A Journal is the topic, to write to. It is safe for concurrent use.
type Journal struct {
	producer *kafka.Producer
	done     chan struct{}
}

// Open starts a producer; it does not wait for the broker.
func Open(servers string) (*Journal, error) {
	c := config(servers)
	producer, err := kafka.NewProducer(&c)
	if err != nil {
		return nil, fmt.Errorf("configure the Kafka producer: %w", err)
	}
	j := &Journal{producer: producer, done: make(chan struct{})}
	go func() {
		defer close(j.done)
		for range producer.Events() { // errors that are no message's pass, or fail the messages
		}
	}()
	return j, nil
}

// Send writes one action, and waits until Kafka has stored it.
func (j *Journal) Send(ctx context.Context, alertID string, a incident.Action) error {
	value, err := incident.Encode(alertID, a)
	if err != nil {
		return err
	}
	topic := schemas.ActionsTopic
	stored := make(chan kafka.Event, 1)
	err = j.producer.Produce(&kafka.Message{
		TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: kafka.PartitionAny},
		Key:            []byte(alertID), Value: value,
	}, stored)
	if err != nil {
		return fmt.Errorf("send action %s: %w", a.ID, err)
	}
	select {
	case event := <-stored:
		if m, ok := event.(*kafka.Message); ok && m.TopicPartition.Error != nil {
			return fmt.Errorf("send action %s: %w", a.ID, m.TopicPartition.Error)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("send action %s: %w", a.ID, ctx.Err())
	}
}

// Close stops the producer. Send has waited for what it sent.
func (j *Journal) Close() {
	j.producer.Close()
	<-j.done
}
