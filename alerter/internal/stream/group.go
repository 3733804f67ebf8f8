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
	defer func() { l.joined, l.quiet = true, time.Now() }()
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

// take starts newly assigned partitions where their alerts end, with what
// these say.
func (l *loop) take(ctx context.Context, partitions []kafka.TopicPartition) error {
	if len(partitions) == 0 {
		return l.consumer.IncrementalAssign(partitions)
	}
	began := time.Now()
	if err := l.ownReceipts(ctx, numbers(partitions)); err != nil {
		return err
	}
	starts, pasts, err := l.starts(ctx, partitions)
	if err != nil {
		return err
	}
	if err := l.consumer.IncrementalAssign(starts); err != nil {
		return fmt.Errorf("take partitions of topic %s: %w", schemas.Riots().Topic, err)
	}
	for _, p := range starts {
		l.assigned[p.Partition] = &holding{history: pasts[p.Partition].history, next: int64(p.Offset)}
	}
	if l.paused {
		if err := l.consumer.Pause(starts); err != nil {
			return fmt.Errorf("pause the riots: %w", err)
		}
	}
	remembered := 0
	for _, p := range pasts {
		remembered += p.history.Len()
	}
	l.Log.Info("partitions taken", "topic", schemas.Riots().Topic, "partitions", offsets(starts),
		"remembered", remembered, "took", time.Since(began).Round(time.Millisecond))
	return nil
}

// ownReceipts waits for what this alerter itself has sent in these partitions,
// when they come back to it after the group had lost it: it would be missing
// at the end of the alerts.
func (l *loop) ownReceipts(ctx context.Context, partitions []int32) error {
	ctx, cancel := context.WithTimeoutCause(ctx, resumeLimit, errors.New("alerts of partitions that came back are still not delivered; start again"))
	defer cancel()
	for l.topic.Waiting(partitions...) > 0 {
		if err := l.topic.Err(); err != nil {
			return err
		}
		select {
		case <-l.topic.Changed():
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// starts asks Kafka where to start partitions, and what their alerts say,
// until it answers.
func (l *loop) starts(ctx context.Context, partitions []kafka.TopicPartition) (starts []kafka.TopicPartition, pasts map[int32]past, err error) {
	question := broker.Ready(l.Servers)
	question.Probe = func(ctx context.Context) error {
		starts, pasts, err = l.askStarts(ctx, partitions)
		return err
	}
	if err := service.Wait(ctx, l.Log, resumeLimit, question); err != nil {
		return nil, nil, err
	}
	return starts, pasts, nil
}

func (l *loop) askStarts(ctx context.Context, partitions []kafka.TopicPartition) ([]kafka.TopicPartition, map[int32]past, error) {
	riotsID, err := l.RiotsID(ctx)
	if err != nil {
		return nil, nil, err
	}
	starts, err := l.consumer.Committed(partitions, int(requestTimeout.Milliseconds()))
	if err != nil {
		return nil, nil, fmt.Errorf("ask what group %s committed: %w", l.Group, err)
	}
	pasts, err := l.recall(ctx, riotsID, numbers(partitions))
	if err != nil {
		return nil, nil, err
	}
	for i, p := range starts {
		starts[i].Offset = resumeAt(p.Offset, pasts[p.Partition].last)
	}
	l.riotsID = riotsID
	return starts, pasts, nil
}

// give hands partitions back, with what was done in them committed. Their
// alerts on the way get a little time, so that the next owner finds them.
func (l *loop) give(ctx context.Context, partitions []kafka.TopicPartition) error {
	given := numbers(partitions)
	for _, p := range given {
		delete(l.assigned, p)
	}
	if len(given) > 0 && !l.consumer.AssignmentLost() {
		l.settle(ctx, given)
	}
	if err := l.consumer.IncrementalUnassign(partitions); err != nil {
		return fmt.Errorf("give partitions of topic %s back: %w", schemas.Riots().Topic, err)
	}
	l.Log.Info("partitions given back", "topic", schemas.Riots().Topic, "partitions", given)
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

func numbers(partitions []kafka.TopicPartition) []int32 {
	all := make([]int32, 0, len(partitions))
	for _, p := range partitions {
		all = append(all, p.Partition)
	}
	return all
}

func offsets(starts []kafka.TopicPartition) map[int32]string {
	byPartition := make(map[int32]string, len(starts))
	for _, p := range starts {
		byPartition[p.Partition] = p.Offset.String()
	}
	return byPartition
}
