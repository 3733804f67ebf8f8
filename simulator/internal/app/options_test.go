package app

import (
	"testing"
	"time"

	"github.com/peacestate/peacestate/simulator/internal/pace"
)

func TestMomentsAreDatesOrTimes(t *testing.T) {
	tests := map[string]string{ // text to RFC 3339, or to nothing when refused
		"2026-01-05":                "2026-01-05T00:00:00Z",
		"2026-01-05T18:30:00Z":      "2026-01-05T18:30:00Z",
		"2026-01-05T18:30:00+02:00": "2026-01-05T16:30:00Z",
		"2026-01-05T18:30:00.25Z":   "2026-01-05T18:30:00.25Z",
		"2026-13-05":                "",
		"2026-01-05 18:30":          "",
		"":                          "",
	}
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			var m Moment
			err := m.UnmarshalText([]byte(text))
			switch {
			case want == "" && err == nil:
				t.Errorf("read as %s, want an error", m)
			case want != "" && (err != nil || m.Format(time.RFC3339Nano) != want || m.Location() != time.UTC):
				t.Errorf("read as %s (%v), want %s", m, err, want)
			}
		})
	}
}

func TestPlans(t *testing.T) {
	var (
		now     = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		from    = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
		life    = speed(1)
		century = maxFlight
	)
	tests := map[string]struct {
		options Fly
		want    plan
	}{
		"live starts now, as fast as life, and does not end": {
			Fly{},
			plan{from: now, to: now.Add(century), endless: true, pace: life, duration: century},
		},
		"a duration is by the clock on the wall": {
			Fly{Speed: new(60.0), Duration: new(20 * time.Second)},
			plan{from: now, to: now.Add(century), endless: true, pace: speed(60), duration: 20 * time.Second},
		},
		"simulated time may start elsewhere": {
			Fly{From: Moment{from}},
			plan{from: from, to: from.Add(century), endless: true, pace: life, duration: century},
		},
		"a backfill is as fast as possible": {
			Fly{From: Moment{from}, For: new(time.Hour)},
			plan{from: from, to: from.Add(time.Hour), duration: century},
		},
		"a backfill may be as fast as life, by name": {
			Fly{From: Moment{from}, For: new(time.Hour), Speed: new(1.0)},
			plan{from: from, to: from.Add(time.Hour), pace: life, duration: century},
		},
		"a backfill may have a rate, and end by the clock": {
			Fly{From: Moment{from}, For: new(time.Hour), Rate: new(pace.Rate(2.5)), Duration: new(time.Second)},
			plan{from: from, to: from.Add(time.Hour), pace: rate(2.5), duration: time.Second},
		},
		"waves without an end": {
			Fly{Waves: new(5.0)},
			plan{from: now, to: now.Add(century), endless: true, pace: waves(5), duration: century},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.options.plan(now); got != tt.want {
				t.Errorf("plan %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestTheShareOfAPlanIsThatOfWhatEndsItFirst(t *testing.T) {
	from := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	window := plan{from: from, to: from.Add(time.Hour), duration: maxFlight}
	clock := plan{from: from, to: from.Add(maxFlight), endless: true, duration: time.Minute}
	both := plan{from: from, to: from.Add(time.Hour), duration: time.Minute}
	tests := map[string]struct {
		plan      plan
		took      time.Duration
		simulated time.Time
		want      float64
		ends      bool
	}{
		"nothing of a window is flown before the first report": {window, time.Second, time.Time{}, 0, true},
		"a window is flown in simulated time":                  {window, time.Second, from.Add(15 * time.Minute), 0.25, true},
		"a duration is flown by the clock":                     {clock, 15 * time.Second, from.Add(time.Hour), 0.25, true},
		"a window that ends before its duration":               {both, 15 * time.Second, from.Add(30 * time.Minute), 0.5, true},
		"a duration that ends before its window":               {both, 45 * time.Second, from.Add(30 * time.Minute), 0.75, true},
		"no more than all, when the end takes its time":        {clock, time.Hour, from, 1, true},
		"nothing ends an endless flight": {
			plan{from: from, to: from.Add(maxFlight), endless: true, duration: maxFlight}, time.Hour, from.Add(time.Hour), 0, false,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got, ends := tt.plan.flown(tt.took, tt.simulated); got != tt.want || ends != tt.ends {
				t.Errorf("flown %v, ends: %v; want %v, %v", got, ends, tt.want, tt.ends)
			}
		})
	}
}

func TestAClockBeforeTheFirstFlightIsNamed(t *testing.T) {
	scenario := Scenario{Drones: 1, Period: time.Minute, Shard: Shard{part: 1, parts: 1}}
	_, err := Fly{Scenario: scenario, Kafka: "k", Registry: "http://r"}.check(time.Unix(0, 0))
	if err == nil {
		t.Error("a flight in 1970 was accepted")
	}
}
