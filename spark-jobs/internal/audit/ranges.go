package audit

import (
	"fmt"
	"slices"
)

// A Range is a run of offsets, both ends included.
type Range struct {
	First int64 `json:"first"`
	Last  int64 `json:"last"`
}

// Len is how many offsets the range holds.
func (r Range) Len() int64 { return r.Last - r.First + 1 }

// String is "17" or "17..19".
func (r Range) String() string {
	if r.First == r.Last {
		return fmt.Sprint(r.First)
	}
	return fmt.Sprintf("%d..%d", r.First, r.Last)
}

// total is how many offsets the ranges hold together.
func total(ranges []Range) int64 {
	var n int64
	for _, r := range ranges {
		n += r.Len()
	}
	return n
}

// without is what is left of the ranges when the offsets are taken out. The
// ranges are ascending and do not touch; the offsets are in any order.
func without(ranges []Range, offsets []int64) []Range {
	taken := slices.Sorted(slices.Values(offsets))
	var left []Range
	for _, r := range ranges {
		i, _ := slices.BinarySearch(taken, r.First)
		first := r.First
		for ; i < len(taken) && taken[i] <= r.Last; i++ {
			if taken[i] > first {
				left = append(left, Range{first, taken[i] - 1})
			}
			first = taken[i] + 1
		}
		if first <= r.Last {
			left = append(left, Range{first, r.Last})
		}
	}
	return left
}
