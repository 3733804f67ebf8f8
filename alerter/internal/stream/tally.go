package stream

import (
	"fmt"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
)

// A Summary is what a run did. The latencies are those of its alerts, from
// the Kafka timestamp of the riot to the broker's receipt for the alert.
type Summary struct {
	Opened      int64 // alerts delivered
	Updated     int64 // further riots of their incidents, delivered
	Stale       int64 // of both
	Repeated    int64 // riots that were known, of which nothing was made
	Undecodable int64 // delivered to the dead letters
	P50         time.Duration
	P99         time.Duration
	Max         time.Duration
}

// String is one line for people.
func (s Summary) String() string {
	counts := fmt.Sprintf("%d alerts, %d updates (%d stale), %d repetitions, %d undecodable",
		s.Opened, s.Updated, s.Stale, s.Repeated, s.Undecodable)
	if s.Opened+s.Updated == 0 {
		return counts
	}
	return fmt.Sprintf("%s; from riot to alert: p50 %s, p99 %s, max %s", counts, s.P50, s.P99, s.Max)
}

// longest is the greatest latency told apart: a riot may have waited in Kafka
// for as long as Kafka keeps it.
const longest = 365 * 24 * time.Hour

// A tally is the observer that counts, in memory that does not grow.
type tally struct {
	mu      sync.Mutex
	counts  Summary                 // without the latencies
	latency *hdrhistogram.Histogram // in milliseconds, as Kafka's timestamps are
}

func newTally() *tally {
	const significantDigits = 3
	return &tally{latency: hdrhistogram.New(1, longest.Milliseconds(), significantDigits)}
}

func (t *tally) Received(deliver.Source) {}

func (t *tally) Undecodable() {}

func (t *tally) Repeated() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.Repeated++
}

func (t *tally) Delivered(r deliver.Receipt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch r.Outcome {
	case deliver.Dead:
		t.counts.Undecodable++
		return
	case deliver.Opened:
		t.counts.Opened++
	case deliver.Updated:
		t.counts.Updated++
	}
	if r.Stale {
		t.counts.Stale++
	}
	// The clocks of drone and alerter may differ: a negative latency counts as none.
	latency := min(max(r.At.Sub(r.Source.SentAt), 0), longest)
	if err := t.latency.RecordValue(latency.Milliseconds()); err != nil {
		panic(fmt.Sprintf("stream: a latency of %s, though bounded, is out of bounds: %v", latency, err))
	}
}

func (t *tally) summary() Summary {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := func(percentile float64) time.Duration {
		return time.Duration(t.latency.ValueAtPercentile(percentile)) * time.Millisecond
	}
	summary := t.counts
	summary.P50, summary.P99 = at(50), at(99)
	summary.Max = time.Duration(t.latency.Max()) * time.Millisecond
	return summary
}
