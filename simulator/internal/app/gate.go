package app

import (
	"context"
	"sync"
	"time"

	"github.com/peacestate/peacestate/simulator/internal/pace"
)

const (
	// lookEvery is after how many reports a gate looks at the clock although
	// it has no need to: also a flight that nothing holds back is seen, and
	// ends in time.
	lookEvery = 64
	// shortestSleep is for how long a gate sleeps at least. What falls due
	// meanwhile goes out together: 600 reports of 300,000 a second.
	shortestSleep = 2 * time.Millisecond
	// tooLate is how far behind its pace a flight is said to be behind, and
	// for how long what fell due in its duration is still sent after that.
	tooLate = time.Second
)

// A gate lets reports out when they are due. It is passed hundreds of
// thousands of times a second, so it looks at the clock, and shows others how
// far it is, only now and then. One goroutine passes and lands; look may be
// called from any.
type gate struct {
	plan  plan
	start time.Time    // by the clock on the wall
	sent  func() int64 // bytes of the values of reports, so far

	// What follows belongs to the goroutine that passes.
	done        pace.Progress
	first, last time.Time     // simulated times of the reports let out; zero before the first
	clock       time.Duration // until when everything due may go, since the start
	unseen      int           // reports let out since the last look at the clock

	mu    sync.Mutex
	shown position
}

// A position is how far a flight has come.
type position struct {
	first, last time.Time     // simulated times of the reports let out; zero before the first
	due         time.Duration // when the next one is due, since the start
	maxLag      time.Duration // the longest that one was let out too late
	landed      time.Duration // when the last one had gone, since the start; 0 until then
}

// newGate opens a gate for a flight that starts now. sent is called once for
// each report.
func newGate(p plan, sent func() int64) *gate {
	return &gate{plan: p, start: time.Now(), sent: sent, clock: -1} // look before the first report
}

// pass waits until a report of a moment of simulated time is due. It answers
// false when the flight is over, because ctx or the time to fly has ended.
func (g *gate) pass(ctx context.Context, at time.Time) bool {
	g.done.Simulated = at.Sub(g.plan.from)
	g.done.Bytes = g.sent()
	if g.unseen == lookEvery || g.plan.pace.Due(g.done) > g.clock {
		if !g.await(ctx) {
			return false
		}
	}
	if g.done.Reports == 0 {
		g.first = at
	}
	g.last = at
	g.done.Reports++
	g.unseen++
	return true
}

// await looks at the clock until the next report is due. One that is due when
// the time to fly is over no longer belongs to the flight.
func (g *gate) await(ctx context.Context) bool {
	end := g.plan.duration
	for {
		now := time.Since(g.start)
		due := g.due(now)
		g.show(now, due, 0)
		g.unseen = 0
		switch {
		case ctx.Err() != nil, now >= end && due >= end, now >= end+tooLate:
			return false
		case due <= now:
			g.clock = min(now, end-1)
			return true
		}
		timer := time.NewTimer(max(shortestSleep, min(due, end)-now))
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

// due is when the next report is; now, if nothing holds it back.
func (g *gate) due(now time.Duration) time.Duration {
	if g.plan.pace.Free() {
		return now
	}
	return g.plan.pace.Due(g.done)
}

// land says that no more reports come.
func (g *gate) land() {
	now := time.Since(g.start)
	g.show(now, g.due(now), max(now, 1))
}

func (g *gate) show(now, due, landed time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shown = position{
		first: g.first, last: g.last, due: due, landed: landed,
		maxLag: max(g.shown.maxLag, now-due),
	}
}

// look is where the flight is, how long it has taken, and how late the next
// report is.
func (g *gate) look() (p position, took, lag time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	took = time.Since(g.start)
	if g.shown.landed == 0 && !g.plan.pace.Free() {
		lag = max(0, took-g.shown.due)
	}
	return g.shown, took, lag
}
