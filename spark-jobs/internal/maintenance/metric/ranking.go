// Package metric judges predictions: how well scores rank what failed before
// what did not, how far probabilities can be believed, how early a warning
// comes, and what acting on it costs. It is pure; randomness is a seed.
//
// Days of one drone resemble each other, so what is drawn again for an interval
// of confidence is always a whole drone.
package metric

import (
	"cmp"
	"math"
	"slices"
)

// A Case is one prediction and what came of it.
type Case struct {
	Drone  int // counted from 0
	Score  float64
	Failed bool
}

// A Ranking is cases with the highest score first. It is never changed once
// made.
type Ranking struct {
	cases  []Case
	drones int
}

// Rank sorts cases. The input is not changed.
func Rank(cases []Case) Ranking {
	r := Ranking{cases: slices.Clone(cases)}
	slices.SortStableFunc(r.cases, func(a, b Case) int { return cmp.Compare(b.Score, a.Score) })
	for _, c := range cases {
		r.drones = max(r.drones, c.Drone+1)
	}
	return r
}

// Ones is each drone once: the weights of what was measured itself.
func (r Ranking) Ones() []float64 {
	ones := make([]float64, r.drones)
	for i := range ones {
		ones[i] = 1
	}
	return ones
}

// A Step is what is known when all cases down to a score are called: the
// weights of those that failed and of those that did not.
type Step struct{ Score, Failed, Fine float64 }

// Steps is one step for each different score, highest first, where each drone
// has a weight. Equal scores are one step: no order among them is made up.
func (r Ranking) Steps(weight []float64) []Step {
	var steps []Step
	var at Step
	for i, c := range r.cases {
		if c.Failed {
			at.Failed += weight[c.Drone]
		} else {
			at.Fine += weight[c.Drone]
		}
		if i+1 == len(r.cases) || r.cases[i+1].Score != c.Score {
			at.Score = c.Score
			steps = append(steps, at)
		}
	}
	return steps
}

// AveragePrecision is the precision at each step, weighted by what recall it
// adds: the area under the curve of precision and recall, without drawing a
// line between its points. Chance has the share of those that failed; NaN when
// nothing failed.
func (r Ranking) AveragePrecision(weight []float64) float64 {
	var sum, before float64
	r.walk(weight, func(failed, fine float64) {
		if failed > before {
			sum += (failed - before) * failed / (failed + fine)
			before = failed
		}
	})
	return sum / before
}

// AUC is the area under the receiver's operating characteristic: the chance
// that of two cases the one that failed has the higher score, where equal
// scores count half. NaN when all or none failed.
func (r Ranking) AUC(weight []float64) float64 {
	var area, failedBefore, fineBefore float64
	r.walk(weight, func(failed, fine float64) {
		area += (fine - fineBefore) * (failed + failedBefore) / 2
		failedBefore, fineBefore = failed, fine
	})
	return area / (failedBefore * fineBefore)
}

// Share is the share of cases that failed: what chance has as average
// precision.
func (r Ranking) Share(weight []float64) float64 {
	var failed, fine float64
	r.walk(weight, func(a, b float64) { failed, fine = a, b })
	return failed / (failed + fine)
}

// walk tells the sums after each different score, without an allocation: it
// runs thousands of times.
func (r Ranking) walk(weight []float64, at func(failed, fine float64)) {
	var failed, fine float64
	for i, c := range r.cases {
		if c.Failed {
			failed += weight[c.Drone]
		} else {
			fine += weight[c.Drone]
		}
		if i+1 == len(r.cases) || r.cases[i+1].Score != c.Score {
			at(failed, fine)
		}
	}
}

// Brier is the mean square of the distance between a probability and what came
// of it, 0 to 1, where 0 is best.
func (r Ranking) Brier(weight []float64) float64 {
	var sum, n float64
	for _, c := range r.cases {
		came := 0.0
		if c.Failed {
			came = 1
		}
		w := weight[c.Drone]
		sum += float64(w * (c.Score - came) * (c.Score - came))
		n += w
	}
	return sum / n
}

// An Interval is a value and its interval of confidence.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Bootstrap measures values with each drone once, and so many times more with
// drones drawn with replacement. The interval holds the middle 95%. Samples
// for which a value is not defined do not count for it.
func Bootstrap(drones, samples int, seed uint64, measure func(weight []float64) []float64) []Interval {
	weight := make([]float64, drones)
	for i := range weight {
		weight[i] = 1
	}
	values := measure(weight)
	drawn := make([][]float64, len(values))
	next := generator(seed)
	for range samples {
		clear(weight)
		for range drones {
			weight[next()%uint64(drones)]++
		}
		for i, v := range measure(weight) {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				drawn[i] = append(drawn[i], v)
			}
		}
	}
	intervals := make([]Interval, len(values))
	for i, v := range values {
		slices.Sort(drawn[i])
		intervals[i] = Interval{v, quantile(drawn[i], 0.025), quantile(drawn[i], 0.975)}
	}
	return intervals
}

// quantile of sorted values, between the two nearest; NaN of none.
func quantile(sorted []float64, share float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := share * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	part := at - float64(i)
	return float64(sorted[i]*(1-part)) + float64(sorted[i+1]*part)
}

// generator is splitmix64: numbers that look random and depend on the seed
// alone.
func generator(seed uint64) func() uint64 {
	return func() uint64 {
		seed += 0x9e3779b97f4a7c15
		z := seed
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return z ^ z>>31
	}
}
