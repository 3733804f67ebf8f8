package webhook

import (
	"context"
	"errors"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas/registry"
)

// tryAgain is the pause before something of ours is asked again: the registry
// for a schema, or the broker to take what is undelivered.
const tryAgain = 5 * time.Second

// A worker deals with the records of one partition, in order, for as long as it
// is assigned.
type worker struct {
	*hook
	consumer  *kafka.Consumer
	partition int32
	began     time.Time
	// dueFrom is the offset of the first record to be dealt with; those before
	// it only tell what the receiver knows.
	dueFrom kafka.Offset
	told    told

	queue  chan *kafka.Message
	paused bool // belongs to the member
	stop   context.CancelFunc
	done   chan struct{} // closed when it has ended
}

func startWorker(ctx context.Context, h *hook, consumer *kafka.Consumer, partition int32, dueFrom kafka.Offset) *worker {
	ctx, stop := context.WithCancel(ctx)
	w := &worker{
		hook: h, consumer: consumer, partition: partition, began: time.Now(), dueFrom: dueFrom, told: newTold(),
		queue: make(chan *kafka.Message, maxQueued), stop: stop, done: make(chan struct{}),
	}
	go w.run(ctx)
	return w
}

func (w *worker) run(ctx context.Context) {
	defer close(w.done)
	defer w.stop()
	for {
		select {
		case <-ctx.Done():
			return
		case message := <-w.queue:
			if w.handle(ctx, message) != nil {
				return
			}
		}
	}
}

// handle deals with one record. The only error is errStopped: the record is left
// as it is.
func (w *worker) handle(ctx context.Context, message *kafka.Message) error {
	if ctx.Err() != nil {
		return errStopped // both were ready, the next record and the end
	}
	n, err := w.read(ctx, message)
	if errors.Is(err, errStopped) {
		return err
	}
	if message.TopicPartition.Offset < w.dueFrom {
		if err == nil && w.told.isNews(n) {
			w.told.tell(n)
		}
		return nil
	}
	switch {
	case err != nil:
		err = w.lose(ctx, message, 0, err)
	case w.told.isNews(n):
		err = w.tell(ctx, message, n)
	default:
		w.tally.skipped()
	}
	if err != nil {
		return err
	}
	// It can only fail when the partition has been lost to another member, who
	// deals with the record once more.
	_, _ = w.consumer.StoreOffsets(w.at(w.partition, message.TopicPartition.Offset+1))
	return nil
}

// read decodes a record. While the registry cannot be asked for its schema, it
// tries again and again. The error is errStopped, or says why it never can.
func (w *worker) read(ctx context.Context, message *kafka.Message) (notice, error) {
	for {
		n, err := w.Subject.read(message.Value)
		if err == nil || errors.Is(err, registry.ErrUndecodable) {
			return n, err
		}
		w.log.Warn("the schema registry is in trouble; the webhook's "+w.Subject.noun+"s wait for it", "partition", w.partition, "error", err)
		if err := pause(ctx); err != nil {
			return n, err
		}
	}
}

// tell tells a notice. What is not taken goes to the undelivered.
func (w *worker) tell(ctx context.Context, message *kafka.Message, n notice) error {
	since := message.Timestamp
	if since.Before(w.began) {
		since = w.began
	}
	attempts, err := w.outlet.tell(ctx, n, since.Add(w.GiveUp), func(why error) {
		if w.tally.retried(why) {
			w.log.Warn("a webhook does not take "+w.Subject.noun+"s; they wait", "id", n.id, "reason", why)
		}
	})
	switch {
	case err == nil:
		w.told.tell(n)
		if w.tally.sent(time.Since(message.Timestamp)) {
			w.log.Info("the webhook takes " + w.Subject.noun + "s again")
		}
		return nil
	case ctx.Err() != nil:
		return errStopped
	default:
		if attempts > 0 {
			w.tally.trouble(err)
		}
		return w.lose(ctx, message, attempts, err)
	}
}

// lose sends a record to the undelivered. It does not return before it is there,
// but for errStopped.
func (w *worker) lose(ctx context.Context, message *kafka.Message, attempts int, reason error) error {
	w.log.Warn("one "+w.Subject.noun+" is undelivered", "topic", w.Subject.undelivered, "partition", w.partition,
		"offset", message.TopicPartition.Offset, "attempts", attempts, "reason", reason)
	for {
		err := w.undelivered.put(ctx, message, w.outlet.name, attempts, reason)
		if err == nil {
			w.tally.lost()
			return nil
		}
		if errors.Is(err, errStopped) {
			return err
		}
		w.log.Error("one undelivered "+w.Subject.noun+" cannot be kept; it is tried again, and its partition waits", "partition", w.partition, "error", err)
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return errStopped
	case <-time.After(tryAgain):
		return nil
	}
}
