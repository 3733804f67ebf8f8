package webhook

import (
	"fmt"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/prometheus/client_golang/prometheus"
)

// Stats are what one webhook has done since it was started. The latencies are
// those of the records sent, from the Kafka timestamp of the record to the
// receiver's answer, to the millisecond.
type Stats struct {
	Topic       string // of the records
	Webhook     string // the Target's Name, or Lines
	Sent        int64  // records that the receiver took
	Retried     int64  // attempts after the first of their record
	Undelivered int64  // records that went to the topic of the undelivered
	Skipped     int64  // records not to be told: stale, or no news
	P50         time.Duration
	P99         time.Duration
	Max         time.Duration
	// Trouble is why the last attempt failed; nil when it did not.
	Trouble error
}

// Lines is what stands for a webhook's name where lines are written.
const Lines = "lines"

// Idle says whether there was nothing to do.
func (s Stats) Idle() bool { return s.Sent+s.Retried+s.Undelivered+s.Skipped == 0 }

// String is one line for people.
func (s Stats) String() string {
	who := "webhook " + s.Webhook
	if s.Webhook == Lines {
		who = Lines
	}
	counts := fmt.Sprintf("%s of %s: %d sent, %d retried, %d undelivered, %d skipped", who, s.Topic, s.Sent, s.Retried, s.Undelivered, s.Skipped)
	if s.Sent == 0 {
		return counts
	}
	return fmt.Sprintf("%s; from Kafka to receiver: p50 %s, p99 %s, max %s", counts, s.P50, s.P99, s.Max)
}

// longest is the greatest latency told apart.
const longest = 365 * 24 * time.Hour

// A tally counts, in memory that does not grow. It is safe for concurrent use.
type tally struct {
	topic, webhook string
	took           prometheus.Histogram

	mu      sync.Mutex
	counts  Stats                   // but for the latencies
	latency *hdrhistogram.Histogram // in milliseconds, as Kafka's timestamps are
	said    time.Time               // when trouble was last mentioned; zero once it is over
}

func newTally(topic, webhook string) *tally {
	const significantDigits = 3
	return &tally{
		topic: topic, webhook: webhook, took: newHistogram(topic, webhook), counts: Stats{Topic: topic, Webhook: webhook},
		latency: hdrhistogram.New(1, longest.Milliseconds(), significantDigits),
	}
}

// sent counts a record that was taken, and says whether that ends trouble that
// was mentioned.
func (t *tally) sent(took time.Duration) (calm bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.Sent++
	// The clocks of the machines may differ: a negative latency counts as none.
	took = min(max(took, 0), longest)
	if err := t.latency.RecordValue(took.Milliseconds()); err != nil {
		panic(fmt.Sprintf("webhook: a latency of %s, though bounded, is out of bounds: %v", took, err))
	}
	t.took.Observe(took.Seconds())
	t.counts.Trouble = nil
	calm = !t.said.IsZero()
	t.said = time.Time{}
	return calm
}

// retried counts an attempt that failed and is not the last of its record, and
// says whether to mention it: not more often than every sayAgain.
func (t *tally) retried(why error) (say bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.Retried++
	t.counts.Trouble = why
	if time.Since(t.said) < sayAgain {
		return false
	}
	t.said = time.Now()
	return true
}

// lost counts a record that is in the topic of the undelivered.
func (t *tally) lost() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.Undelivered++
}

// trouble says why the last attempt failed.
func (t *tally) trouble(why error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.Trouble = why
}

func (t *tally) skipped() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.Skipped++
}

func (t *tally) stats() Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := func(percentile float64) time.Duration {
		return time.Duration(t.latency.ValueAtPercentile(percentile)) * time.Millisecond
	}
	s := t.counts
	s.P50, s.P99, s.Max = at(50), at(99), time.Duration(t.latency.Max())*time.Millisecond
	return s
}
