package app

import (
	"testing"
	"time"
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

func TestWindows(t *testing.T) {
	var (
		now   = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		from  = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
		hour  = time.Hour
		short = 20 * time.Second
	)
	tests := map[string]struct {
		options Fly
		want    window
		later   time.Duration // of simulated time
		due     time.Duration // on the wall
	}{
		"live starts now and does not end": {
			Fly{Speed: 1},
			window{from: now, to: now.Add(maxFlight), start: now, speed: 1, endless: true},
			time.Minute, time.Minute,
		},
		"a duration is by the clock on the wall": {
			Fly{Speed: 60, Duration: &short},
			window{from: now, to: now.Add(20 * time.Minute), start: now, speed: 60},
			time.Minute, time.Second,
		},
		"simulated time may start elsewhere": {
			Fly{Speed: 0.5, From: Moment{from}, Duration: &short},
			window{from: from, to: from.Add(10 * time.Second), start: now, speed: 0.5},
			time.Second, 2 * time.Second,
		},
		"a backfill is due at once": {
			Fly{Speed: 1, From: Moment{from}, For: &hour},
			window{from: from, to: from.Add(time.Hour), start: now},
			time.Minute, 0,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := tt.options.window(now)
			if got != tt.want {
				t.Errorf("window %+v, want %+v", got, tt.want)
			}
			if due := got.due(got.from.Add(tt.later)); !due.Equal(now.Add(tt.due)) {
				t.Errorf("%s of simulated time later is due at %s, want %s", tt.later, due, now.Add(tt.due))
			}
		})
	}
}

func TestAClockBeforeTheFirstFlightIsNamed(t *testing.T) {
	scenario := Scenario{Drones: 1, Period: time.Minute, Shard: Shard{part: 1, parts: 1}}
	_, err := Fly{Scenario: scenario, Speed: 1, Kafka: "k", Registry: "http://r"}.check(time.Unix(0, 0))
	if err == nil {
		t.Error("a flight in 1970 was accepted")
	}
}
