package app

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peacestate/peacestate/simulator/internal/pace"
)

// A passage is what a gate let through, seen from outside.
type passage struct {
	reports  int           // let out
	took     time.Duration // until the gate closed
	position position
	early    time.Duration // the furthest that a report was let out before it was due
	late     time.Duration // and after
}

// reportSize is that of each report that fly sends, in bytes.
const reportSize = 250

// fly passes a gate with a report every gap of simulated time, until the plan
// ends. Before each report it calls hold, which may take its time.
func fly(ctx context.Context, p plan, gap time.Duration, hold func(report int)) passage {
	var out passage
	began := time.Now()
	g := newGate(p, func() int64 { return int64(out.reports) * reportSize })
	for at := p.from; at.Before(p.to) && g.pass(ctx, at); at = at.Add(gap) {
		due := p.pace.Due(pace.Progress{
			Simulated: at.Sub(p.from), Reports: int64(out.reports), Bytes: int64(out.reports) * reportSize,
		})
		off := time.Since(began) - due
		out.early, out.late = max(out.early, -off), max(out.late, off)
		hold(out.reports)
		out.reports++
	}
	g.land()
	out.took = time.Since(began)
	out.position, _, _ = g.look()
	return out
}

func TestAFlightHoldsItsPace(t *testing.T) {
	var (
		from    = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
		endless = from.Add(maxFlight)
	)
	tests := map[string]struct {
		pace     pace.Pace
		to       time.Time
		duration time.Duration
		gap      time.Duration // of simulated time, between reports
		reports  int
		took     time.Duration
	}{
		"a high rate":                               {pace.Pace{Unit: pace.Reports, PerSecond: 300_000}, endless, 3 * time.Second, time.Second, 900_000, 3 * time.Second},
		"a rate for a day does not drift":           {pace.Pace{Unit: pace.Reports, PerSecond: 7}, endless, 24 * time.Hour, time.Second, 7 * 86_400, 24 * time.Hour},
		"a rate below one":                          {pace.Pace{Unit: pace.Reports, PerSecond: 0.5}, endless, 10 * time.Second, time.Second, 5, 10 * time.Second},
		"a tiny rate sends one at once":             {pace.Pace{Unit: pace.Reports, PerSecond: 0.001}, endless, 20 * time.Second, time.Second, 1, 20 * time.Second},
		"a rate ends with its window":               {pace.Pace{Unit: pace.Reports, PerSecond: 100}, from.Add(time.Minute), maxFlight, time.Second, 60, 590 * time.Millisecond},
		"a wave":                                    {pace.Pace{Unit: pace.Waves, PerSecond: 1}, endless, 10 * time.Second, time.Second, 92_400, 10 * time.Second},
		"a fraction of a wave":                      {pace.Pace{Unit: pace.Waves, PerSecond: 0.001}, endless, 10 * time.Second, time.Second, 93, 10 * time.Second},
		"life":                                      {pace.Pace{Unit: pace.Speed, PerSecond: 1}, endless, time.Hour, time.Minute, 60, time.Hour},
		"faster than life":                          {pace.Pace{Unit: pace.Speed, PerSecond: 60}, endless, time.Minute, time.Second, 3600, time.Minute},
		"slower than life":                          {pace.Pace{Unit: pace.Speed, PerSecond: 0.5}, endless, time.Minute, time.Second, 30, time.Minute},
		"a window that starts with its last report": {pace.Pace{Unit: pace.Speed, PerSecond: 1}, from.Add(time.Second), maxFlight, time.Hour, 1, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := plan{from: from, to: tt.to, pace: tt.pace, duration: tt.duration}
				got := fly(t.Context(), p, tt.gap, func(int) {})
				if got.reports != tt.reports {
					t.Errorf("%d reports, want %d", got.reports, tt.reports)
				}
				if got.took < tt.took || got.took > tt.took+shortestSleep {
					t.Errorf("took %s, want %s", got.took, tt.took)
				}
				if got.early > 0 || got.late > shortestSleep || got.position.maxLag > shortestSleep {
					t.Errorf("a report was %s early, or %s late (%s by its own account)", got.early, got.late, got.position.maxLag)
				}
			})
		})
	}
}

func TestAFlightThatWasHeldUpCatchesUpAndLeavesNothingOut(t *testing.T) {
	for _, unit := range []pace.Unit{pace.Reports, pace.Speed, pace.Waves} {
		t.Run(string(unit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				perSecond := map[pace.Unit]float64{pace.Reports: 100, pace.Speed: 1, pace.Waves: 100 * reportSize / pace.WaveBytes}[unit]
				p := plan{from: time.Unix(0, 0), to: time.Unix(1e9, 0), pace: pace.Pace{Unit: unit, PerSecond: perSecond}, duration: time.Minute}
				got := fly(t.Context(), p, 10*time.Millisecond, func(report int) {
					if report == 1000 {
						time.Sleep(20 * time.Second)
					}
				})
				if got.reports != 6000 || got.took > time.Minute+shortestSleep {
					t.Errorf("%d reports in %s, want all 6000 of a minute", got.reports, got.took)
				}
				if lag := got.position.maxLag; lag < 19*time.Second || lag > 20*time.Second {
					t.Errorf("at most %s late, was held up for 20s", lag)
				}
			})
		})
	}
}

