package app

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/peacestate/peacestate/simulator/internal/world"
)

// A Scenario says which drones fly over which world, and what goes wrong: what
// every command needs to know.
type Scenario struct {
	Drones int           `default:"100" help:"Number of drones."`
	Seed   uint64        `default:"1" help:"Which world they fly over."`
	Period time.Duration `default:"1m" help:"Time between two reports of a drone, in simulated time."`
	Shard  Shard         `default:"1/1" placeholder:"I/N" help:"Fly only the I-th of N parts of the fleet."`

	Parameter map[string]string `placeholder:"NAME=VALUE" help:"Set a parameter of the world, by a name that describe lists, as in life_mean=4320h; may be repeated."`

	Faults `group:"Faults on demand, each with its share, which is 1% if none is named:"`
}

// maxDrones is how many there can be: their ids have six digits.
const maxDrones = 1_000_000

// fleet is the scenario's. The error names every option that is wrong.
func (s Scenario) fleet() (world.Fleet, error) {
	var problems []error
	if s.Drones < 1 || s.Drones > maxDrones {
		problems = append(problems, fmt.Errorf("--drones must be from 1 to %d, not %d", maxDrones, s.Drones))
	}
	var w *world.World
	parameters, err := s.parameters()
	if err == nil {
		w, err = world.New(s.Seed, parameters)
	}
	if err != nil {
		problems = append(problems, err)
	}
	if err := s.shares().Validate(); err != nil {
		problems = append(problems, err)
	}
	if len(problems) > 0 {
		return world.Fleet{}, errors.Join(problems...)
	}
	return w.Fleet(s.Drones).Shard(s.Shard.part-1, s.Shard.parts), nil
}

// parameters are those of its world. The error names every one that is wrong.
func (s Scenario) parameters() (world.Parameters, error) {
	p := world.DefaultParameters()
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(s.Parameter)) {
		changed, err := with(p, name, s.Parameter[name])
		switch {
		case name == "period":
			err = errors.New("use --period instead")
		case err == nil:
			p = changed
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("--parameter: %w", err))
		}
	}
	p.Period = s.Period
	return p, errors.Join(problems...)
}

// A Shard is one of several equal parts of a fleet, counted from 1, as in 1/4.
type Shard struct{ part, parts int }

// UnmarshalText reads a shard.
func (s *Shard) UnmarshalText(text []byte) error {
	first, second, _ := strings.Cut(string(text), "/")
	part, err := strconv.Atoi(first)
	parts, err2 := strconv.Atoi(second)
	if err != nil || err2 != nil || part < 1 || part > parts {
		return fmt.Errorf("%q is not a part of a whole like 1/4", text)
	}
	s.part, s.parts = part, parts
	return nil
}
