package health

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service/broker"
)

// A cluster asks Kafka.
type cluster struct {
	consumer *kafka.Consumer // of single records, and the connection of admin
	admin    *kafka.AdminClient
}

const (
	metadataLimit = time.Second
	// recordsLimit bounds the wait for the oldest records.
	recordsLimit = time.Second
)

func newCluster(servers string) (*cluster, error) {
	c := broker.Config(servers)
	maps.Copy(c, kafka.ConfigMap{
		"group.id":           "dashboard-health", // the client asks for a name; no group is joined
		"enable.auto.commit": false,
		"auto.offset.reset":  "earliest",
		// Of each partition one record is wanted; what is fetched with it is thrown away.
		"max.partition.fetch.bytes":  16 << 10,
		"queued.max.messages.kbytes": 256,
		"fetch.wait.max.ms":          50,
		"reconnect.backoff.max.ms":   1000,
	})
	consumer, err := kafka.NewConsumer(&c)
	if err != nil {
		return nil, fmt.Errorf("configure the Kafka consumer: %w", err)
	}
	admin, err := kafka.NewAdminClientFromConsumer(consumer)
	if err != nil {
		_ = consumer.Close() // the first error says more
		return nil, fmt.Errorf("configure the Kafka client: %w", err)
	}
	return &cluster{consumer: consumer, admin: admin}, nil
}

func (c *cluster) close() {
	c.admin.Close()
	_ = c.consumer.Close() // it only read
}

// look asks where the topics begin and end, and how far their readers are.
func (c *cluster) look(ctx context.Context, alerterGroup string, sinks []sink) (k kafkaSeen, err error) {
	metadata, err := c.admin.GetMetadata(nil, true, int(metadataLimit.Milliseconds()))
	if err != nil {
		return k, err
	}
	partitions := map[string][]kafka.TopicPartition{}
	var all []kafka.TopicPartition
	for _, topic := range append(rated(), letters()...) {
		for _, p := range metadata.Topics[topic].Partitions {
			partitions[topic] = append(partitions[topic], kafka.TopicPartition{Topic: &topic, Partition: p.ID})
		}
		all = append(all, partitions[topic]...)
	}
	if k.starts, err = c.offsets(ctx, all, kafka.EarliestOffsetSpec); err != nil {
		return k, err
	}
	if k.ends, err = c.offsets(ctx, all, kafka.LatestOffsetSpec); err != nil {
		return k, err
	}
	if k.alerter, err = c.committed(ctx, alerterGroup, partitions[schemas.Riots().Topic]); err != nil {
		return k, err
	}
	k.sinks = map[string]map[topicPartition]int64{}
	for _, s := range sinks {
		var archived []kafka.TopicPartition
		for _, topic := range s.topics {
			archived = append(archived, partitions[topic]...)
		}
		if k.sinks[s.connector], err = c.committed(ctx, s.group(), archived); err != nil {
			return k, err
		}
	}
	k.oldest, err = c.oldest(ctx, k.waiting())
	return k, err
}

// waiting is the first record of each partition that a sink has not
// committed.
func (k kafkaSeen) waiting() map[topicPartition]int64 {
	waiting := map[topicPartition]int64{}
	for _, committed := range k.sinks {
		for p, next := range committed {
			if next = max(next, k.starts[p]); next < k.ends[p] {
				waiting[p] = next
			}
		}
	}
	return waiting
}

func (c *cluster) offsets(ctx context.Context, of []kafka.TopicPartition, spec kafka.OffsetSpec) (map[topicPartition]int64, error) {
	asked := make(map[kafka.TopicPartition]kafka.OffsetSpec, len(of))
	for _, p := range of {
		asked[p] = spec
	}
	offsets := make(map[topicPartition]int64, len(of))
	if len(asked) == 0 {
		return offsets, nil
	}
	listed, err := c.admin.ListOffsets(ctx, asked)
	if err != nil {
		return nil, fmt.Errorf("ask where the topics begin and end: %w", err)
	}
	for p, found := range listed.ResultInfos {
		if found.Error.Code() != kafka.ErrNoError {
			return nil, fmt.Errorf("ask where topic %s begins and ends: %w", *p.Topic, found.Error)
		}
		offsets[topicPartition{*p.Topic, p.Partition}] = int64(found.Offset)
	}
	return offsets, nil
}

// committed is what a group has committed of these partitions; those of which
// it has committed nothing are left out.
func (c *cluster) committed(ctx context.Context, group string, of []kafka.TopicPartition) (map[topicPartition]int64, error) {
	committed := map[topicPartition]int64{}
	if len(of) == 0 {
		return committed, nil
	}
	listed, err := c.admin.ListConsumerGroupOffsets(ctx, []kafka.ConsumerGroupTopicPartitions{{Group: group, Partitions: of}})
	if err != nil {
		return nil, fmt.Errorf("ask how far group %s is: %w", group, err)
	}
	for _, groups := range listed.ConsumerGroupsTopicPartitions {
		for _, p := range groups.Partitions {
			if p.Error == nil && p.Offset >= 0 {
				committed[topicPartition{*p.Topic, p.Partition}] = int64(p.Offset)
			}
		}
	}
	return committed, nil
}

// oldest is when the oldest of these records was sent, as far as they come
// within a moment.
func (c *cluster) oldest(ctx context.Context, of map[topicPartition]int64) (oldest time.Time, err error) {
	if len(of) == 0 {
		return oldest, nil
	}
	var from []kafka.TopicPartition
	for p, offset := range of {
		from = append(from, kafka.TopicPartition{Topic: &p.topic, Partition: p.partition, Offset: kafka.Offset(offset)})
	}
	if err := c.consumer.Assign(from); err != nil {
		return oldest, fmt.Errorf("read the oldest records that are not archived: %w", err)
	}
	defer func() { err = errors.Join(err, c.consumer.Unassign()) }()
	left := maps.Clone(of)
	for end := time.Now().Add(recordsLimit); len(left) > 0 && ctx.Err() == nil && time.Now().Before(end); {
		m, ok := c.consumer.Poll(50).(*kafka.Message)
		if !ok || m.TopicPartition.Error != nil {
			continue
		}
		p := topicPartition{*m.TopicPartition.Topic, m.TopicPartition.Partition}
		if _, wanted := left[p]; !wanted {
			continue
		}
		delete(left, p)
		if oldest.IsZero() || m.Timestamp.Before(oldest) {
			oldest = m.Timestamp
		}
	}
	return oldest, nil
}
