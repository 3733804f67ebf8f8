package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service/broker"
)

// ErrUnevenTopics says that alerts cannot stand in the partition of the same
// number as their riots.
var ErrUnevenTopics = errors.New("uneven topics")

// RiotsID asks Kafka for the id of the topic riots. It fails with
// ErrUnevenTopics when riots and alerts differ in partitions.
func RiotsID(ctx context.Context, servers string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	c := broker.Config(servers)
	admin, err := kafka.NewAdminClient(&c)
	if err != nil {
		return "", fmt.Errorf("configure the Kafka client: %w", err)
	}
	defer admin.Close()
	riots, alerts := schemas.Riots().Topic, schemas.Alerts().Topic
	described, err := admin.DescribeTopics(ctx, kafka.NewTopicCollectionOfTopicNames([]string{riots, alerts}))
	if err != nil {
		return "", fmt.Errorf("describe topics %s and %s: %w", riots, alerts, err)
	}
	topics := make(map[string]kafka.TopicDescription, 2)
	for _, topic := range described.TopicDescriptions {
		if topic.Error.Code() != kafka.ErrNoError {
			return "", fmt.Errorf("describe topic %s: %w", topic.Name, topic.Error)
		}
		topics[topic.Name] = topic
	}
	if r, a := len(topics[riots].Partitions), len(topics[alerts].Partitions); r != a {
		return "", fmt.Errorf("%w: topic %s has %d partitions and %s %d; give them the same number, so that each alert stands in its riot's partition",
			ErrUnevenTopics, riots, r, alerts, a)
	}
	return topics[riots].TopicID.String(), nil
}

// resumeAt is the offset of the first riot of a partition that has no alert
// yet. committed is what the group committed, negative when nothing;
// delivered the offset of the last riot that has an alert, negative when none.
// Whichever is further on is right: the commit lags behind the alerts after a
// crash, and the alerts behind the commit after dead letters.
func resumeAt(committed kafka.Offset, delivered int64) kafka.Offset {
	if next := kafka.Offset(delivered + 1); delivered >= 0 && next > committed {
		return next
	}
	if committed >= 0 {
		return committed
	}
	return kafka.OffsetBeginning
}

// lastDelivered reads the end of each partition of the alerts. It answers,
// by partition, the greatest offset of a riot that has an alert there; it
// leaves out partitions without one. Alerts of riots of another topic id are
// not counted: their offsets mean nothing in a topic made anew.
func lastDelivered(ctx context.Context, servers, group, riotsID string, partitions []kafka.TopicPartition) (map[int32]int64, error) {
	c := tailConfig(servers, group)
	consumer, err := kafka.NewConsumer(&c)
	if err != nil {
		return nil, fmt.Errorf("configure the Kafka consumer: %w", err)
	}
	defer consumer.Close()
	topic := schemas.Alerts().Topic
	var ends []kafka.TopicPartition
	unread := make(map[int32]bool, len(partitions))
	for _, p := range partitions {
		ends = append(ends, kafka.TopicPartition{Topic: &topic, Partition: p.Partition, Offset: kafka.OffsetTail(lookBack)})
		unread[p.Partition] = true
	}
	if err := consumer.Assign(ends); err != nil {
		return nil, fmt.Errorf("read the end of topic %s: %w", topic, err)
	}
	last := make(map[int32]int64, len(partitions))
	var trouble error
	for began := time.Now(); len(unread) > 0; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if time.Since(began) > requestTimeout {
			return nil, fmt.Errorf("read the end of topic %s: %d partitions did not answer within %s: %w", topic, len(unread), requestTimeout, trouble)
		}
		switch event := consumer.Poll(int(pollFor.Milliseconds())).(type) {
		case *kafka.Message:
			if event.TopicPartition.Error != nil {
				trouble = event.TopicPartition.Error
				continue
			}
			source, err := deliver.SourceOf(event.Headers)
			if err != nil || source.TopicID != riotsID || source.Partition != event.TopicPartition.Partition {
				continue
			}
			if offset, found := last[source.Partition]; !found || source.Offset > offset {
				last[source.Partition] = source.Offset
			}
		case kafka.PartitionEOF:
			delete(unread, event.Partition)
		case kafka.Error:
			trouble = event
		}
	}
	return last, nil
}
