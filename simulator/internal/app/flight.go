package app

import (
	"context"
	"iter"
	"sync/atomic"
	"time"

	"github.com/peacestate/peacestate/simulator/internal/fault"
	"github.com/peacestate/peacestate/simulator/internal/publish"
	"github.com/peacestate/peacestate/simulator/internal/world"
)

// A flight is a fleet in a window of time, and how far it has come.
type flight struct {
	fleet    world.Fleet
	window   window
	faults   fault.Plan
	manifest *manifest

	// The times of the first and the last report handed out so far, in Unix
	// milliseconds; 0 when there is none.
	first, last atomic.Int64
}

// span is when the first and the last report handed out so far fall; zero
// times when there is none.
func (f *flight) span() (first, last time.Time) {
	at := func(ms int64) time.Time {
		if ms == 0 {
			return time.Time{}
		}
		return time.UnixMilli(ms).UTC()
	}
	return at(f.first.Load()), at(f.last.Load())
}

// messages hands out what the drones send, each message when it is due, until
// the window or ctx ends; then what they still hold.
func (f *flight) messages(ctx context.Context) iter.Seq[publish.Message] {
	return func(yield func(publish.Message) bool) {
		report := f.fleet.Reporter()
		pass := func(at time.Time) bool { return sleepUntil(ctx, f.window.due(at)) }
		for t := range f.faults.Flown(f.fleet.Between(f.window.from, f.window.to), pass) {
			f.first.CompareAndSwap(0, t.At.UnixMilli())
			f.last.Store(max(f.last.Load(), t.At.UnixMilli()))
			if !yield(f.manifest.message(t, report(t.Due))) {
				return
			}
		}
	}
}

// sleepUntil waits until a time, or not at all if that has passed. It answers
// false when ctx ended first.
func sleepUntil(ctx context.Context, t time.Time) bool {
	wait := time.Until(t)
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
