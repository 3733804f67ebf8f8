package tally

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A stage is a part of the way from riot to alert.
type stage int

// The stages. A drone's message has its time from the drone, in whole
// milliseconds; what begins there is up to one too long.
const (
	receive stage = iota // from the Kafka timestamp of the riot until it is taken up
	handle               // from there until the broker has stored its alert
	whole                // both
	stages
)

func (s stage) String() string { return [stages]string{"receive", "deliver", "total"}[s] }

const (
	// longest is the greatest latency told apart: a riot may have waited in
	// Kafka for as long as Kafka keeps it.
	longest           = 365 * 24 * time.Hour
	significantDigits = 3
)

// Figures are counts and latencies.
type figures struct {
	counts Counts
	took   [stages]latencies
}

func newFigures() (f figures) {
	for s := range f.took {
		f.took[s] = latencies{hdrhistogram.New(1, longest.Microseconds(), significantDigits)}
	}
	return f
}

// add counts other in.
func (f *figures) add(other figures) {
	f.counts = f.counts.plus(other.counts)
	for s := range f.took {
		f.took[s].Merge(other.took[s].Histogram)
	}
}

func (f *figures) reset() {
	f.counts = Counts{}
	for s := range f.took {
		f.took[s].Reset()
	}
}

func (f *figures) summary() Summary {
	return Summary{
		Counts:  f.counts,
		Receive: f.took[receive].percentiles(),
		Deliver: f.took[handle].percentiles(),
		Total:   f.took[whole].percentiles(),
	}
}

// Latencies are how often a stage took how long, in microseconds.
type latencies struct{ *hdrhistogram.Histogram }

func (l latencies) record(took time.Duration) {
	if err := l.RecordValue(took.Microseconds()); err != nil {
		panic(fmt.Sprintf("tally: a latency of %s, though bounded, is out of bounds: %v", took, err))
	}
}

func (l latencies) percentiles() Percentiles {
	at := func(percentile float64) time.Duration {
		return time.Duration(l.ValueAtPercentile(percentile)) * time.Microsecond
	}
	return Percentiles{P50: at(50), P95: at(95), P99: at(99), Max: time.Duration(l.Max()) * time.Microsecond}
}
