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

func rate(n float64) pace.Pace  { return pace.Pace{Unit: pace.Reports, PerSecond: n} }
func waves(n float64) pace.Pace { return pace.Pace{Unit: pace.Waves, PerSecond: n} }
func speed(n float64) pace.Pace { return pace.Pace{Unit: pace.Speed, PerSecond: n} }

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
	const s, minute, hour = time.Second, time.Minute, time.Hour
	tests := map[string]struct {
		pace     pace.Pace
		window   time.Duration // of simulated time
		duration time.Duration
		gap      time.Duration // of simulated time, between reports
		reports  int
		took     time.Duration
	}{
		"a high rate":                     {rate(300_000), maxFlight, 3 * s, s, 900_000, 3 * s},
		"a rate for a day does not drift": {rate(7), maxFlight, 24 * hour, s, 7 * 86_400, 24 * hour},
		"a rate below one":                {rate(0.5), maxFlight, 10 * s, s, 5, 10 * s},
		"a tiny rate sends one at once":   {rate(0.001), maxFlight, 20 * s, s, 1, 20 * s},
		"a rate ends with its window":     {rate(100), minute, maxFlight, s, 60, 590 * time.Millisecond},
		"a wave":                          {waves(1), maxFlight, 10 * s, s, 92_400, 10 * s},
		"a fraction of a wave":            {waves(0.001), maxFlight, 10 * s, s, 93, 10 * s},
		"life":                            {speed(1), maxFlight, hour, minute, 60, hour},
		"faster than life":                {speed(60), maxFlight, minute, s, 3600, minute},
		"slower than life":                {speed(0.5), maxFlight, minute, s, 30, minute},
		"a window with one report":        {speed(1), s, maxFlight, hour, 1, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				from := time.Unix(0, 0)
				p := plan{from: from, to: from.Add(tt.window), pace: tt.pace, duration: tt.duration}
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
	// A hundred reports a second, each.
	for _, asked := range []pace.Pace{rate(100), speed(1), waves(100 * reportSize / pace.WaveBytes)} {
		t.Run(string(asked.Unit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := plan{from: time.Unix(0, 0), to: time.Unix(1e9, 0), pace: asked, duration: time.Minute}
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
			pace: rate(1e9),
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
		"while it waits":              {rate(0.001), 0},
		"while it is behind its pace": {rate(1e9), time.Millisecond},
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
			from: from, to: time.Unix(1e9, 0), duration: maxFlight, pace: speed(1),
		}, func() int64 { return 0 })
		shows := func(when string, first, last time.Time, wantLag time.Duration) {
			t.Helper()
			p, took, lag := g.look()
			if !p.first.Equal(first) || !p.last.Equal(last) || lag != wantLag || took != time.Since(g.start) {
				t.Errorf("%s: from %s to %s, %s late after %s; want from %s to %s, %s late",
					when, p.first, p.last, lag, took, first, last, wantLag)
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
	for name, p := range map[string]pace.Pace{"free": {}, "rate": rate(1e9), "waves": waves(1e6)} {
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
