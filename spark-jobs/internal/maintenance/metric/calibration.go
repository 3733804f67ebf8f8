package metric

// A Bin is the cases whose probability is in a range.
type Bin struct {
	From      float64 // of the range, included
	To        float64 // excluded, but for 1
	Cases     int
	Predicted float64  // mean probability
	Observed  Interval // share that failed
}

// Calibration sorts probabilities into so many ranges of the same width. Ranges
// without a case are left out. The intervals are those of drones.
func Calibration(cases []Case, bins, samples int, seed uint64) []Bin {
	inside := make([][]Case, bins)
	drones := 0
	for _, c := range cases {
		i := min(bins-1, max(0, int(c.Score*float64(bins))))
		inside[i] = append(inside[i], c)
		drones = max(drones, c.Drone+1)
	}
	shares := Bootstrap(drones, samples, seed, func(weight []float64) []float64 {
		shares := make([]float64, bins)
		for i, cases := range inside {
			var failed, all float64
			for _, c := range cases {
				all += weight[c.Drone]
				if c.Failed {
					failed += weight[c.Drone]
				}
			}
			shares[i] = failed / all
		}
		return shares
	})
	var found []Bin
	for i, cases := range inside {
		if len(cases) == 0 {
			continue
		}
		bin := Bin{From: float64(i) / float64(bins), To: float64(i+1) / float64(bins), Cases: len(cases), Observed: shares[i]}
		for _, c := range cases {
			bin.Predicted += c.Score / float64(len(cases))
		}
		found = append(found, bin)
	}
	return found
}

// CalibrationError is the mean distance between what was predicted and what was
// observed, where each range weighs as much as it has cases.
func CalibrationError(bins []Bin) float64 {
	var sum, n float64
	for _, b := range bins {
		off := b.Predicted - b.Observed.Value
		if off < 0 {
			off = -off
		}
		sum += off * float64(b.Cases)
		n += float64(b.Cases)
	}
	return sum / n
}
