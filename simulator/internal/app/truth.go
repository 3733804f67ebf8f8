package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/simulator/internal/fault"
	"github.com/peacestate/peacestate/simulator/internal/truth"
	"github.com/peacestate/peacestate/simulator/internal/world"
)

// Truth is the command that says what a flight sends and what must be found of
// it, from the world and its faults alone. It needs no server.
type Truth struct {
	Scenario

	From Moment        `required:"" placeholder:"TIME" help:"When simulated time starts: a date, or a time as in RFC 3339."`
	For  time.Duration `required:"" help:"For how much simulated time."`
	JSON bool          `name:"json" help:"Print everything as one JSON object: also every riot, fault and failure."`
}

// A verdict is what --json prints.
type verdict struct {
	Seed   uint64    `json:"seed"`
	Drones int       `json:"fleet"`
	Shard  string    `json:"shard"`
	Period string    `json:"period"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"` // excluded
	truth.Truth
	// Unrest is what happens in the country, seen by a drone or not.
	Unrest []world.Unrest `json:"unrest"`
	// Failures are those of the drones themselves.
	Failures []world.Failure `json:"failures"`
	// Maintenance is what the ground crew says of them, each message once.
	Maintenance []schemas.MaintenanceEvent `json:"maintenance"`
	// Manifest lists every fault, in the order in which they are sent.
	Manifest []fault.Entry `json:"manifest"`
}

// Run folds the flight and prints the truth about it.
func (c Truth) Run(ctx context.Context, streams service.Streams) error {
	fleet, err := c.check()
	if err != nil {
		return err
	}
	from, to := c.From.Time, c.From.Add(c.For)
	v := verdict{
		Seed: c.Seed, Drones: c.Drones, Shard: fmt.Sprintf("%d/%d", c.Shard.part, c.Shard.parts), Period: c.Period.String(),
		From: from, To: to,
		Unrest:      append([]world.Unrest{}, fleet.Unrest(from, to)...),
		Failures:    append([]world.Failure{}, fleet.Failures(from, to)...),
		Maintenance: slices.AppendSeq([]schemas.MaintenanceEvent{}, fleet.Maintenance(from, to)),
		Manifest:    []fault.Entry{},
	}
	transmissions := c.faultPlan(to).Transmissions(until(ctx, fleet.Between(from, to)))
	v.Truth = truth.Of(func(yield func(fault.Transmission, schemas.Report) bool) {
		report := fleet.Reporter()
		for t := range transmissions {
			if c.JSON { // for a person the counts are enough
				v.Manifest = append(v.Manifest, t.Entries()...)
			}
			if !yield(t, report(t.Due)) {
				return
			}
		}
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case c.JSON:
		return json.NewEncoder(streams.Out).Encode(v)
	default:
		_, err := fmt.Fprint(streams.Out, v.text())
		return err
	}
}

// check is the fleet that the options ask for. The error names every option
// that is wrong.
func (c Truth) check() (world.Fleet, error) {
	var problems []error
	if c.For <= 0 || c.For > maxFlight {
		problems = append(problems, fmt.Errorf("--for must be above 0 and at most a century, not %s", c.For))
	}
	if c.From.Before(world.Epoch()) {
		problems = append(problems, fmt.Errorf("--from must not be before the first flight, %s", world.Epoch().Format(time.DateOnly)))
	}
	fleet, err := c.fleet()
	return fleet, errors.Join(append(problems, err)...)
}

// until lists reports until ctx ends.
func until(ctx context.Context, dues iter.Seq[world.Due]) iter.Seq[world.Due] {
	return func(yield func(world.Due) bool) {
		for due := range dues {
			if ctx.Err() != nil || !yield(due) {
				return
			}
		}
	}
}
