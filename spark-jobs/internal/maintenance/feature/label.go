package feature

import (
	"slices"
	"time"
)

// dayMs is a day in milliseconds.
const dayMs = 24 * 60 * 60 * 1000

// An Outcome is what came of a drone-day.
type Outcome struct {
	Failed bool    // within the horizon after the end of the day
	Lead   float64 // days from there to the failure, if Failed
}

// A History is the failures of each drone, in the order of time.
type History map[string][]Failure

// HistoryOf sorts failures.
func HistoryOf(failures []Failure) History {
	h := History{}
	for _, f := range failures {
		h[f.DroneID] = append(h[f.DroneID], f)
	}
	for _, f := range h {
		slices.SortFunc(f, func(a, b Failure) int { return int(a.At/1000 - b.At/1000) })
	}
	return h
}

// Outcome is what came of a drone-day: whether the drone failed after its end
// and not later than so many days after it.
func (h History) Outcome(r Row, horizon int) Outcome {
	end := int64(r.Day+1) * dayMs
	for _, f := range h[r.DroneID] {
		if f.At > end && f.At <= end+int64(horizon)*dayMs {
			return Outcome{true, float64(f.At-end) / dayMs}
		}
	}
	return Outcome{}
}

// DayOf counts the day of a moment from 1970, UTC.
func DayOf(t time.Time) int {
	ms := t.UnixMilli()
	day := ms / dayMs
	if ms%dayMs < 0 {
		day--
	}
	return int(day)
}
