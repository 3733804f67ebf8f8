package webhook

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
)

const (
	// maxQueued bounds the records of a partition that wait for its worker; when
	// so many do, the partition is paused until none does.
	maxQueued = 100
	// pollFor is how long a quiet topic is polled before paused partitions are
	// looked after.
	pollFor = 100 * time.Millisecond
	// takeLimit bounds the wait for Kafka to say where to resume. It is below
	// the five minutes after which a member that does not poll is put out of
	// the group.
	takeLimit = 4 * time.Minute
	// restartAfter is the pause after a consumer that could not go on.
	restartAfter = 5 * time.Second
	// sayAgain is how often trouble that goes on is mentioned.
	sayAgain = 5 * time.Second
)

// memberConfig is that of a member of a webhook's group. Where nothing else is
// said, the reasons are those of package stream's member.
func memberConfig(servers, group string) kafka.ConfigMap {
	c := broker.Prompt(servers)
	maps.Copy(c, kafka.ConfigMap{
		"group.id":                      group,
		"enable.auto.offset.store":      false,
		"auto.commit.interval.ms":       1000,
		"auto.offset.reset":             "earliest", // a partition added later is new from its start; see begin
		"partition.assignment.strategy": "cooperative-sticky",
		"session.timeout.ms":            6000,
		"heartbeat.interval.ms":         500,
		// Fetched ahead while the receiver is slow; the default is 64 MB for each webhook.
		"queued.max.messages.kbytes": 4096,
	})
	return c
}

// A member is one consumer of a webhook's group. It belongs to one goroutine;
// its workers have theirs.
type member struct {
	*hook
	consumer *kafka.Consumer
	workers  map[int32]*worker // by partition, of those that are assigned
	said     time.Time         // when Kafka's trouble was last mentioned
	failure  error             // met where it could not be returned
}

// consume is a member until ctx ends, or it cannot go on.
func (h *hook) consume(ctx context.Context) error {
	c := memberConfig(h.Servers, h.outlet.group)
	if h.Instance != "" {
		c["group.instance.id"] = h.Instance
	}
	consumer, err := kafka.NewConsumer(&c)
	if err != nil {
		return fmt.Errorf("configure the Kafka consumer: %w", err)
	}
	m := &member{hook: h, consumer: consumer, workers: make(map[int32]*worker)}
	err = m.run(ctx)
	h.joined.Store(false)
	// The consumer's last act is to give its partitions back (member.give).
	if closeErr := broker.Leave(consumer); closeErr != nil {
		h.log.Warn("leaving the webhook's group failed; its partitions are free in ten seconds", "error", closeErr)
	}
	m.stopWorkers(slices.Collect(maps.Keys(m.workers)))
	return err
}

