package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
	"github.com/peacestate/peacestate/setup/internal/connect"
)

// placeCoordinators sees to it that every sink's coordinator has a committed
// place in its control topic: the start of it, where it has none. A coordinator
// without one starts at the end of the topic (iceberg.kafka.auto.offset.reset),
// and would not see what its predecessor died over before its first commit:
// files that are announced there, of records that are read no more (apache/
// iceberg#18006). What it then reads once more it recognises by the table.
func placeCoordinators(ctx context.Context, log *slog.Logger, servers string, wait time.Duration, connectors []connect.Connector) error {
	config := broker.Config(servers)
	admin, err := kafka.NewAdminClient(&config)
	if err != nil {
		return fmt.Errorf("configure the Kafka client: %w", err)
	}
	defer admin.Close()
	for _, connector := range connectors {
		group, topic := connector.Coordinator()
		if group == "" {
			continue
		}
		answering := broker.Ready(servers, topic)
		ready := answering.Probe
		answering.Probe = func(ctx context.Context) error {
			if err := ready(ctx); err != nil {
				return err
			}
			return placeCoordinator(ctx, admin, group, topic)
		}
		if err := service.Wait(ctx, log, wait, answering); err != nil {
			return err
		}
	}
	return nil
}

// placeCoordinator fails while the group has members and no place yet: its
// coordinator is about to commit one.
func placeCoordinator(ctx context.Context, admin *kafka.AdminClient, group, topic string) error {
	where := kafka.TopicPartition{Topic: &topic, Partition: 0} // the control topic has one
	listed, err := admin.ListConsumerGroupOffsets(ctx,
		[]kafka.ConsumerGroupTopicPartitions{{Group: group, Partitions: []kafka.TopicPartition{where}}})
	if err != nil {
		return fmt.Errorf("ask where group %s is: %w", group, err)
	}
	if listed.ConsumerGroupsTopicPartitions[0].Partitions[0].Offset >= 0 {
		return nil
	}
	starts, err := admin.ListOffsets(ctx, map[kafka.TopicPartition]kafka.OffsetSpec{where: kafka.EarliestOffsetSpec})
	if err != nil {
		return fmt.Errorf("ask for the start of topic %s: %w", topic, err)
	}
	for _, start := range starts.ResultInfos {
		if start.Error.Code() != kafka.ErrNoError {
			return fmt.Errorf("ask for the start of topic %s: %w", topic, start.Error)
		}
		where.Offset = start.Offset
	}
	altered, err := admin.AlterConsumerGroupOffsets(ctx,
		[]kafka.ConsumerGroupTopicPartitions{{Group: group, Partitions: []kafka.TopicPartition{where}}})
	if err == nil {
		err = altered.ConsumerGroupsTopicPartitions[0].Partitions[0].Error
	}
	if err != nil {
		return fmt.Errorf("commit where group %s begins: %w", group, err)
	}
	return nil
}
