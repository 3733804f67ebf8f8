package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
)

// rebalance is called while the consumer is polled, or closed. What fails here
// ends the loop at its next step.
func (l *loop) rebalance(ctx context.Context, event kafka.Event) {
	l.joined = true
	l.quiet = time.Now()
	switch e := event.(type) {
	case kafka.AssignedPartitions:
		if err := l.take(ctx, e.Partitions); err != nil && l.failure == nil {
			l.failure = err
		}
	case kafka.RevokedPartitions:
		if err := l.give(ctx, e.Partitions); err != nil && l.failure == nil {
			l.failure = err
		}
	}
}

// take starts newly assigned partitions where their alerts end.
func (l *loop) take(ctx context.Context, partitions []kafka.TopicPartition) error {
	if len(partitions) == 0 {
		return l.consumer.IncrementalAssign(partitions)
	}
	starts, err := l.starts(ctx, partitions)
	if err != nil {
		return err
	}
	if err := l.consumer.IncrementalAssign(starts); err != nil {
		return fmt.Errorf("take partitions of topic %s: %w", schemas.Riots().Topic, err)
	}
	for _, p := range starts {
		l.assigned[p.Partition] = &holding{next: int64(p.Offset)}
	}
	if l.paused {
		if err := l.consumer.Pause(starts); err != nil {
			return fmt.Errorf("pause the riots: %w", err)
		}
	}
	l.Log.Info("partitions taken", "topic", schemas.Riots().Topic, "partitions", offsets(starts))
	return nil
}

// starts asks Kafka where to start partitions, until it answers.
func (l *loop) starts(ctx context.Context, partitions []kafka.TopicPartition) (starts []kafka.TopicPartition, err error) {
	question := broker.Ready(l.Servers)
	question.Probe = func(ctx context.Context) error {
		starts, err = l.askStarts(ctx, partitions)
		return err
	}
	if err := service.Wait(ctx, l.Log, resumeLimit, question); err != nil {
		return nil, err
	}
	return starts, nil
}

func (l *loop) askStarts(ctx context.Context, partitions []kafka.TopicPartition) ([]kafka.TopicPartition, error) {
	riotsID, err := l.RiotsID(ctx)
	if err != nil {
		return nil, err
	}
	starts, err := l.consumer.Committed(partitions, int(requestTimeout.Milliseconds()))
	if err != nil {
		return nil, fmt.Errorf("ask what group %s committed: %w", l.Group, err)
	}
	delivered, err := lastDelivered(ctx, l.Servers, l.Group, riotsID, partitions)
	if err != nil {
		return nil, err
	}
	for i, p := range starts {
		last, found := delivered[p.Partition]
		if !found {
			last = -1
		}
		starts[i].Offset = resumeAt(p.Offset, last)
	}
	l.riotsID = riotsID
	return starts, nil
}

// give hands partitions back, with what was done in them committed. Their
// alerts on the way get a little time, so that the next owner finds them.
func (l *loop) give(ctx context.Context, partitions []kafka.TopicPartition) error {
	var numbers []int32
	for _, p := range partitions {
		numbers = append(numbers, p.Partition)
		delete(l.assigned, p.Partition)
	}
	if len(numbers) > 0 && !l.consumer.AssignmentLost() {
		l.settle(ctx, numbers)
	}
	if err := l.consumer.IncrementalUnassign(partitions); err != nil {
		return fmt.Errorf("give partitions of topic %s back: %w", schemas.Riots().Topic, err)
	}
	l.Log.Info("partitions given back", "topic", schemas.Riots().Topic, "partitions", numbers)
	return nil
}

// settle waits for the receipts of these partitions, within drainLimit, and
// commits.
func (l *loop) settle(ctx context.Context, partitions []int32) {
	end := time.Now().Add(drainLimit)
	for l.topic.Waiting(partitions...) > 0 && l.stopped(ctx) == nil && time.Now().Before(end) {
		select {
		case <-l.topic.Changed():
		case <-time.After(patience):
		case <-ctx.Done():
		}
	}
	if _, err := l.consumer.Commit(); err != nil && !isNothingStored(err) {
		l.Log.Warn("the last offsets were not committed; the next owner goes by the alerts, and may repeat dead letters", "error", err)
	}
}

func isNothingStored(err error) bool {
	var refusal kafka.Error
	return errors.As(err, &refusal) && refusal.Code() == kafka.ErrNoOffset
}

func offsets(starts []kafka.TopicPartition) map[int32]string {
	byPartition := make(map[int32]string, len(starts))
	for _, p := range starts {
		byPartition[p.Partition] = p.Offset.String()
	}
	return byPartition
}
