package main

import (
	"context"
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
)

const (
	pollFor           = 100 * time.Millisecond
	longest           = time.Hour
	significantDigits = 3
)

// Read is a consumer that does nothing but look at the clock.
type Read struct {
	Kafka string        `env:"KAFKA_BOOTSTRAP_SERVERS" default:"localhost:9092" help:"Kafka's bootstrap servers."`
	Stats time.Duration `default:"20s" help:"Length of a window; windows begin at whole multiples of it, by the clock, as the alerter's do."`
}

// Run prints one line for each window. It reads with the alerter's own
// settings, from the riots that come after its start, in no group: it commits
// nothing and is sent nothing but messages.
func (r Read) Run(ctx context.Context, streams service.Streams) error {
	config := broker.Prompt(r.Kafka)
	config["group.id"] = "bench-riots"
	config["enable.auto.commit"] = false
	consumer, err := kafka.NewConsumer(&config)
	if err != nil {
		return fmt.Errorf("configure the Kafka consumer: %w", err)
	}
	defer consumer.Close()
	topic := schemas.Riots().Topic
	metadata, err := consumer.GetMetadata(&topic, false, 5000)
	if err != nil {
		return fmt.Errorf("ask for the partitions of topic %s: %w", topic, err)
	}
	var ends []kafka.TopicPartition
	for _, p := range metadata.Topics[topic].Partitions {
		ends = append(ends, kafka.TopicPartition{Topic: &topic, Partition: p.ID, Offset: kafka.OffsetEnd})
	}
	if err := consumer.Assign(ends); err != nil {
		return fmt.Errorf("read topic %s: %w", topic, err)
	}
	latency := hdrhistogram.New(1, longest.Microseconds(), significantDigits)
	for next := time.Now().Truncate(r.Stats).Add(r.Stats); ctx.Err() == nil; {
		event := consumer.Poll(int(pollFor.Milliseconds()))
		now := time.Now()
		if riot, ok := event.(*kafka.Message); ok && riot.TopicPartition.Error == nil {
			if err := latency.RecordValue(min(max(0, now.Sub(riot.Timestamp)), longest).Microseconds()); err != nil {
				return err
			}
		}
		if now.After(next) {
			next = next.Add(r.Stats)
			at := func(percentile float64) time.Duration {
				return time.Duration(latency.ValueAtPercentile(percentile)) * time.Microsecond
			}
			fmt.Fprintf(streams.Out, "riots=%d received=\"p50 %s p95 %s p99 %s max %s\"\n",
				latency.TotalCount(), at(50), at(95), at(99), at(100))
			latency.Reset()
		}
	}
	return ctx.Err()
}
