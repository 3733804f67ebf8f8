package stream

import (
	"context"
	"errors"
	"fmt"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

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
