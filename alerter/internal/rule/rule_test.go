package rule

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

var (
	noon     = time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	settings = Settings{MaxAge: 15 * time.Minute, Cooldown: 10 * time.Minute, Nearby: 1000}
)

const plenty = 1000 // more than any test here remembers

func riot() schemas.Riot {
	home := peaceland.Districts()[3]
	return schemas.Riot{
		RiotID:      "drone-000042/0000001337/citizen-000007",
		ReportID:    "drone-000042/0000001337",
		DroneID:     "drone-000042",
		DetectedAt:  noon,
		Lat:         home.Lat + 0.01,
		Lon:         home.Lon - 0.01,
		CitizenID:   "citizen-000007",
		CitizenName: "Ilse Moreau",
		Peacescore:  3.5,
		Words:       []string{"bread", "fire"},
		Rioters:     1,
	}
}

// alone is the alert of a riot before which nothing was known.
func alone(riot schemas.Riot, now time.Time) schemas.Alert {
	_, decision := Decide(NewHistory(plenty), riot, now, settings)
	return decision.Alert
}

func TestAnAlertTellsTheWholeRiot(t *testing.T) {
	now := time.Date(2026, 3, 7, 13, 0, 0, 250_999_999, time.FixedZone("+01", 3600))
	want := schemas.Alert{
		AlertID:   "drone-000042/0000001337/citizen-000007",
		Riot:      riot(),
		Severity:  schemas.High,
		Place:     peaceland.Districts()[3].Name,
		AlertedAt: time.Date(2026, 3, 7, 12, 0, 0, 250_000_000, time.UTC),
		Stale:     false,
		Riots:     1,
		OpenedAt:  noon,
	}
	if diff := cmp.Diff(want, alone(riot(), now)); diff != "" {
		t.Errorf("alert (-want +got):\n%s", diff)
	}
}

func TestSeverity(t *testing.T) {
	for _, test := range []struct {
		rule       string
		peacescore float64
		rioters    int
		want       schemas.Severity
	}{
		{"no peace at all is critical", 0, 1, schemas.Critical},
		{"just below 2 is critical", math.Nextafter(2, 0), 1, schemas.Critical},
		{"2 is high", 2, 1, schemas.High},
		{"just below 5 is high", math.Nextafter(5, 0), 1, schemas.High},
		{"5 is low", 5, 1, schemas.Low},
		{"just below the threshold of a riot is low", math.Nextafter(schemas.RiotThreshold, 0), 1, schemas.Low},
		{"a score that is no riot still alerts, as low", 40, 1, schemas.Low},
		{"two who riot are high at any score", 9, 2, schemas.High},
		{"two who riot are not less than the score says", 1, 2, schemas.Critical},
		{"three who riot are critical at any score", 9, 3, schemas.Critical},
		{"a crowd is critical", 9, 100, schemas.Critical},
		{"a count of none, from a drone that is wrong, is one", 9, 0, schemas.Low},
	} {
		t.Run(test.rule, func(t *testing.T) {
			r := riot()
			r.Peacescore, r.Rioters = test.peacescore, test.rioters
			if got := alone(r, noon).Severity; got != test.want {
				t.Errorf("peacescore %v among %d rioters is %s, want %s", test.peacescore, test.rioters, got, test.want)
			}
		})
	}
}

func TestStaleness(t *testing.T) {
	for _, test := range []struct {
		rule string
		age  time.Duration
		want bool
	}{
		{"a riot of this moment is not stale", 0, false},
		{"a riot of exactly the greatest age is not stale", 15 * time.Minute, false},
		{"a riot older by a millisecond is stale", 15*time.Minute + time.Millisecond, true},
		{"a riot from the future is not stale", -time.Hour, false},
	} {
		t.Run(test.rule, func(t *testing.T) {
			if got := alone(riot(), noon.Add(test.age)).Stale; got != test.want {
				t.Errorf("age %s: stale %v, want %v", test.age, got, test.want)
			}
		})
	}
}
