package health

import (
	"maps"
	"math"
	"slices"
)

// A Histogram is how many values were at most each bound, as Prometheus has
// it: counts of larger bounds hold those of smaller ones; the largest is +Inf.
type Histogram map[float64]float64

// Plus is both together.
func (h Histogram) Plus(other Histogram) Histogram {
	sum := maps.Clone(h)
	if sum == nil {
		sum = Histogram{}
	}
	for bound, n := range other {
		sum[bound] += n
	}
	return sum
}

// Since is what came after an older state. Of one that went down, as its
// program was started again, it is all.
func (h Histogram) Since(older Histogram) Histogram {
	came := make(Histogram, len(h))
	for bound, n := range h {
		if came[bound] = n - older[bound]; came[bound] < 0 {
			return maps.Clone(h)
		}
	}
	return came
}

// Quantile is the value below which a share of the values is, 0 to 1: even
// within a bucket, and at most the largest finite bound. Without values there
// is none.
func (h Histogram) Quantile(share float64) (float64, bool) {
	bounds := slices.Sorted(maps.Keys(h))
	if len(bounds) == 0 || h[bounds[len(bounds)-1]] == 0 {
		return 0, false
	}
	rank := share * h[bounds[len(bounds)-1]]
	low, below := 0.0, 0.0
	for _, bound := range bounds {
		if n := h[bound]; n >= rank && n > below {
			if math.IsInf(bound, 1) {
				return low, true
			}
			return low + (bound-low)*(rank-below)/(n-below), true
		}
		low, below = bound, h[bound]
	}
	return low, true
}
