package metric

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/service/puretest"
)

func TestMetricsArePure(t *testing.T) {
	puretest.Check(t, ".", "cmp", "math", "slices")
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-12 || math.IsNaN(a) && math.IsNaN(b) }

// drawn are cases of a few drones with few different scores, so that many tie.
func drawn(n int, seed uint64) []Case {
	next := generator(seed)
	cases := make([]Case, n)
	for i := range cases {
		cases[i] = Case{Drone: int(next() % 7), Score: float64(next()%10) / 10, Failed: next()%4 == 0}
	}
	return cases
}

func TestARankingIsMeasuredAsItsDefinitionSays(t *testing.T) {
	for seed := range uint64(50) {
		cases := drawn(60, seed)
		r := Rank(cases)
		// Of all pairs of one that failed and one that did not.
		var right, pairs float64
		for _, a := range cases {
			for _, b := range cases {
				if a.Failed && !b.Failed {
					pairs++
					switch {
					case a.Score > b.Score:
						right++
					case a.Score == b.Score:
						right += 0.5
					}
				}
			}
		}
		if got := r.AUC(r.Ones()); !near(got, right/pairs) {
			t.Errorf("AUC is %v, of all pairs %v", got, right/pairs)
		}
		// At each different score, called is everything down to it.
		var precision, before, failed float64
		for _, c := range cases {
			if c.Failed {
				failed++
			}
		}
		for line := 0.9; line > -0.05; line -= 0.1 {
			var called, hit float64
			for _, c := range cases {
				if c.Score > line-0.05 {
					called++
					if c.Failed {
						hit++
					}
				}
			}
			if called > 0 {
				precision += (hit - before) / failed * hit / called
			}
			before = hit
		}
		if got := r.AveragePrecision(r.Ones()); !near(got, precision) {
			t.Errorf("average precision is %v, by definition %v", got, precision)
		}
	}
}

func TestTheOrderOfEqualScoresDoesNotMatter(t *testing.T) {
	cases := drawn(100, 3)
	turned := slices.Clone(cases)
	slices.Reverse(turned)
	a, b := Rank(cases), Rank(turned)
	if !near(a.AveragePrecision(a.Ones()), b.AveragePrecision(b.Ones())) || !near(a.AUC(a.Ones()), b.AUC(b.Ones())) {
		t.Error("the same cases in another order are measured otherwise")
	}
}

func TestChanceHasTheShareOfFailures(t *testing.T) {
	cases := drawn(100, 1)
	for i := range cases {
		cases[i].Score = 0
	}
	r := Rank(cases)
	if got := r.AveragePrecision(r.Ones()); !near(got, r.Share(r.Ones())) {
		t.Errorf("average precision of chance is %v, the share %v", got, r.Share(r.Ones()))
	}
	if got := r.AUC(r.Ones()); !near(got, 0.5) {
		t.Errorf("AUC of chance is %v", got)
	}
}

func TestADroneThatIsDrawnTwiceCountsTwice(t *testing.T) {
	cases := drawn(80, 5)
	twice := slices.Clone(cases)
	for _, c := range cases {
		if c.Drone == 2 {
			twice = append(twice, c)
		}
	}
	a, b := Rank(cases), Rank(twice)
	weight := a.Ones()
	weight[2] = 2
	if !near(a.AveragePrecision(weight), b.AveragePrecision(b.Ones())) || !near(a.AUC(weight), b.AUC(b.Ones())) || !near(a.Brier(weight), b.Brier(b.Ones())) {
		t.Error("a weight of two is not the same as two copies")
	}
}

func TestTheBootstrapDependsOnItsSeedAlone(t *testing.T) {
	r := Rank(drawn(200, 9))
	measure := func(weight []float64) []float64 { return []float64{r.AUC(weight)} }
	a, b, c := Bootstrap(7, 200, 1, measure), Bootstrap(7, 200, 1, measure), Bootstrap(7, 200, 2, measure)
	if !cmp.Equal(a, b) || cmp.Equal(a, c) {
		t.Errorf("got %v, %v and %v", a, b, c)
	}
	if a[0].Low > a[0].Value || a[0].High < a[0].Value || a[0].Low == a[0].High {
		t.Errorf("the interval is %v", a[0])
	}
}

