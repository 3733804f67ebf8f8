package metric

import (
	"math"
	"slices"
)

// A Life is the days of one drone that were judged, in their order, and its
// failures in that time.
type Life struct {
	Day    []int // of each prediction, made at its end
	Score  []float64
	Failed []float64 // when it failed, in days on the same count, ascending
}

// A Tally is what comes of calling in each drone whose score reaches a line.
type Tally struct {
	Calls    int       // drones called in
	False    int       // of these, not followed by a failure within the horizon
	Failures int       // that could have been foretold: a prediction was made within the horizon before it
	Missed   int       // of these, not preceded by a call within the horizon
	Leads    []float64 // of the others: days from the first such call to the failure, ascending
}

// Call plays a policy: a drone is called in when its score reaches the line,
// and then left alone for the horizon, in days, or until it has failed. The
// archive is what happened without it: a call prevents nothing here, and so
// each failure can be compared with the calls before it.
func Call(lives []Life, line float64, horizon int) Tally {
	var t Tally
	for _, l := range lives {
		var calls []float64 // moments, in days
		next := 0           // the first failure that is not over
		quiet := -1.0       // until when the drone is left alone
		for i, day := range l.Day {
			moment := float64(day + 1)
			for next < len(l.Failed) && l.Failed[next] < moment {
				next++
				quiet = -1
			}
			if l.Score[i] < line || moment < quiet {
				continue
			}
			calls = append(calls, moment)
			quiet = moment + float64(horizon)
			t.Calls++
			if next == len(l.Failed) || l.Failed[next] >= moment+float64(horizon) {
				t.False++
			}
		}
		before := math.Inf(-1) // the failure before: what was foretold until then is not of this one
		for _, failed := range l.Failed {
			foretold := func(moment float64) bool { return moment > before && within(moment, failed, horizon) }
			known := slices.ContainsFunc(l.Day, func(day int) bool { return foretold(float64(day + 1)) })
			i := slices.IndexFunc(calls, foretold)
			before = failed
			if !known {
				continue
			}
			t.Failures++
			if i < 0 {
				t.Missed++
				continue
			}
			t.Leads = append(t.Leads, failed-calls[i])
		}
	}
	slices.Sort(t.Leads)
	return t
}

// within says whether a failure comes at a moment or within the horizon after it.
func within(moment, failed float64, horizon int) bool {
	return failed >= moment && failed < moment+float64(horizon)
}

// Cost is what a policy costs in call-ins: each call one, each failure that
// nobody called before so many.
func (t Tally) Cost(crash float64) float64 { return float64(t.Calls) + crash*float64(t.Missed) }

// Lead is a quantile of the leads in days, 0 when there are none.
func (t Tally) Lead(share float64) float64 {
	if len(t.Leads) == 0 {
		return 0
	}
	return quantile(t.Leads, share)
}

// Cheapest is the line among those given at which calling in costs least, the
// highest of equals.
func Cheapest(lives []Life, lines []float64, horizon int, crash float64) (line, cost float64) {
	for i, candidate := range lines {
		at := Call(lives, candidate, horizon).Cost(crash)
		if i == 0 || at < cost || (at == cost && candidate > line) {
			line, cost = candidate, at
		}
	}
	return line, cost
}
