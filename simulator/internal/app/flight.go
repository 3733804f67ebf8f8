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
// the flight is over; then what they still hold.
func (f *flight) messages(ctx context.Context) iter.Seq[publish.Message] {
	return func(yield func(publish.Message) bool) {
		defer f.gate.land()
		report := f.fleet.Reporter()
		pass := func(at time.Time) bool { return f.gate.pass(ctx, at) }
		for t := range f.faults.Flown(f.fleet.Between(f.gate.plan.from, f.gate.plan.to), pass) {
			if !yield(f.manifest.message(t, report(t.Due))) {
				return
			}
		}
	}
}