func TestAFlightThatCannotKeepItsPaceEndsNearlyInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan{
			from: time.Unix(0, 0), to: time.Unix(1e9, 0), duration: 10 * time.Second,
			pace: pace.Pace{Unit: pace.Reports, PerSecond: 1e9},
		}
		got := fly(t.Context(), p, time.Second, func(int) { time.Sleep(time.Millisecond) })
		end := 10*time.Second + tooLate
		if slack := lookEvery * time.Millisecond; got.took < end || got.took > end+slack {
			t.Errorf("took %s, want %s", got.took, end)
		}
		if got.position.maxLag < 10*time.Second {
			t.Errorf("at most %s late", got.position.maxLag)
		}
	})
}

func TestAFlightThatNothingHoldsBackEndsInTimeAndIsNeverLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan{from: time.Unix(0, 0), to: time.Unix(1e9, 0), duration: 10 * time.Second}
		got := fly(t.Context(), p, time.Second, func(int) { time.Sleep(time.Millisecond) })
		if got.took < 10*time.Second || got.took > 10*time.Second+lookEvery*time.Millisecond {
			t.Errorf("took %s, want 10s", got.took)
		}
		if got.position.maxLag != 0 {
			t.Errorf("%s late, although nothing was ever due", got.position.maxLag)
		}
	})
}

func TestAnInterruptClosesTheGateAtOnce(t *testing.T) {
	tests := map[string]struct {
		pace pace.Pace
		hold time.Duration
	}{
		"while it waits":              {pace.Pace{Unit: pace.Reports, PerSecond: 0.001}, 0},
		"while it is behind its pace": {pace.Pace{Unit: pace.Reports, PerSecond: 1e9}, time.Millisecond},
		"while nothing holds it back": {pace.Pace{}, time.Millisecond},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
				defer cancel()
				p := plan{from: time.Unix(0, 0), to: time.Unix(1e9, 0), pace: tt.pace, duration: maxFlight}
				got := fly(ctx, p, time.Second, func(int) { time.Sleep(tt.hold) })
				if got.took < 3*time.Second || got.took > 3*time.Second+lookEvery*time.Millisecond {
					t.Errorf("took %s, was interrupted after 3s", got.took)
				}
			})
		})
	}
	t.Run("before the first report", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		p := plan{from: time.Unix(0, 0), to: time.Unix(1e9, 0), duration: maxFlight}
		if got := fly(ctx, p, time.Second, func(int) {}); got.reports != 0 {
			t.Errorf("%d reports", got.reports)
		}
	})
}

func TestAGateShowsWhereTheFlightIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := time.Unix(0, 0).UTC()
		g := newGate(plan{
			from: from, to: time.Unix(1e9, 0), duration: maxFlight, pace: pace.Pace{Unit: pace.Speed, PerSecond: 1},
		}, func() int64 { return 0 })
		shows := func(when string, first, last time.Time, wantLag time.Duration) {
			t.Helper()
			p, took, lag := g.look()
			if !p.first.Equal(first) || !p.last.Equal(last) || lag != wantLag || took != time.Since(g.start) {
				t.Errorf("%s: from %s to %s, %s late after %s; want from %s to %s, %s late", when, p.first, p.last, lag, took, first, last, wantLag)
			}
		}
		second := func(n int) time.Time { return from.Add(time.Duration(n) * time.Second) }
		shows("before it", time.Time{}, time.Time{}, 0)
		g.pass(t.Context(), second(5))
		g.pass(t.Context(), second(10))
		time.Sleep(10 * time.Second)
		shows("while the report at hand is held up", second(5), second(5), 10*time.Second)
		go g.pass(t.Context(), second(60))
		synctest.Wait()
		time.Sleep(30 * time.Second)
		shows("while it waits for the next", second(5), second(10), 0)
		time.Sleep(time.Minute)
		synctest.Wait()
		g.land()
		time.Sleep(time.Hour)
		shows("once it has landed", second(5), second(60), 0)
	})
}

func BenchmarkPass(b *testing.B) {
	for name, p := range map[string]pace.Pace{"free": {}, "rate": {Unit: pace.Reports, PerSecond: 1e9}, "waves": {Unit: pace.Waves, PerSecond: 1e6}} {
		b.Run(name, func(b *testing.B) {
			var bytes int64
			at := time.UnixMilli(0).UTC()
			g := newGate(plan{from: at, to: time.Unix(1e9, 0), duration: maxFlight, pace: p}, func() int64 { return bytes })
			for b.Loop() {
				bytes += reportSize
				at = at.Add(time.Millisecond)
				g.pass(b.Context(), at)
			}
		})
	}
}
