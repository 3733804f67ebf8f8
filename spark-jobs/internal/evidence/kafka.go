// Package evidence gathers what the audit compares: what Kafka holds, what
// Connect set aside, and what Spark counts in the archive. It is the
// effectful edge of package audit.
package evidence

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/service/broker"
	"github.com/peacestate/peacestate/spark-jobs/internal/audit"
)

const (
	requestTimeout = 10 * time.Second
	pollTimeout    = 200 * time.Millisecond
)

// A Log reads topics as an onlooker: it joins no group and commits nothing.
// It is not safe for concurrent use.
type Log struct{ consumer *kafka.Consumer }

// OpenLog makes a client of a broker; it does not connect yet.
func OpenLog(servers string) (*Log, error) {
	config := broker.Config(servers)
	config["group.id"] = "peacestate-verify" // the client wants one; no group is joined
	config["enable.auto.commit"] = false
	config["auto.offset.reset"] = "earliest"
	config["enable.partition.eof"] = true
	consumer, err := kafka.NewConsumer(&config)
	if err != nil {
		return nil, fmt.Errorf("configure the Kafka client: %w", err)
	}
	return &Log{consumer}, nil
}

// Close frees the client.
func (l *Log) Close() { l.consumer.Close() }

// Spans asks what every partition of a topic holds now, in the order of the
// partitions. There are none when the topic does not exist.
func (l *Log) Spans(ctx context.Context, topic string) ([]audit.Span, error) {
	metadata, err := l.consumer.GetMetadata(&topic, false, int(requestTimeout.Milliseconds()))
	if err != nil {
		return nil, fmt.Errorf("list the partitions of %s: %w", topic, err)
	}
	described := metadata.Topics[topic]
	switch code := described.Error.Code(); code {
	case kafka.ErrNoError:
	case kafka.ErrUnknownTopic, kafka.ErrUnknownTopicOrPart:
		return nil, nil
	default:
		return nil, fmt.Errorf("list the partitions of %s: %w", topic, described.Error)
	}
	var spans []audit.Span
	for _, p := range described.Partitions {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		low, high, err := l.consumer.QueryWatermarkOffsets(topic, p.ID, int(requestTimeout.Milliseconds()))
		if err != nil {
			return nil, fmt.Errorf("ask for the offsets of %s partition %d: %w", topic, p.ID, err)
		}
		spans = append(spans, audit.Span{Partition: p.ID, Low: low, High: high})
	}
	slices.SortFunc(spans, func(a, b audit.Span) int { return cmp.Compare(a.Partition, b.Partition) })
	return spans, nil
}

// Within cuts spans of a topic to the records that were sent from a time on
// and before another; a zero time is no limit. Records stand in the order in
// which they came, which may differ a little from that of their times: a window
// begins with the first record as young as since, and ends before the first as
// young as until.
func (l *Log) Within(topic string, spans []audit.Span, since, until time.Time) ([]audit.Span, error) {
	firsts, err := l.firsts(topic, spans, since)
	if err != nil {
		return nil, err
	}
	ends, err := l.firsts(topic, spans, until)
	return audit.Within(spans, firsts, ends), err
}

// firsts asks for the offset of the first record of each partition that is as
// young as a time; where there is none, it is the end. A zero time has none.
func (l *Log) firsts(topic string, spans []audit.Span, at time.Time) (map[int32]int64, error) {
	if at.IsZero() || len(spans) == 0 {
		return nil, nil
	}
	asked := make([]kafka.TopicPartition, len(spans))
	ends := map[int32]int64{}
	for i, s := range spans {
		asked[i] = kafka.TopicPartition{Topic: &topic, Partition: s.Partition, Offset: kafka.Offset(at.UnixMilli())}
		ends[s.Partition] = s.High
	}
	found, err := l.consumer.OffsetsForTimes(asked, int(requestTimeout.Milliseconds()))
	if err != nil {
		return nil, fmt.Errorf("ask for the offsets of %s at %s: %w", topic, at.UTC().Format(time.RFC3339), err)
	}
	firsts := map[int32]int64{}
	for _, f := range found {
		if f.Error != nil {
			return nil, fmt.Errorf("ask for the offset of %s partition %d at %s: %w", topic, f.Partition, at.UTC().Format(time.RFC3339), f.Error)
		}
		firsts[f.Partition] = int64(f.Offset)
		if f.Offset < 0 { // Kafka answers "the end", as a number below zero
			firsts[f.Partition] = ends[f.Partition]
		}
	}
	return firsts, nil
}

// A Letter is a record that Connect set aside.
type Letter struct {
	Partition int32 // of the topic, and
	Offset    int64 // in it
	Key       string
	SHA256    string // of its value, in hex
}

// DeadLetters reads a whole dead letter topic and lists the records of topic
// that Connect set aside there. Letters of other senders do not count: they
// have not been taken from the archive.
func (l *Log) DeadLetters(ctx context.Context, topic, deadLetters string) ([]Letter, error) {
	var dead []Letter
	err := l.Read(ctx, deadLetters, func(letter *kafka.Message) error {
		if partition, offset, ok := setAside(topic, letter.Headers); ok {
			sum := sha256.Sum256(letter.Value)
			dead = append(dead, Letter{partition, offset, string(letter.Key), hex.EncodeToString(sum[:])})
		}
		return nil
	})
	return dead, err
}

// Read hands every message that a topic holds now to each, in the order of its
// partition; a topic that does not exist holds none. It ends with the first
// error of each.
func (l *Log) Read(ctx context.Context, topic string, each func(*kafka.Message) error) error {
	spans, err := l.Spans(ctx, topic)
	if err != nil {
		return err
	}
	var assigned []kafka.TopicPartition
	for _, s := range spans {
		if s.Records() > 0 {
			assigned = append(assigned, kafka.TopicPartition{Topic: &topic, Partition: s.Partition, Offset: kafka.Offset(s.Low)})
		}
	}
	if len(assigned) == 0 {
		return nil
	}
	if err := l.consumer.Assign(assigned); err != nil {
		return fmt.Errorf("read %s: %w", topic, err)
	}
	defer func() { _ = l.consumer.Unassign() }() // Close does it again
	for open := len(assigned); open > 0; {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		switch event := l.consumer.Poll(int(pollTimeout.Milliseconds())).(type) {
		case *kafka.Message:
			err := event.TopicPartition.Error
			if err == nil {
				err = each(event)
			}
			if err != nil {
				return fmt.Errorf("read %s: %w", topic, err)
			}
		case kafka.PartitionEOF:
			open--
		case kafka.Error:
			if event.IsFatal() || event.Code() == kafka.ErrAllBrokersDown {
				return fmt.Errorf("read %s: %w", topic, event)
			}
		}
	}
	return nil
}

// setAside reads from a dead letter's headers which record of topic Connect
// set aside; ok is false for letters of other topics or other senders.
// Source: Kafka Connect, errors.deadletterqueue.context.headers.enable.
func setAside(topic string, headers []kafka.Header) (partition int32, offset int64, ok bool) {
	const prefix = "__connect.errors."
	values := map[string]string{}
	for _, h := range headers {
		values[h.Key] = string(h.Value)
	}
	if values[prefix+"topic"] != topic {
		return 0, 0, false
	}
	p, badPartition := strconv.ParseInt(values[prefix+"partition"], 10, 32)
	o, badOffset := strconv.ParseInt(values[prefix+"offset"], 10, 64)
	return int32(p), o, errors.Join(badPartition, badOffset) == nil
}
