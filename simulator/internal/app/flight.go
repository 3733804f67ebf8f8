package app

import (
	"context"
	"iter"

	"github.com/peacestate/peacestate/simulator/internal/publish"
	"github.com/peacestate/peacestate/simulator/internal/world"
)

// A flight is a fleet on its way.
type flight struct {
	fleet world.Fleet
	gate  *gate
}

// messages hands out what the drones send, each message when it is due, until
// the flight is over.
func (f *flight) messages(ctx context.Context) iter.Seq[publish.Message] {
	return func(yield func(publish.Message) bool) {
		defer f.gate.land()
		for due := range f.fleet.Between(f.gate.plan.from, f.gate.plan.to) {
			if !f.gate.pass(ctx, due.At) || !yield(publish.Message{Report: f.fleet.Report(due)}) {
				return
			}
		}
	}
}
