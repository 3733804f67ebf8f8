package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/service/broker"
	"github.com/peacestate/peacestate/spark-jobs/internal/deadletter"
)

// headerSentBack says on a record that was sent back which letter it was.
const headerSentBack = "peacestate.sent-back.letter"

// A post sends letters back to their topics, and remembers, as a consumer
// group, up to where they were dealt with. Dry, it does neither.
type post struct {
	dry      bool
	producer *kafka.Producer
	group    *kafka.Consumer
	dealt    map[string]int64 // by topic of letters: committed before
	next     map[string]int64 // by topic of letters: to be committed
	sent     int
}

const (
	kafkaTimeout = 10 * time.Second
	roomAgain    = 10 * time.Millisecond
)

func openPost(servers string, dry bool) (*post, error) {
	settings := broker.Config(servers)
	maps.Copy(settings, kafka.ConfigMap{
		"enable.idempotence": true, "acks": "all", "partitioner": "murmur2_random", "compression.type": "lz4",
		"message.max.bytes": 4 << 20, // what the topic took must fit again, with a header more
		// Refusals alone are told; "true" as text, see simulator/internal/publish.
		"delivery.report.only.error": "true", "go.delivery.report.fields": "none",
	})
	producer, err := kafka.NewProducer(&settings)
	if err != nil {
		return nil, fmt.Errorf("configure the Kafka producer: %w", err)
	}
	settings = broker.Config(servers)
	settings["group.id"], settings["enable.auto.commit"] = sentBy, false
	group, err := kafka.NewConsumer(&settings)
	if err != nil {
		producer.Close()
		return nil, fmt.Errorf("configure the Kafka client: %w", err)
	}
	return &post{dry: dry, producer: producer, group: group, dealt: map[string]int64{}, next: map[string]int64{}}, nil
}

func (p *post) close() {
	p.producer.Close()
	_ = p.group.Close() // it has joined nothing
}

// dealtWith is the offset of the first letter not dealt with. Topics of dead
// letters have one partition.
func (p *post) dealtWith(letters string) (int64, error) {
	if offset, known := p.dealt[letters]; known {
		return offset, nil
	}
	committed, err := p.group.Committed([]kafka.TopicPartition{{Topic: &letters, Partition: 0}}, int(kafkaTimeout.Milliseconds()))
	if err != nil {
		return 0, fmt.Errorf("ask which letters of %s were dealt with: %w", letters, err)
	}
	p.dealt[letters] = max(0, int64(committed[0].Offset))
	return p.dealt[letters], nil
}

// send hands one letter to Kafka, without the headers of who set it aside.
func (p *post) send(ctx context.Context, letter deadletter.Letter, headers []kafka.Header) error {
	p.sent++
	p.next[letter.Letters] = letter.Number + 1
	if p.dry {
		return nil
	}
	message := kafka.Message{
		TopicPartition: kafka.TopicPartition{Topic: &letter.Topic, Partition: kafka.PartitionAny},
		Key:            []byte(letter.Key), Value: letter.Value,
		Headers: []kafka.Header{{Key: headerSentBack, Value: fmt.Appendf(nil, "%s/%d", letter.Letters, letter.Number)}},
	}
	for _, h := range headers {
		if !strings.HasPrefix(h.Key, "__connect.errors.") && !strings.HasPrefix(h.Key, "peacestate.") {
			message.Headers = append(message.Headers, h)
		}
	}
	for {
		err := p.producer.Produce(&message, nil)
		var refusal kafka.Error
		if !errors.As(err, &refusal) || refusal.Code() != kafka.ErrQueueFull {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(roomAgain):
		}
	}
}

// done waits until Kafka has stored everything, and then commits it.
func (p *post) done(ctx context.Context, wait time.Duration) error {
	if err := p.stored(ctx, wait); err != nil || p.dry {
		return err
	}
	for letters, next := range p.next {
		at := []kafka.TopicPartition{{Topic: &letters, Partition: 0, Offset: kafka.Offset(next)}}
		if _, err := p.group.CommitOffsets(at); err != nil {
			return fmt.Errorf("commit which letters of %s were dealt with: %w; the next run sends them again", letters, err)
		}
	}
	return nil
}

// stored waits until Kafka has stored everything.
func (p *post) stored(ctx context.Context, wait time.Duration) error {
	const step = 100 // milliseconds
	for deadline := time.Now().Add(wait); p.producer.Flush(step) > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("Kafka has not stored everything after %s; run it again", wait)
		}
	}
	select {
	case event := <-p.producer.Events():
		return fmt.Errorf("Kafka refused a letter: %s; run it again", event)
	default:
		return nil
	}
}
