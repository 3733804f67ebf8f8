package webhook

import (
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// kafkaTimeout bounds one question to the broker.
const kafkaTimeout = 5 * time.Second

// fresh marks a committed offset before which the receiver was told nothing.
const fresh = "nothing was told before"

// begin commits where to begin in each partition of a topic for a group that
// has committed nothing there: at what is so old at most, or at the end. So a
// new webhook is not flooded with the past, nor does it miss what comes before
// it has joined its group. It does not join.
//
// A group whose members were all away for longer than Kafka keeps its offsets
// (a week by default) begins anew.
func begin(servers, group, topic string, atMost time.Duration) error {
	c := memberConfig(servers, group)
	consumer, err := kafka.NewConsumer(&c)
	if err != nil {
		return fmt.Errorf("configure the Kafka consumer: %w", err)
	}
	defer consumer.Close()
	without, err := uncommitted(consumer, topic)
	if err != nil || len(without) == 0 {
		return err
	}
	for i, p := range without {
		offset, err := youngest(consumer, topic, p.Partition, atMost)
		if err != nil {
			return fmt.Errorf("ask where topic %s partition %d begins for group %s: %w", topic, p.Partition, group, err)
		}
		without[i].Offset = offset
		if atMost > 0 {
			mark := fresh
			without[i].Metadata = &mark
		}
	}
	if _, err = consumer.CommitOffsets(without); err == nil {
		return nil
	}
	// Kafka refuses outsiders when the group has members: another alerter was
	// quicker, and has committed.
	err = fmt.Errorf("commit where group %s begins: %w", group, err)
	without, askErr := uncommitted(consumer, topic)
	if askErr == nil && len(without) == 0 {
		return nil
	}
	return errors.Join(err, askErr)
}

// youngest finds the first record that is so old at most, or else the end.
func youngest(consumer *kafka.Consumer, topic string, partition int32, atMost time.Duration) (kafka.Offset, error) {
	if atMost > 0 {
		moment := kafka.Offset(time.Now().Add(-atMost).UnixMilli())
		found, err := consumer.OffsetsForTimes([]kafka.TopicPartition{{Topic: &topic, Partition: partition, Offset: moment}}, milliseconds(kafkaTimeout))
		if err != nil {
			return 0, err
		}
		if first := found[0]; first.Error != nil || first.Offset >= 0 {
			return first.Offset, first.Error
		}
	}
	_, end, err := consumer.QueryWatermarkOffsets(topic, partition, milliseconds(kafkaTimeout))
	return kafka.Offset(end), err
}

// uncommitted lists the partitions of a topic in which the consumer's group has
// committed nothing.
func uncommitted(consumer *kafka.Consumer, topic string) ([]kafka.TopicPartition, error) {
	metadata, err := consumer.GetMetadata(&topic, false, milliseconds(kafkaTimeout))
	if err != nil {
		return nil, fmt.Errorf("list the partitions of topic %s: %w", topic, err)
	}
	var all []kafka.TopicPartition
	for _, p := range metadata.Topics[topic].Partitions {
		all = append(all, kafka.TopicPartition{Topic: &topic, Partition: p.ID})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("topic %s has no partitions; create it with 'make topics'", topic)
	}
	committed, err := consumer.Committed(all, milliseconds(kafkaTimeout))
	if err != nil {
		return nil, fmt.Errorf("ask what was committed of topic %s: %w", topic, err)
	}
	var without []kafka.TopicPartition
	for _, p := range committed {
		if p.Error != nil {
			return nil, fmt.Errorf("ask what was committed of topic %s partition %d: %w", topic, p.Partition, p.Error)
		}
		if p.Offset < 0 {
			without = append(without, p)
		}
	}
	return without, nil
}

func milliseconds(d time.Duration) int { return int(d.Milliseconds()) }
