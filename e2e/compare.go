// Package e2e tests the running system from outside. It is never imported.
package e2e

import (
	"fmt"
	"math"
)

// Rows are the rows of an answer as `spark-jobs ask --json` and `simulator
// truth --json` print them and encoding/json reads them: float64, string or
// nil.
type Rows [][]any

// Compare tells in which cell got differs from want. Counts must be equal;
// other numbers may differ by tolerance, relative to the larger or, below 1,
// absolute.
func Compare(got, want Rows, tolerance float64) error {
	for i := range min(len(got), len(want)) {
		if len(got[i]) != len(want[i]) {
			return fmt.Errorf("row %d has %d values, want %d: %v, want %v", i, len(got[i]), len(want[i]), got[i], want[i])
		}
		for j := range got[i] {
			if !near(got[i][j], want[i][j], tolerance) {
				return fmt.Errorf("row %d, value %d is %v, want %v: %v, want %v", i, j, got[i][j], want[i][j], got[i], want[i])
			}
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("%d rows, want %d", len(got), len(want))
	}
	return nil
}

func near(got, want any, tolerance float64) bool {
	g, gotNumber := got.(float64)
	w, wantNumber := want.(float64)
	if !gotNumber || !wantNumber {
		return got == want
	}
	if w == math.Trunc(w) && g == math.Trunc(g) {
		return g == w
	}
	return math.Abs(g-w) <= tolerance*max(1, math.Abs(g), math.Abs(w))
}
