// Package maintenance foretells which drones fail next: it splits what is known
// into what a model may learn from and what it is judged by, trains it, judges
// it beside simpler ways and beside the best there can be, and ranks the drones
// of a day. It is pure; what is read and written is app's business.
package maintenance

import (
	"cmp"
	"slices"

	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/feature"
	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/metric"
)

const (
	// Horizon is how many days ahead a failure is foretold.
	Horizon = feature.Horizon
	// settled is how many days of a drone must be known before it is learned from:
	// before that, most comparisons with the past are with nothing.
	settled = feature.Back
	// heldBackOf10 is how many of ten drones no model learns from.
	heldBackOf10 = 4
)

// HeldBack says whether a drone is one of those that no model of a seed learns
// from. It depends on its name alone, whatever other drones there are.
func HeldBack(droneID string, seed uint64) bool { return hash(droneID, seed)%10 < heldBackOf10 }

// hash is FNV-1a of a name after a seed, with its bits mixed: names of drones
// differ in their last digits alone.
func hash(name string, seed uint64) uint64 {
	h := uint64(14695981039346656037)
	for range 8 {
		h = (h ^ seed&0xff) * 1099511628211
		seed >>= 8
	}
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	return h ^ h>>33
}

// known are rows whose outcome is known at the end of a day, of drones on duty,
// and of those alone that are wanted.
func known(rows []feature.Row, wanted func(feature.Row) bool, last int) []feature.Row {
	var found []feature.Row
	for _, r := range rows {
		if r.OnDuty && r.Day+Horizon <= last && wanted(r) {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, func(a, b feature.Row) int {
		return cmp.Or(cmp.Compare(a.DroneID, b.DroneID), cmp.Compare(a.Day, b.Day))
	})
	return found
}

// A sample is rows, sorted by drone and day, with what came of them.
type sample struct {
	rows     []feature.Row
	outcomes []feature.Outcome
	drone    []int // of each row, counted from 0
	drones   int
}

func newSample(rows []feature.Row, history feature.History) sample {
	s := sample{rows: rows, outcomes: make([]feature.Outcome, len(rows)), drone: make([]int, len(rows))}
	for i, r := range rows {
		if i == 0 || rows[i-1].DroneID != r.DroneID {
			s.drones++
		}
		s.drone[i], s.outcomes[i] = s.drones-1, history.Outcome(r, Horizon)
	}
	return s
}

// cases are scores with what came of them.
func (s sample) cases(scores []float64) []metric.Case {
	cases := make([]metric.Case, len(s.rows))
	for i := range s.rows {
		cases[i] = metric.Case{Drone: s.drone[i], Score: scores[i], Failed: s.outcomes[i].Failed}
	}
	return cases
}

// lives are the days of each drone with their scores, and its failures.
func (s sample) lives(scores []float64, history feature.History) []metric.Life {
	const dayMs = 24 * 60 * 60 * 1000
	lives := make([]metric.Life, s.drones)
	for i, r := range s.rows {
		l := &lives[s.drone[i]]
		if len(l.Day) == 0 {
			for _, f := range history[r.DroneID] {
				l.Failed = append(l.Failed, float64(f.At)/dayMs)
			}
		}
		l.Day, l.Score = append(l.Day, r.Day), append(l.Score, scores[i])
	}
	return lives
}
