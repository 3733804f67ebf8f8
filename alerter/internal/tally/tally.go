// Package tally counts what becomes of riots and how long it takes, stage by
// stage, in memory that does not grow: for the summary at the end, for a line
// now and then, and for Prometheus. It is told by package stream.
package tally

import (
	"sync"
	"time"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
)

// A Tally is an observer of package stream. It is safe for concurrent use.
type Tally struct {
	metrics metrics

	mu     sync.Mutex
	before figures // what Window has told of
	since  figures
}

// New is a tally with nothing in it.
func New() *Tally {
	return &Tally{metrics: newMetrics(), before: newFigures(), since: newFigures()}
}

// Received counts the time that a riot took to come here.
func (t *Tally) Received(source deliver.Source) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.took(receive, source.SentAt, source.ReceivedAt)
}

// Repeated counts a riot that was known.
func (t *Tally) Repeated() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.since.counts.Repeated++
}

// Undecodable counts a dead letter.
func (t *Tally) Undecodable() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.since.counts.Undecodable++
}

// Unwritten counts alerts of which there is no line.
func (t *Tally) Unwritten(alerts int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.since.counts.Unwritten += alerts
}

// Delivered counts an alert, and the time that it took.
func (t *Tally) Delivered(r deliver.Receipt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch r.Outcome {
	case deliver.Opened:
		t.since.counts.Opened++
	case deliver.Updated:
		t.since.counts.Updated++
	default:
		return // no alert: no latency
	}
	if r.Stale {
		t.since.counts.Stale++
	}
	t.took(handle, r.Source.ReceivedAt, r.At)
	t.took(whole, r.Source.SentAt, r.At)
}

// took counts a latency. The clocks of drone and alerter may differ: a
// negative one counts as none.
func (t *Tally) took(s stage, from, to time.Time) {
	latency := min(max(to.Sub(from), 0), longest)
	t.since.took[s].record(latency)
	t.metrics.took[s].Observe(latency.Seconds())
}

// Window is a summary of what has happened since Window was called last.
func (t *Tally) Window() Summary {
	t.mu.Lock()
	defer t.mu.Unlock()
	summary := t.since.summary()
	t.before.add(t.since)
	t.since.reset()
	return summary
}

// Summary is one of everything so far.
func (t *Tally) Summary() Summary {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := newFigures()
	all.add(t.before)
	all.add(t.since)
	return all.summary()
}
