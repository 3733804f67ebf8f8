package app

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"strings"
	"time"

	"github.com/peacestate/peacestate/simulator/internal/world"
)

// Fly is the command that flies the drones, and its options.
type Fly struct {
	Scenario

	Speed    float64        `default:"1" help:"How many times faster than life simulated time runs."`
	Duration *time.Duration `help:"Time to fly, by the clock on the wall (default: until Ctrl-C)."`
	From     Moment         `placeholder:"TIME" help:"When simulated time starts: a date, or a time as in RFC 3339 (default: now)."`
	For      *time.Duration `help:"With --from: fly for so much simulated time, as fast as possible."`
	JSON     bool           `name:"json" help:"Print the summary as JSON on stdout."`
	Manifest string         `placeholder:"FILE" help:"Write every fault to this file as it is sent, one JSON object a line."`

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
	require(o.Speed > 0 && o.Speed <= maxSpeed, "--speed must be above 0 and at most %d, not %v", maxSpeed, o.Speed)
	if o.Duration != nil {
		require(*o.Duration > 0, "--duration must be above 0, not %s", *o.Duration)
		require(float64(*o.Duration)*o.Speed <= float64(maxFlight), "--duration %s at --speed %v is more than a century",
			*o.Duration, o.Speed)
	}
	if o.For != nil {
		require(*o.For > 0 && *o.For <= maxFlight, "--for must be above 0 and at most a century, not %s", *o.For)
		require(!o.From.IsZero(), "--for needs --from, the time to start at")
		require(o.Duration == nil, "--duration is for a live flight; --for says how much to fly")
		require(o.Speed == 1, "--speed is for a live flight; --for flies as fast as possible")
	}
	switch from := o.window(now).from; {
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

// A window is a span of simulated time, and how it goes by.
type window struct {
	from, to time.Time // to is excluded
	// start is the time on the wall at from, and speed how much faster than
	// that simulated time runs; zero is as fast as possible.
	start time.Time
	speed float64
	// endless says that to is only the end of what timestamps can hold.
	endless bool
}

// window is the one that the options ask for, if the flight starts now.
func (o Fly) window(now time.Time) window {
	w := window{from: o.From.Time, start: now, speed: o.Speed}
	if o.From.IsZero() {
		w.from = now.UTC()
	}
	switch {
	case o.For != nil:
		w.to, w.speed = w.from.Add(*o.For), 0
	case o.Duration != nil:
		w.to = w.from.Add(time.Duration(float64(*o.Duration) * o.Speed))
	default:
		w.to, w.endless = w.from.Add(maxFlight), true
	}
	return w
}

// due is when a moment of simulated time is reached on the wall.
func (w window) due(at time.Time) time.Time {
	if w.speed == 0 {
		return w.start
	}
	return w.start.Add(time.Duration(math.Round(float64(at.Sub(w.from)) / w.speed)))
}