// Of means of n numbers, the interval is that of the textbook, nearly.
func TestTheIntervalIsAsWideAsItShould(t *testing.T) {
	const n = 400
	values := make([]float64, n)
	next, sum, squares := generator(4), 0.0, 0.0
	for i := range values {
		values[i] = float64(next()%1000) / 1000
		sum += values[i]
		squares += values[i] * values[i]
	}
	error1 := math.Sqrt((squares/n - sum/n*sum/n) / n)
	got := Bootstrap(n, 4000, 1, func(weight []float64) []float64 {
		var sum, all float64
		for i, w := range weight {
			sum += w * values[i]
			all += w
		}
		return []float64{sum / all}
	})[0]
	if width := got.High - got.Low; width < 3.6*error1 || width > 4.2*error1 {
		t.Errorf("the interval is %v wide, want about %v", width, 3.92*error1)
	}
}

func TestCalibration(t *testing.T) {
	cases := []Case{{0, 0.05, false}, {1, 0.05, true}, {0, 0.95, true}, {1, 1, true}}
	bins := Calibration(cases, 10, 100, 1)
	if len(bins) != 2 || bins[0].Cases != 2 || !near(bins[0].Predicted, 0.05) || !near(bins[0].Observed.Value, 0.5) ||
		bins[1].From != 0.9 || !near(bins[1].Predicted, 0.975) || !near(bins[1].Observed.Value, 1) {
		t.Errorf("got %+v", bins)
	}
	if got := CalibrationError(bins); !near(got, (2*0.45+2*0.025)/4) {
		t.Errorf("the error is %v", got)
	}
}

func TestCalls(t *testing.T) {
	days := func(n int) (d []int) {
		for i := range n {
			d = append(d, i)
		}
		return d
	}
	high := func(n int, at ...int) []float64 {
		scores := make([]float64, n)
		for _, i := range at {
			scores[i] = 1
		}
		return scores
	}
	for _, c := range []struct {
		rule string
		life Life
		want Tally
	}{
		{"a call before a failure foretells it", Life{days(10), high(10, 3), []float64{6.5}}, Tally{1, 0, 1, 0, []float64{2.5}}},
		{"a drone that was called is left alone for the horizon", Life{days(10), high(10, 1, 2, 3, 4), []float64{6.5}}, Tally{1, 0, 1, 0, []float64{4.5}}},
		{"a call too early is for nothing, and is made again", Life{days(20), high(20, 1, 2, 10, 12), []float64{15.5}}, Tally{2, 1, 1, 0, []float64{4.5}}},
		{"a failure that nobody called is missed", Life{days(10), high(10), []float64{6.5}}, Tally{0, 0, 1, 1, nil}},
		{"after a failure a drone can be called at once", Life{days(12), high(12, 3, 6), []float64{5.5, 9.5}}, Tally{2, 0, 2, 0, []float64{1.5, 2.5}}},
		{"what no prediction came before cannot be foretold", Life{[]int{20, 21}, high(2), []float64{6.5}}, Tally{}},
	} {
		if diff := cmp.Diff(c.want, Call([]Life{c.life}, 0.5, 7)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", c.rule, diff)
		}
	}
	if got := (Tally{Calls: 3, Missed: 2}).Cost(10); got != 23 {
		t.Errorf("three calls and two crashes cost %v", got)
	}
}

func TestTheCheapestLineDependsOnTheCostOfACrash(t *testing.T) {
	lives := []Life{
		{[]int{0, 1}, []float64{0.3, 0.3}, []float64{2.5}},
		{[]int{0, 1, 2}, []float64{0.3, 0.3, 0.3}, nil},
		{[]int{0, 1, 2}, []float64{0.3, 0.3, 0.3}, nil},
	}
	if line, cost := Cheapest(lives, []float64{0.2, 0.5}, 7, 2); line != 0.5 || cost != 2 {
		t.Errorf("with a cheap crash: %v, %v", line, cost)
	}
	if line, cost := Cheapest(lives, []float64{0.2, 0.5}, 7, 20); line != 0.2 || cost != 3 {
		t.Errorf("with a dear crash: %v, %v", line, cost)
	}
}