func (m *member) run(ctx context.Context) error {
	topic := m.Subject.topic
	err := m.consumer.Subscribe(topic, func(_ *kafka.Consumer, event kafka.Event) error {
		if err := m.rebalance(ctx, event); err != nil && m.failure == nil {
			m.failure = err
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("subscribe to topic %s: %w", topic, err)
	}
	for {
		event := m.consumer.Poll(milliseconds(pollFor))
		if err := errors.Join(ctx.Err(), m.failure); err != nil {
			return err
		}
		if err := m.handle(event); err != nil {
			return err
		}
		if err := m.resume(); err != nil {
			return err
		}
	}
}

func (m *member) handle(event kafka.Event) error {
	switch e := event.(type) {
	case *kafka.Message:
		if err := e.TopicPartition.Error; err != nil {
			m.trouble("a partition cannot be read", err)
			return nil
		}
		return m.queue(e)
	case kafka.Error:
		if e.IsFatal() {
			return fmt.Errorf("the Kafka consumer cannot go on: %w", e)
		}
		m.trouble("Kafka is in trouble; the webhook's "+m.Subject.noun+"s wait for it", e)
	}
	return nil
}

// queue hands a record to its partition's worker. When that has enough, the
// partition is paused.
func (m *member) queue(message *kafka.Message) error {
	w := m.workers[message.TopicPartition.Partition]
	if w == nil {
		return nil // fetched before the partition was given back: its new owner's
	}
	select {
	case w.queue <- message:
	default:
		return fmt.Errorf("%s partition %d offset %d came though its partition is paused", m.Subject.topic, w.partition, message.TopicPartition.Offset)
	}
	if len(w.queue) < cap(w.queue) {
		return nil
	}
	if err := m.consumer.Pause(m.at(w.partition, 0)); err != nil {
		return fmt.Errorf("pause partition %d: %w", w.partition, err)
	}
	w.paused = true
	return nil
}

// resume lets paused partitions go on whose workers have nothing left to do.
func (m *member) resume() error {
	for _, w := range m.workers {
		if !w.paused || len(w.queue) > 0 {
			continue
		}
		if err := m.consumer.Resume(m.at(w.partition, 0)); err != nil {
			return fmt.Errorf("resume partition %d: %w", w.partition, err)
		}
		w.paused = false
	}
	return nil
}

// rebalance is called while the consumer is polled, or closed.
func (m *member) rebalance(ctx context.Context, event kafka.Event) error {
	switch e := event.(type) {
	case kafka.AssignedPartitions:
		err := m.take(ctx, e.Partitions)
		m.joined.Store(err == nil)
		return err
	case kafka.RevokedPartitions:
		return m.give(e.Partitions)
	}
	return nil
}

// take starts a worker for each newly assigned partition. What stands before
// the committed offset was dealt with: the last of it is read again to learn
// what the receiver was told.
func (m *member) take(ctx context.Context, assigned []kafka.TopicPartition) error {
	if len(assigned) == 0 {
		return m.consumer.IncrementalAssign(assigned)
	}
	var committed []kafka.TopicPartition
	answering := broker.Ready(m.Servers)
	answering.Probe = func(context.Context) (err error) {
		committed, err = m.consumer.Committed(assigned, milliseconds(kafkaTimeout))
		return err
	}
	if err := service.Wait(ctx, m.log, takeLimit, answering); err != nil {
		return fmt.Errorf("ask what the webhook's group committed: %w", err)
	}
	starts := make([]kafka.TopicPartition, len(committed))
	for i, p := range committed {
		starts[i] = kafka.TopicPartition{Topic: p.Topic, Partition: p.Partition, Offset: max(p.Offset-remembered, 0)}
		if p.Metadata != nil && *p.Metadata == fresh {
			starts[i].Offset = p.Offset
		}
	}
	if err := m.consumer.IncrementalAssign(starts); err != nil {
		return fmt.Errorf("take partitions of topic %s: %w", m.Subject.topic, err)
	}
	for _, p := range committed {
		m.workers[p.Partition] = startWorker(ctx, m.hook, m.consumer, p.Partition, p.Offset)
	}
	return nil
}

// give hands partitions back, with what was done in them committed.
func (m *member) give(revoked []kafka.TopicPartition) error {
	var numbers []int32
	for _, p := range revoked {
		numbers = append(numbers, p.Partition)
	}
	m.stopWorkers(numbers)
	if len(numbers) > 0 && !m.consumer.AssignmentLost() {
		if _, err := m.consumer.Commit(); err != nil && !isNothingStored(err) {
			m.log.Warn("the webhook's last offsets were not committed; some is told again", "error", err)
		}
	}
	if err := m.consumer.IncrementalUnassign(revoked); err != nil {
		return fmt.Errorf("give partitions of topic %s back: %w", m.Subject.topic, err)
	}
	return nil
}

// stopWorkers stops those of these partitions side by side.
func (m *member) stopWorkers(numbers []int32) {
	for _, p := range numbers {
		if w := m.workers[p]; w != nil {
			w.stop()
		}
	}
	for _, p := range numbers {
		if w := m.workers[p]; w != nil {
			<-w.done
		}
		delete(m.workers, p)
	}
}

// trouble warns of something that Kafka's client retries, now and then.
func (m *member) trouble(what string, err error) {
	if time.Since(m.said) < sayAgain {
		return
	}
	m.said = time.Now()
	m.log.Warn(what, "error", err)
}

func isNothingStored(err error) bool {
	var refusal kafka.Error
	return errors.As(err, &refusal) && refusal.Code() == kafka.ErrNoOffset
}

// at names a place in one partition of the hook's topic, as the consumer wants
// it.
func (h *hook) at(number int32, offset kafka.Offset) []kafka.TopicPartition {
	return []kafka.TopicPartition{{Topic: &h.Subject.topic, Partition: number, Offset: offset}}
}
