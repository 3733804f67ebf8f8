package stream

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
)

// A Summary is what a run did. The latencies are those of its alerts, from
// the Kafka timestamp of the riot to the broker's receipt for the alert.
type Summary struct {
	Alerts      int64 // delivered, of which Stale are stale
	Stale       int64
	Undecodable int64 // delivered to the dead letters
	P50         time.Duration
	P99         time.Duration
	Max         time.Duration
}

// String is one line for people.
func (s Summary) String() string {
	counts := fmt.Sprintf("%d alerts (%d stale), %d undecodable", s.Alerts, s.Stale, s.Undecodable)
	if s.Alerts == 0 {
		return counts
	}
	return fmt.Sprintf("%s; from riot to alert: p50 %s, p99 %s, max %s", counts, s.P50, s.P99, s.Max)
}

// longest is the greatest latency told apart: a riot may have waited in Kafka
// for as long as Kafka keeps it.
const longest = 365 * 24 * time.Hour

// A tally counts receipts, in memory that does not grow. It is for one
// goroutine at a time.
type tally struct {
	alerts, stale, dead int64
	latency             *hdrhistogram.Histogram // in milliseconds, as Kafka's timestamps are
}

func newTally() *tally {
	const significantDigits = 3
	return &tally{latency: hdrhistogram.New(1, longest.Milliseconds(), significantDigits)}
}

func (t *tally) count(r deliver.Receipt) {
	if r.Dead {
		t.dead++
		return
	}
	t.alerts++
	if r.Stale {
		t.stale++
	}
	// The clocks of drone and alerter may differ: a negative latency counts as none.
	latency := min(max(r.At.Sub(r.Source.SentAt), 0), longest)
	if err := t.latency.RecordValue(latency.Milliseconds()); err != nil {
		panic(fmt.Sprintf("stream: a latency of %s, though bounded, is out of bounds: %v", latency, err))
	}
}

func (t *tally) summary() Summary {
	at := func(percentile float64) time.Duration {
		return time.Duration(t.latency.ValueAtPercentile(percentile)) * time.Millisecond
	}
	return Summary{
		Alerts:      t.alerts,
		Stale:       t.stale,
		Undecodable: t.dead,
		P50:         at(50),
		P99:         at(99),
		Max:         time.Duration(t.latency.Max()) * time.Millisecond,
	}
}
