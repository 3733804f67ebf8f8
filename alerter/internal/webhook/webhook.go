// Package webhook posts alerts to the people who act: to any number of
// webhooks, each in the shape that its receiver reads.
//
// # Each by itself
//
// A webhook is a consumer of the topic alerts with a group of its own, so
// whatever its receiver does, hang, refuse or vanish, delays nothing but
// itself: not the alerts, not their log, not another webhook. Alerters that
// are given the same webhook share its alerts. Where a webhook begins is
// committed before the first riot is alerted on: at its first start that is
// the end of the topic, afterwards behind the last alert that it dealt with.
// An offset is stored after its effect, so an alert is posted at least once; a
// crash may repeat some.
//
// # What is told
//
// An incident is told when it opens, and again when an update raises its
// severity. Other updates are skipped, and stale alerts, which are for the
// record. What a receiver has been told is remembered per partition, and read
// back from the topic when the partition is assigned (type told).
//
// # Order and bounds
//
// Alerts of one partition are posted one after the other, partitions beside
// each other. What is not taken is tried again, until it is refused for good
// or the time for it is over; then it goes to the topic alerts-undelivered
// with the reason, is counted, and the next has its turn.
//
// docs/webhooks.md is for those who write receivers.
package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
)

// Settings are what webhooks need. Package app validates them.
type Settings struct {
	Servers string
	// Group is the alerter's consumer group; those of the webhooks are named
	// after it (Target.Group).
	Group string
	// Instance is the alerter's name in its group, and in those of the
	// webhooks; empty for none.
	Instance string
	Targets  []Target // no two with the same Name
	Secret   string   // signs the bodies; empty for no signature
	// GiveUp, which is positive, is how long an alert is tried, counted from
	// when it was in the topic or, if that is later, when its partition was
	// assigned. Each is tried at least once.
	GiveUp time.Duration
	Wait   time.Duration // for Kafka, at the start
	Reader *registry.Reader[schemas.Alert]
	Log    *slog.Logger
}

// Webhooks are those of one alerter, at work.
type Webhooks struct {
	hooks       []*hook
	undelivered *undelivered // nil when there are no hooks
	stop        context.CancelFunc
	running     sync.WaitGroup
}

// Start commits where each webhook begins, and sets them to work. What is in
// the topic alerts from now on is posted, however long a webhook takes to join
// its group. It fails when Kafka does not answer within Settings.Wait.
func Start(ctx context.Context, s Settings) (*Webhooks, error) {
	for _, target := range s.Targets {
		answering := broker.Ready(s.Servers)
		answering.Probe = func(context.Context) error { return begin(s.Servers, target.Group(s.Group)) }
		if err := service.Wait(ctx, s.Log, s.Wait, answering); err != nil {
			return nil, fmt.Errorf("find where webhook %s begins: %w", target, err)
		}
	}
	if len(s.Targets) == 0 {
		return &Webhooks{stop: func() {}}, nil
	}
	lost, err := openUndelivered(s.Servers)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	w := &Webhooks{undelivered: lost, stop: stop}
	for _, target := range s.Targets {
		h := newHook(s, target, lost)
		w.hooks = append(w.hooks, h)
		w.running.Go(func() { h.run(ctx) })
	}
	return w, nil
}

// Stop ends the webhooks, as the end of Start's context does, and returns when
// requests under way have had their time (requestTimeout) and what was done is
// committed. What was not is posted after the next start.
func (w *Webhooks) Stop() {
	w.stop()
	w.running.Wait()
	if w.undelivered != nil {
		w.undelivered.close()
	}
}

// Stats are the counts of every webhook, in the order of Settings.Targets. It
// may be called at any time, from any goroutine.
func (w *Webhooks) Stats() []Stats {
	var all []Stats
	for _, h := range w.hooks {
		all = append(all, h.tally.stats())
	}
	return all
}

// Ready is nil while every webhook has its share of the partitions and its
// receiver took the last alert that it was sent. Otherwise the error names one
// that has not, or did not, and why.
func (w *Webhooks) Ready() error {
	for _, h := range w.hooks {
		if !h.joined.Load() {
			return fmt.Errorf("webhook %s waits for its consumer group to share out the partitions", h.target.Name())
		}
	}
	for _, h := range w.hooks {
		if trouble := h.tally.stats().Trouble; trouble != nil {
			return fmt.Errorf("webhook %s does not take alerts: %w", h.target.Name(), trouble)
		}
	}
	return nil
}

// A hook is one webhook.
type hook struct {
	Settings
	target      Target
	receiver    receiver
	undelivered *undelivered
	tally       *tally
	joined      atomic.Bool // while its member is in the group, with partitions or without
	log         *slog.Logger
}

func newHook(s Settings, target Target, lost *undelivered) *hook {
	return &hook{
		Settings: s, target: target, undelivered: lost,
		receiver: newReceiver(target, s.Secret),
		tally:    newTally(target.Name()),
		log:      s.Log.With("webhook", target.Name()),
	}
}

// run is a member of the webhook's group until ctx ends. What a member cannot
// survive a new one may; the alerter goes on meanwhile.
func (h *hook) run(ctx context.Context) {
	for {
		err := h.consume(ctx)
		if ctx.Err() != nil {
			return
		}
		h.log.Error("a webhook's consumer ended and is started again", "in", restartAfter, "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(restartAfter):
		}
	}
}

// errStopped says that an alert was left for whoever has its partition next.
var errStopped = errors.New("stopped")
