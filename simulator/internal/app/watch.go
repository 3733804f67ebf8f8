package app

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/peacestate/peacestate/simulator/internal/fault"
	"github.com/peacestate/peacestate/simulator/internal/pace"
	"github.com/peacestate/peacestate/simulator/internal/publish"
)

const (
	readEvery = 200 * time.Millisecond
	sayEvery  = 5 * time.Second
	// onPace is what a flight's lag must fall below until one that was too
	// late is said to be back.
	onPace = 100 * time.Millisecond
	// silence is how long Kafka may acknowledge nothing while messages wait
	// before the flight counts as not ready.
	silence = 10 * time.Second
)

// A watcher looks at a flight from outside: it tells a person how it goes, and
// machines that ask whether it does.
type watcher struct {
	gate   *gate
	tally  func() publish.Tally
	faults func() fault.Counts // sent so far
	log    *slog.Logger
	line   *statusLine // nil where there is no terminal

	mu sync.Mutex
	// moved is when Kafka had acknowledged more, or everything, for the last
	// time that anyone looked; delivered is how much that was.
	moved     time.Time
	delivered int64
}

// watch reads the flight's state, until stop is called, which waits for the
// last word: on a terminal one line, drawn again and again, and elsewhere a
// line now and then. It calls interrupted once when ctx ends before that.
func (w *watcher) watch(ctx context.Context, interrupted func()) (stop func()) {
	stopped, silent := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(silent)
		ticker := time.NewTicker(readEvery)
		defer ticker.Stop()
		var meter pace.Meter
		late, said, interrupt := false, time.Now(), ctx.Done()
		for {
			var r reading
			r, meter = w.read(meter)
			if !r.landed {
				late = w.complain(late, r.lag)
			}
			switch {
			case w.line != nil:
				w.line.draw(r.fields())
			case time.Since(said) >= sayEvery:
				said = time.Now()
				w.log.LogAttrs(ctx, slog.LevelInfo, "flying", r.attributes()...)
			}
			select {
			case <-ticker.C:
			case <-interrupt:
				interrupt = nil
				interrupted()
			case <-stopped:
				if w.line != nil {
					w.line.erase() // the summary follows
				}
				return
			}
		}
	}()
	return func() {
		close(stopped)
		<-silent
	}
}

// read takes a reading, and the meter after it.
func (w *watcher) read(meter pace.Meter) (reading, pace.Meter) {
	tally := w.observe()
	position, took, lag := w.gate.look()
	meter = meter.With(pace.Sample{At: took, Bytes: acknowledgedBytes(tally)})
	r := reading{
		tally: tally, paced: !w.gate.plan.pace.Free(), lag: lag,
		landed: position.landed > 0, simulated: position.last, bytesPerS: meter.BytesPerSecond(),
	}
	r.flown, r.ends = w.gate.plan.flown(took, position.last)
	return r, meter
}

// acknowledgedBytes is how much of the reports' bytes Kafka has, nearly: they
// are counted when they are sent, and are of much the same size.
func acknowledgedBytes(t publish.Tally) int64 {
	share := float64(t.Reports) / float64(max(1, t.Reports+t.Undelivered))
	return int64(share * float64(t.ReportBytes))
}

// complain says once that a flight is behind its pace, and once that it is
// back. It answers whether it is behind.
func (w *watcher) complain(late bool, lag time.Duration) bool {
	switch {
	case !late && lag > tooLate:
		w.log.Warn("cannot keep the pace; sending as fast as possible until it has caught up",
			"asked_for", w.gate.plan.pace, "behind", seconds(lag))
		return true
	case late && lag < onPace:
		w.log.Info("back on pace")
		return false
	default:
		return late
	}
}

// observe is the tally, and notes whether it has moved.
func (w *watcher) observe() publish.Tally {
	w.mu.Lock()
	defer w.mu.Unlock()
	tally := w.tally()
	if delivered := tally.Reports + tally.Riots + tally.Maintenance; delivered > w.delivered || tally.Undelivered == 0 || w.moved.IsZero() {
		w.moved, w.delivered = time.Now(), delivered
	}
	return tally
}

// ready says why the flight does not go as it should, if it does not.
func (w *watcher) ready() error {
	tally := w.observe()
	w.mu.Lock()
	quiet := time.Since(w.moved)
	w.mu.Unlock()
	position, _, _ := w.gate.look()
	switch {
	case quiet >= silence:
		return fmt.Errorf("Kafka has acknowledged nothing for %s, and %d messages wait",
			quiet.Round(time.Second), tally.Undelivered)
	case position.landed > 0:
		return fmt.Errorf("the flight is over; %d messages wait for their acknowledgement", tally.Undelivered)
	default:
		return nil
	}
}
