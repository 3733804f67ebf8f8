package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
)

// Fill sends riots.
type Fill struct {
	Kafka    string `env:"KAFKA_BOOTSTRAP_SERVERS" default:"localhost:9092" help:"Kafka's bootstrap servers."`
	Registry string `env:"SCHEMA_REGISTRY_URL" default:"http://localhost:8081/apis/ccompat/v7" help:"Where the schema registry listens."`
	Riots    int    `default:"1000000" help:"How many."`
}

// Run sends them and waits until Kafka has them all. Their ids hold the time of
// the start, so that no run repeats the riots of another.
func (f Fill) Run(ctx context.Context, streams service.Streams) error {
	writer, err := registry.NewWriter(registry.New(f.Registry), schemas.Riots())
	if err != nil {
		return err
	}
	config := broker.Config(f.Kafka)
	maps.Copy(config, kafka.ConfigMap{
		"acks": "all", "enable.idempotence": true, "linger.ms": 5, "compression.type": "lz4",
		"partitioner": "murmur2_random", "delivery.report.only.error": "true", "go.delivery.report.fields": "none",
	})
	producer, err := kafka.NewProducer(&config)
	if err != nil {
		return fmt.Errorf("configure the Kafka producer: %w", err)
	}
	defer producer.Close()
	topic, began := schemas.Riots().Topic, time.Now()
	var value []byte
	for i := range f.Riots {
		riot := nth(i, began)
		if value, err = writer.Append(value[:0], riot); err != nil {
			return err
		}
		if err := send(ctx, producer, &kafka.Message{
			TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: kafka.PartitionAny},
			Key:            []byte(riot.CitizenID), Value: value,
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
		return fmt.Errorf("not every riot was sent: %s", event)
	default:
	}
	streams.Log.Info("sent", "riots", f.Riots, "took", time.Since(began).Round(time.Millisecond))
	return nil
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

// nth is the riot number i of a run: of its own citizen, and as long as those
// of the simulator.
func nth(i int, run time.Time) schemas.Riot {
	report := schemas.ReportID(schemas.DroneID(i%1000), run.UnixMilli()*1000+int64(i/1000))
	citizen := fmt.Sprintf("bench-%d-%07d", run.UnixMilli(), i)
	return schemas.Riot{
		RiotID: schemas.RiotID(report, citizen), ReportID: report, DroneID: schemas.DroneID(i % 1000),
		DetectedAt: run, Lat: 43 + float64(i%1000)/1000, Lon: -30 + float64(i%997)/997,
		CitizenID: citizen, CitizenName: "Ilse Moreau", Peacescore: float64(i%100) / 10,
		Words: []string{"bread", "now", "enough", "street", "together"},
	}
}
