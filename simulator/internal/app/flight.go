package app

import (
	"context"
	"iter"
	"time"

	"github.com/peacestate/peacestate/simulator/internal/fault"
	"github.com/peacestate/peacestate/simulator/internal/publish"
	"github.com/peacestate/peacestate/simulator/internal/world"
)

// A flight is a fleet on its way, and what goes wrong.
type flight struct {
	fleet    world.Fleet
	faults   fault.Plan
	gate     *gate
	manifest *manifest
}

// messages hands out what the drones send, each message when it is due, until
// the flight is over; then what they still hold. What the ground crew says goes
// before the first report that is sent no earlier than that; a flight that
// comes to its end leaves out none, and one that is broken off none that
// happened until then.
func (f *flight) messages(ctx context.Context) iter.Seq[publish.Message] {
	return func(yield func(publish.Message) bool) {
		defer f.gate.land()
		next, stop := iter.Pull(f.fleet.Maintenance(f.gate.plan.from, f.gate.plan.to))
		defer stop()
		event, waits := next()
		hear := func(until time.Time) bool {
			for ; waits && !event.HappenedAt.After(until); event, waits = next() {
				said := event
				if !yield(publish.Message{Maintenance: &said}) {
					return false
				}
			}
			return true
		}
		report := f.fleet.Reporter()
		brokenOff := false
		pass := func(at time.Time) bool {
			brokenOff = !f.gate.pass(ctx, at)
			return !brokenOff
		}
		for t := range f.faults.Flown(f.fleet.Between(f.gate.plan.from, f.gate.plan.to), pass) {
			if !hear(t.SentAt) || !yield(f.manifest.message(t, report(t.Due))) {
				return
			}
		}
		if !brokenOff && ctx.Err() == nil {
			hear(f.gate.plan.to)
		}
	}
}
