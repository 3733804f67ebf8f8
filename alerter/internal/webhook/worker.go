package webhook

import (
	"context"
	"errors"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
)

// tryAgain is the pause before something of ours is asked again: the registry
// for a schema, or the broker to take an undelivered alert.
const tryAgain = 5 * time.Second

// A worker deals with the alerts of one partition, in order, for as long as it
// is assigned.
type worker struct {
	*hook
	consumer  *kafka.Consumer
	partition int32
	began     time.Time
	// dueFrom is the offset of the first alert to be dealt with; those before
	// it only tell what the receiver knows.
	dueFrom kafka.Offset
	told    told

	alerts chan *kafka.Message
	paused bool // belongs to the member
	stop   context.CancelFunc
	done   chan struct{} // closed when it has ended
}

func startWorker(ctx context.Context, h *hook, consumer *kafka.Consumer, partition int32, dueFrom kafka.Offset) *worker {
	ctx, stop := context.WithCancel(ctx)
	w := &worker{
		hook: h, consumer: consumer, partition: partition, began: time.Now(), dueFrom: dueFrom, told: newTold(),
		alerts: make(chan *kafka.Message, maxQueued), stop: stop, done: make(chan struct{}),
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
		case message := <-w.alerts:
			if w.handle(ctx, message) != nil {
				return
			}
		}
	}
}

// handle deals with one alert. The only error is errStopped: the alert is left
// as it is.
func (w *worker) handle(ctx context.Context, message *kafka.Message) error {
	if ctx.Err() != nil {
		return errStopped // both were ready, the next alert and the end
	}
	alert, err := w.read(ctx, message)
	if errors.Is(err, errStopped) {
		return err
	}
	if message.TopicPartition.Offset < w.dueFrom {
		if err == nil && w.told.isNews(alert) {
			w.told.tell(alert)
		}
		return nil
	}
	switch {
	case err != nil:
		err = w.lose(ctx, message, 0, err)
	case w.told.isNews(alert):
		err = w.tell(ctx, message, alert)
	default:
		w.tally.skipped()
	}
	if err != nil {
		return err
	}
	// It can only fail when the partition has been lost to another member, who
	// deals with the alert once more.
	_, _ = w.consumer.StoreOffsets(alertsPartition(w.partition, message.TopicPartition.Offset+1))
	return nil
}

// read decodes an alert. While the registry cannot be asked for its schema, it
// tries again and again. The error is errStopped, or says why it never can.
func (w *worker) read(ctx context.Context, message *kafka.Message) (schemas.Alert, error) {
	for {
		alert, err := w.Reader.Read(message.Value)
		if err == nil || errors.Is(err, registry.ErrUndecodable) {
			return alert, err
		}
		w.log.Warn("the schema registry is in trouble; the webhook's alerts wait for it", "partition", w.partition, "error", err)
		if err := pause(ctx); err != nil {
			return alert, err
		}
	}
}

// tell posts an alert. What is not taken goes to alerts-undelivered.
func (w *worker) tell(ctx context.Context, message *kafka.Message, alert schemas.Alert) error {
	body, err := w.target.format.encode(alert)
	if err != nil {
		return w.lose(ctx, message, 0, err)
	}
	since := message.Timestamp
	if since.Before(w.began) {
		since = w.began
	}
	attempts, err := w.receiver.deliver(ctx, body, since.Add(w.GiveUp), func(why error) {
		if w.tally.retried(why) {
			w.log.Warn("a webhook does not take alerts; they wait", "alert", alert.AlertID, "reason", why)
		}
	})
	switch {
	case err == nil:
		w.told.tell(alert)
		if w.tally.sent(time.Since(message.Timestamp)) {
			w.log.Info("the webhook takes alerts again")
		}
		return nil
	case ctx.Err() != nil:
		return errStopped
	default:
		w.tally.trouble(err)
		return w.lose(ctx, message, attempts, err)
	}
}

// lose sends an alert to alerts-undelivered. It does not return before it is
// there, but for errStopped.
func (w *worker) lose(ctx context.Context, message *kafka.Message, attempts int, reason error) error {
	w.log.Warn("an alert is undelivered", "topic", schemas.Alerts().Undelivered(), "partition", w.partition,
		"offset", message.TopicPartition.Offset, "attempts", attempts, "reason", reason)
	for {
		err := w.undelivered.put(ctx, message, w.target, attempts, reason)
		if err == nil {
			w.tally.lost()
			return nil
		}
		if errors.Is(err, errStopped) {
			return err
		}
		w.log.Error("an undelivered alert cannot be kept; it is tried again, and its partition waits", "partition", w.partition, "error", err)
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
