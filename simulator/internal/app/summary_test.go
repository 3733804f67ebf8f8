package app

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peacestate/peacestate/simulator/internal/pace"
	"github.com/peacestate/peacestate/simulator/internal/publish"
)

func TestASummarySaysWhatWasAskedAndWhatWasKept(t *testing.T) {
	hundred := rate(100)
	tests := map[string]struct {
		pace    pace.Pace
		reports int           // sent before the flight landed
		landed  time.Duration // when
		drained time.Duration // and how long the rest took
		share   float64
		text    string
	}{
		"a pace that was kept": {
			hundred, 1000, 10 * time.Second, 0, 1, "asked for 100 reports/s, kept 100 (100.0%), up to 0.000s late",
		},
		"the last reports on their way are not late": {
			hundred, 1000, 10 * time.Second, time.Second, 1, "kept 100 (100.0%)",
		},
		"a queue that Kafka takes long to empty is": {
			hundred, 1000, 10 * time.Second, 11 * time.Second, 0.5, "kept 50 (50.0%)",
		},
		"half of what was asked for": {
			hundred, 1000, 20 * time.Second, 0, 0.5, "asked for 100 reports/s, kept 50 (50.0%), up to 10.000s late",
		},
		"nothing was due":        {hundred, 0, time.Second, 0, 1, "kept 100 (100.0%)"},
		"no pace, no word of it": {pace.Pace{}, 1000, time.Second, 0, 0, "1,000 reports/s"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				counting, err := createManifest("")
				if err != nil {
					t.Fatal(err)
				}
				g := newGate(plan{from: time.Unix(0, 0), to: time.Unix(1e9, 0), duration: maxFlight, pace: tt.pace},
					func() int64 { return 0 })
				for range tt.reports {
					g.pass(t.Context(), time.Unix(60, 0))
				}
				time.Sleep(tt.landed - time.Since(g.start))
				g.land()
				time.Sleep(tt.drained)
				s := Fly{}.summary(&flight{gate: g, manifest: counting}, publish.Tally{Reports: int64(tt.reports), ReportBytes: 2_310_000})
				switch {
				case tt.pace.Free() != (s.Pace == nil):
					t.Errorf("pace %+v of a flight that was asked for %s", s.Pace, tt.pace)
				case s.Pace != nil && (s.Pace.Share != tt.share || s.Pace.Kept != tt.share*s.Pace.Asked):
					t.Errorf("kept %+v, want a share of %v", *s.Pace, tt.share)
				}
				if want := 1 / (tt.landed + tt.drained).Seconds(); s.Waves != want {
					t.Errorf("%v waves, want %v", s.Waves, want)
				}
				if text := s.text(); !strings.Contains(text, tt.text) || strings.Contains(text, "asked") == tt.pace.Free() {
					t.Errorf("says %q, want %q", text, tt.text)
				}
			})
		})
	}
}
