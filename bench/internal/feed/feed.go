// Package feed fills a topic as fast as Kafka takes it, for benchmarks.
package feed

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/service/broker"
)

// Fill sends so many messages, with the settings of the simulator's producer
// of reports, and waits until Kafka has them all. nth appends message i to
// value, which is empty, and names its key.
func Fill(ctx context.Context, servers, topic string, count int, nth func(value []byte, i int) (key string, message []byte, err error)) error {
	config := broker.Config(servers)
	maps.Copy(config, kafka.ConfigMap{
		"acks": "all", "enable.idempotence": true, "linger.ms": 5, "compression.type": "lz4",
		"partitioner": "murmur2_random", "delivery.report.only.error": "true", "go.delivery.report.fields": "none",
	})
	producer, err := kafka.NewProducer(&config)
	if err != nil {
		return fmt.Errorf("configure the Kafka producer: %w", err)
	}
	defer producer.Close()
	var value []byte
	for i := range count {
		var key string
		if key, value, err = nth(value[:0], i); err != nil {
			return err
		}
		if err := send(ctx, producer, &kafka.Message{
			TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: kafka.PartitionAny},
			Key:            []byte(key), Value: value,
		}); err != nil {
			return err
		}
	}
	for producer.Flush(100) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	select {
	case event := <-producer.Events():
		return fmt.Errorf("not every message was sent: %s", event)
	default:
		return nil
	}
}

// send hands over a message, and waits for room as long as it takes.
func send(ctx context.Context, producer *kafka.Producer, message *kafka.Message) error {
	for {
		err := producer.Produce(message, nil)
		refusal, _ := errors.AsType[kafka.Error](err)
		if err == nil || refusal.Code() != kafka.ErrQueueFull {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
}
