package tally

import (
	"fmt"
	"log/slog"
	"time"
)

// A Summary is what was done in some time.
type Summary struct {
	Counts
	// How long the alerts took: until their riots were received, from there
	// until the broker had stored them, and in all.
	Receive, Deliver, Total Percentiles
}

// Counts are how often what happened.
type Counts struct {
	Opened      int64 // alerts delivered
	Updated     int64 // further riots of their incidents, delivered
	Stale       int64 // of both
	Repeated    int64 // riots that were known, of which nothing was made
	Undecodable int64 // sent to the dead letters
	Unwritten   int64 // alerts of which there is no line; known at the end
}

func (c Counts) plus(d Counts) Counts {
	return Counts{
		Opened:      c.Opened + d.Opened,
		Updated:     c.Updated + d.Updated,
		Stale:       c.Stale + d.Stale,
		Repeated:    c.Repeated + d.Repeated,
		Undecodable: c.Undecodable + d.Undecodable,
		Unwritten:   c.Unwritten + d.Unwritten,
	}
}

// Percentiles are of latencies; all are zero when there are none.
type Percentiles struct{ P50, P95, P99, Max time.Duration }

// String is short: three digits are as many as are known.
func (p Percentiles) String() string {
	return fmt.Sprintf("p50 %s p95 %s p99 %s max %s", short(p.P50), short(p.P95), short(p.P99), short(p.Max))
}

// short rounds to about three digits.
func short(d time.Duration) time.Duration {
	switch {
	case d < 10*time.Millisecond:
		return d.Round(10 * time.Microsecond)
	case d < 100*time.Millisecond:
		return d.Round(100 * time.Microsecond)
	case d < 10*time.Second:
		return d.Round(time.Millisecond)
	default:
		return d.Round(time.Second)
	}
}

// String is one line for people.
func (s Summary) String() string {
	counts := fmt.Sprintf("%d alerts, %d updates (%d stale), %d repetitions, %d undecodable",
		s.Opened, s.Updated, s.Stale, s.Repeated, s.Undecodable)
	if s.Unwritten > 0 {
		counts += fmt.Sprintf(", %d lines left out", s.Unwritten)
	}
	if s.Opened+s.Updated == 0 {
		return counts
	}
	return fmt.Sprintf("%s; from riot to alert: %s (received %s, delivered %s)", counts, s.Total, s.Receive, s.Deliver)
}

// Attributes are the same for the log.
func (s Summary) Attributes() []slog.Attr {
	attributes := []slog.Attr{
		slog.Int64("opened", s.Opened),
		slog.Int64("updated", s.Updated),
		slog.Int64("stale", s.Stale),
		slog.Int64("repeated", s.Repeated),
		slog.Int64("undecodable", s.Undecodable),
	}
	if s.Opened+s.Updated == 0 {
		return attributes
	}
	return append(attributes, slog.String("latency", s.Total.String()),
		slog.String("received", s.Receive.String()), slog.String("delivered", s.Deliver.String()))
}
