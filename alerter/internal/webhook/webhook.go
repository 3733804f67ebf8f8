// Package webhook tells people of alerts, and the ground crew of drones to call
// in (type Subject): by any number of webhooks, each in the shape that its
// receiver reads, and call-ins by lines, too. Below, what is said of alerts
// holds for call-ins.
//
// # Each by itself
//
// A webhook is a consumer of the topic alerts with a group of its own, so
// whatever its receiver does, hang, refuse or vanish, delays nothing but
// itself: not the alerts, not their log, not another webhook. Alerters that
// are given the same webhook share its alerts. Where a webhook begins is
// committed before the first riot is alerted on: at its first start that is
// the end of the topic (of call-ins, what a week has brought), afterwards
// behind the last alert that it dealt with.
// An offset is stored after its effect, so an alert is posted at least once; a
// crash may repeat some.
//
// # What is told
//
// An incident is told when it opens, and again when an update raises its
// severity. Other updates are skipped, and stale alerts, which are for the
// record. A drone to be called in is told once from one repair to the next. What
// a receiver has been told is remembered per partition, and read back from the
// topic when the partition is assigned (type told).
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

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
)

// Settings are what webhooks need. Package app validates them.
type Settings struct {
	Subject Subject
	Servers string
	// Group is what the consumer groups are named after (Target.Group). It must
	// be another one for each Subject.
	Group string
	// Instance is the alerter's name in its group, and in those of the
	// webhooks; empty for none.
	Instance string
	Targets  []Target // no two with the same Name
	Secret   string   // signs the bodies; empty for no signature
	// GiveUp, which is positive, is how long a record is tried, counted from when
	// it was in the topic or, if that is later, when its partition was
	// assigned. Each is tried at least once.
	GiveUp time.Duration
	Wait   time.Duration // for Kafka, at the start
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
// the topic from now on is posted, however long a webhook takes to join its
// group. It fails when Kafka does not answer within Settings.Wait.
func Start(ctx context.Context, s Settings) (*Webhooks, error) {
	outlets := s.outlets()
	for _, o := range outlets {
		answering := broker.Ready(s.Servers)
		answering.Probe = func(context.Context) error { return begin(s.Servers, o.group, s.Subject.topic, s.Subject.atMost) }
		if err := service.Wait(ctx, s.Log, s.Wait, answering); err != nil {
			return nil, fmt.Errorf("find where webhook %s begins: %w", o.name, err)
		}
	}
	if len(outlets) == 0 {
		return &Webhooks{stop: func() {}}, nil
	}
	lost, err := openUndelivered(s.Servers, s.Subject.undelivered)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	w := &Webhooks{undelivered: lost, stop: stop}
	for _, o := range outlets {
		h := newHook(s, o, lost)
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

// Stats are the counts of every webhook, in the order of Settings.Targets, and
// then those of the lines, if the Subject has some. It be called at any time, from any goroutine.
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
			return fmt.Errorf("webhook %s waits for its consumer group to share out the partitions of %s", h.outlet.name, h.Subject.topic)
		}
	}
	for _, h := range w.hooks {
		if trouble := h.tally.stats().Trouble; trouble != nil {
			return fmt.Errorf("webhook %s does not take %ss: %w", h.outlet.name, h.Subject.noun, trouble)
		}
	}
	return nil
}

// An outlet is where notices go: a webhook, or lines.
type outlet struct {
	name  string // in the log, in metrics, and in the headers of what is undelivered
	group string // its consumer group
	// tell returns when a notice is taken, refused for good, or given up, as
	// receiver.deliver does. It makes no attempt when the notice has no body.
	tell func(ctx context.Context, n notice, giveUp time.Time, retrying func(error)) (attempts int, err error)
}

func (s Settings) outlets() []outlet {
	var all []outlet
	for _, target := range s.Targets {
		all = append(all, outlet{target.Name(), target.Group(s.Group), newReceiver(target, s.Secret).tell})
	}
	if s.Subject.lines {
		all = append(all, outlet{Lines, s.Group + "-lines", printed})
	}
	return all
}

// printed writes a notice as a line. It does not wait for the reader.
func printed(_ context.Context, n notice, _ time.Time, _ func(error)) (attempts int, err error) {
	n.print()
	return 1, nil
}

// A hook is one webhook, or other outlet, at work.
type hook struct {
	Settings
	outlet      outlet
	undelivered *undelivered
	tally       *tally
	joined      atomic.Bool // while its member is in the group, with partitions or without
	log         *slog.Logger
}

func newHook(s Settings, o outlet, lost *undelivered) *hook {
	return &hook{
		Settings: s, outlet: o, undelivered: lost,
		tally: newTally(s.Subject.topic, o.name),
		log:   s.Log.With("webhook", o.name),
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

// errStopped says that a record was left for whoever has its partition next.
var errStopped = errors.New("stopped")
