package app

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/peacestate/peacestate/service/monitor"
	"github.com/peacestate/peacestate/simulator/internal/pace"
	"github.com/peacestate/peacestate/simulator/internal/world"
)

// Fly is the command that flies the drones, and its options. From and For say
// which part of simulated time is flown, Speed, Rate or Waves how fast, and
// Duration for how long; each may be combined with the others, but for the
// three paces.
type Fly struct {
	Scenario

	Speed    *float64        `xor:"pace" placeholder:"N" help:"Simulated time runs N times faster than life (default: 1; with --for: as fast as possible)."`
	Rate     *pace.Rate      `xor:"pace" placeholder:"N/s" help:"Send so many reports a second, as in 50000/s or 0.5/s. Simulated time runs as fast as that takes: the more drones, the slower."`
	Waves    *float64        `xor:"pace" placeholder:"N" help:"The same, counted in waves: 2.31 MB/s of reports each, which is 200 GB a day."`
	Duration *time.Duration  `help:"Time to fly, by the clock on the wall (default: until all of --for is flown, or Ctrl-C)."`
	From     Moment          `placeholder:"TIME" help:"When simulated time starts: a date, or a time as in RFC 3339 (default: now)."`
	For      *time.Duration  `help:"With --from: fly so much simulated time, as fast as possible if no other pace is named."`
	JSON     bool            `name:"json" help:"Print the summary as JSON on stdout."`
	Listen   monitor.Address `placeholder:"ADDR" help:"Serve /metrics, /healthz and /readyz here, as in :9100, for this machine alone, or 0.0.0.0:9100 (default: nowhere)."`
	Manifest string          `placeholder:"FILE" help:"Write every fault to this file as it is sent, one JSON object a line."`

	Kafka    string        `env:"KAFKA_BOOTSTRAP_SERVERS" default:"localhost:9092" help:"Where Kafka listens."`
	Registry string        `env:"SCHEMA_REGISTRY_URL" default:"http://localhost:8081/apis/ccompat/v7" help:"Where the schema registry listens."`
	Wait     time.Duration `default:"1m" help:"How long to wait for them at the start."`
	Drain    time.Duration `default:"2m" help:"How long to wait at the end until Kafka has acknowledged everything."`
}

// A Moment is a point in time as a person writes it: a date, for its first
// instant in UTC, or an RFC 3339 time.
type Moment struct{ time.Time }

// UnmarshalText reads a moment.
func (m *Moment) UnmarshalText(text []byte) error {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, string(text)); err == nil {
			m.Time = t.UTC()
			return nil
		}
	}
	return fmt.Errorf("%q is neither a date like 2026-01-05 nor a time like 2026-01-05T18:00:00Z", text)
}

const (
	maxSpeed = 1_000_000
	maxWaves = 1_000_000
	// maxFlight keeps simulated time within what timestamps can hold.
	maxFlight = 100 * 365 * 24 * time.Hour
)

// check is the fleet that the options ask for. It needs no server; the error
// names every option that is wrong.
func (o Fly) check(now time.Time) (world.Fleet, error) {
	var problems []error
	require := func(holds bool, format string, args ...any) {
		if !holds {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	if o.Speed != nil {
		require(*o.Speed > 0 && *o.Speed <= maxSpeed, "--speed must be above 0 and at most %d, not %v", maxSpeed, *o.Speed)
	}
	if o.Waves != nil {
		require(*o.Waves > 0 && *o.Waves <= maxWaves, "--waves must be above 0 and at most %d, not %v", maxWaves, *o.Waves)
	}
	if o.Duration != nil {
		require(*o.Duration > 0 && *o.Duration <= maxFlight,
			"--duration must be above 0 and at most a century, not %s", *o.Duration)
		require(o.Speed == nil || o.Duration.Seconds()*(*o.Speed) <= maxFlight.Seconds(),
			"--duration and --speed together make more than a century")
	}
	if o.For != nil {
		require(*o.For > 0 && *o.For <= maxFlight, "--for must be above 0 and at most a century, not %s", *o.For)
		require(!o.From.IsZero(), "--for needs --from, the time to start at")
	}
	switch from := o.plan(now).from; {
	case !from.Before(world.Epoch()):
	case o.From.IsZero():
		require(false, "the clock says %s, before the first flight (%s); set it, or use --from",
			from.Format(time.RFC3339), world.Epoch().Format(time.DateOnly))
	default:
		require(false, "--from must not be before the first flight, %s", world.Epoch().Format(time.DateOnly))
	}
	require(strings.TrimSpace(o.Kafka) != "", "--kafka must name a server, as in localhost:9092")
	address, err := url.Parse(o.Registry)
	require(err == nil && (address.Scheme == "http" || address.Scheme == "https") && address.Host != "",
		"--registry must be a URL, as in http://localhost:8081/apis/ccompat/v7, not %q", o.Registry)
	require(o.Wait >= 0, "--wait must not be negative, but is %s", o.Wait)
	require(o.Drain >= 0, "--drain must not be negative, but is %s", o.Drain)

	fleet, err := o.fleet()
	return fleet, errors.Join(append(problems, err)...)
}

// A plan is what to fly, and how fast.
type plan struct {
	from, to time.Time // simulated; to is excluded
	// endless says that to is only the end of what timestamps can hold.
	endless bool
	pace    pace.Pace
	// duration is the time to fly by the clock on the wall, maxFlight unless
	// another was named.
	duration time.Duration
}

// plan is the one that the options ask for, if the flight starts now.
func (o Fly) plan(now time.Time) plan {
	p := plan{from: o.From.Time, duration: maxFlight}
	if o.From.IsZero() {
		p.from = now.UTC()
	}
	if o.For != nil {
		p.to = p.from.Add(*o.For)
	} else {
		p.to, p.endless = p.from.Add(maxFlight), true
	}
	if o.Duration != nil {
		p.duration = *o.Duration
	}
	switch {
	case o.Speed != nil:
		p.pace = pace.Pace{Unit: pace.Speed, PerSecond: *o.Speed}
	case o.Rate != nil:
		p.pace = pace.Pace{Unit: pace.Reports, PerSecond: float64(*o.Rate)}
	case o.Waves != nil:
		p.pace = pace.Pace{Unit: pace.Waves, PerSecond: *o.Waves}
	case o.For == nil:
		p.pace = pace.Pace{Unit: pace.Speed, PerSecond: 1}
	}
	return p
}

// flown is the share of the plan that is behind a flight, from 0 to 1: of the
// part that ends it first. It is false when the plan has no end.
func (p plan) flown(took time.Duration, simulated time.Time) (share float64, ends bool) {
	if !p.endless && !simulated.IsZero() {
		share = simulated.Sub(p.from).Seconds() / p.to.Sub(p.from).Seconds()
	}
	if p.duration < maxFlight {
		share = max(share, took.Seconds()/p.duration.Seconds())
	}
	return min(1, share), !p.endless || p.duration < maxFlight
}
