package pace

import (
	"slices"
	"time"
)

// span is how far back a Meter looks.
const span = 5 * time.Second

// A Meter tells how much a flight sends: over the last seconds, not since it
// began. The zero value has seen nothing; it is a value that is never changed.
type Meter struct{ seen []Sample }

// A Sample is what had come of a flight at a moment.
type Sample struct {
	At    time.Duration // since the flight began
	Bytes int64         // of reports
}

// With is the meter after another sample, no earlier than those before.
func (m Meter) With(s Sample) Meter {
	seen := append(slices.Clone(m.seen), s)
	// The first one kept is the last that is a whole span old.
	for len(seen) > 2 && s.At-seen[1].At >= span {
		seen = seen[1:]
	}
	return Meter{seen}
}

// BytesPerSecond is the mean, 0 before there are two samples.
func (m Meter) BytesPerSecond() float64 {
	if len(m.seen) == 0 {
		return 0
	}
	first, last := m.seen[0], m.seen[len(m.seen)-1]
	if last.At <= first.At {
		return 0
	}
	return float64(last.Bytes-first.Bytes) / (last.At - first.At).Seconds()
}
