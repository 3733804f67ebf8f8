package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
	"github.com/peacestate/peacestate/alerter/internal/rule"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
)

// A past is what the last alerts of one partition say.
type past struct {
	history rule.History
	last    int64 // the greatest offset of a riot that has one of them, negative when none has
}

// A recalling reads the last alerts of some partitions.
type recalling struct {
	*loop
	riotsID string
	pasts   map[int32]past
	unread  map[int32]bool // partitions whose end has not come
	read    int
}

// recall reads the last alerts of each partition, as many as are remembered.
// It fails when Kafka, or the registry, stops answering.
func (l *loop) recall(ctx context.Context, riotsID string, partitions []int32) (map[int32]past, error) {
	c := recallConfig(l.Servers, l.Group)
	consumer, err := kafka.NewConsumer(&c)
	if err != nil {
		return nil, fmt.Errorf("configure the Kafka consumer: %w", err)
	}
	defer consumer.Close()
	topic := schemas.Alerts().Topic
	r := recalling{loop: l, riotsID: riotsID, pasts: make(map[int32]past), unread: make(map[int32]bool)}
	var tails []kafka.TopicPartition
	for _, p := range partitions {
		low, end, err := ends(topic, p, l.consumer, consumer)
		if err != nil {
			return nil, fmt.Errorf("ask where partition %d of topic %s ends: %w", p, topic, err)
		}
		tails = append(tails, kafka.TopicPartition{Topic: &topic, Partition: p, Offset: kafka.Offset(max(low, end-int64(l.Remember)))})
		r.pasts[p] = past{history: rule.NewHistory(l.Remember), last: -1}
		r.unread[p] = true
	}
	if err := consumer.Assign(tails); err != nil {
		return nil, fmt.Errorf("read the end of topic %s: %w", topic, err)
	}
	var trouble error
	for answered, said := time.Now(), time.Now(); len(r.unread) > 0; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if time.Since(answered) > requestTimeout {
			return nil, fmt.Errorf("read the end of topic %s: %d partitions did not answer within %s: %w", topic, len(r.unread), requestTimeout, trouble)
		}
		if time.Since(said) > sayAgain {
			said = time.Now()
			l.Log.Info("reading back the last alerts; riots wait for it", "alerts", r.read, "partitions_left", len(r.unread))
		}
		switch event := consumer.Poll(int(pollFor.Milliseconds())).(type) {
		case *kafka.Message:
			if event.TopicPartition.Error != nil {
				trouble = event.TopicPartition.Error
				continue
			}
			answered = time.Now()
			if err := r.take(event); err != nil {
				return nil, err
			}
		case kafka.PartitionEOF:
			answered = time.Now()
			delete(r.unread, event.Partition)
		case kafka.Error:
			trouble = event
		}
	}
	return r.pasts, nil
}

// ends asks where a partition begins and ends. The group's consumer is
// connected, where a new one takes half a second; but when the partition's
// leader has died it may hold on to it for a minute, and say "unknown
// partition". The new one knows no leader but the present one.
func ends(topic string, partition int32, connected, fresh *kafka.Consumer) (low, end int64, err error) {
	low, end, err = connected.QueryWatermarkOffsets(topic, partition, int(connectedTimeout.Milliseconds()))
	if err != nil {
		low, end, err = fresh.QueryWatermarkOffsets(topic, partition, int(requestTimeout.Milliseconds()))
	}
	return low, end, err
}

// take adds one record of topic alerts to the past of its partition. One that
// is no alert was not written by an alerter: it is left out. The offset of a
// riot of another topic id is, too: it means nothing in a topic made anew.
func (r *recalling) take(message *kafka.Message) error {
	r.read++
	at := message.TopicPartition
	p := r.pasts[at.Partition]
	alert, err := r.Alerts.Read(message.Value)
	if errors.Is(err, registry.ErrUndecodable) {
		r.trouble("a record of topic alerts is no alert; it is not remembered", "partition", at.Partition, "offset", at.Offset, "error", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("read back the alert at partition %d offset %v: %w", at.Partition, at.Offset, err)
	}
	p.history = p.history.Remember(alert)
	source, err := deliver.SourceOf(message.Headers)
	if err == nil && source.TopicID == r.riotsID && source.Partition == at.Partition {
		p.last = max(p.last, source.Offset)
	}
	r.pasts[at.Partition] = p
	return nil
}
