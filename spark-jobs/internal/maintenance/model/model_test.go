package model

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/service/puretest"
)

func TestTheModelIsPure(t *testing.T) {
	puretest.Check(t, ".", "crypto/sha256", "encoding/hex", "encoding/json", "errors", "fmt", "math", "slices", "strconv", "time",
		"gonum.org/v1/gonum/mat", "gonum.org/v1/gonum/optimize")
}

// days are drawn from a known law: the log of the odds is -2 + 1.5 a - b, and
// the third feature says nothing.
func days(n int) []Day {
	seed := uint64(7)
	next := func() float64 { // uniform, 0 to 1
		seed = seed*6364136223846793005 + 1442695040888963407
		return float64(seed>>11) / (1 << 53)
	}
	all := make([]Day, n)
	for i := range all {
		a, b, c := 4*next()-2, 4*next()-2, 4*next()-2
		failed := next() < sigmoid(-2+1.5*a-b)
		all[i] = Day{Values: []float64{a, b, c}, Failed: failed}
		if failed {
			all[i].Lead = 3 - a
		}
	}
	return all
}

var names = []string{"a", "b", "c"}

func fit(t *testing.T, days []Day) Model {
	t.Helper()
	m, err := Fit(names, days, 7, 1e-6)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTheLawIsFoundAgain(t *testing.T) {
	m := fit(t, days(40_000))
	for i, want := range []float64{1.5, -1, 0} {
		if got := m.Features[i].Weight / m.Features[i].Deviation; math.Abs(got-want) > 0.06 {
			t.Errorf("the weight of %s is %v, want %v", names[i], got, want)
		}
	}
	if got, want := m.Probability([]float64{2, -2, 0}), sigmoid(3); math.Abs(got-want) > 0.02 {
		t.Errorf("the probability is %v, want %v", got, want)
	}
	if got := m.LeadDays([]float64{1, 0, 0}); math.Abs(got-2) > 0.01 {
		t.Errorf("the lead is %v, want 2", got)
	}
	if m.LeadDays([]float64{1e6, 0, 0}) != 0 || m.LeadDays([]float64{-1e6, 0, 0}) != 7 {
		t.Error("the lead leaves the horizon")
	}
}

func TestTheMeanProbabilityIsTheShareThatFails(t *testing.T) {
	all := days(5000)
	m := fit(t, all)
	var sum, failed float64
	for _, d := range all {
		sum += m.Probability(d.Values)
		if d.Failed {
			failed++
		}
	}
	if math.Abs(sum-failed) > 1e-3 {
		t.Errorf("%v failures are foretold, %v came", sum, failed)
	}
}

func TestTheSameDaysGiveTheSameFile(t *testing.T) {
	one, err := fit(t, days(3000)).Write()
	if err != nil {
		t.Fatal(err)
	}
	two, err := fit(t, days(3000)).Write()
	if err != nil || string(one) != string(two) {
		t.Errorf("the files differ, %v", err)
	}
}

func TestAModelReadsBackAsItIs(t *testing.T) {
	m := fit(t, days(2000))
	text, err := m.Write()
	if err != nil {
		t.Fatal(err)
	}
	read, err := Read(text)
	if diff := cmp.Diff(m, read); err != nil || diff != "" {
		t.Errorf("%v, -written +read:\n%s", err, diff)
	}
}

func TestFilesThatAreNoModelAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"weather":        "no model file",
		`{"version": 2}`: "version 2",
		`{"version": 1}`: "not those of its features",
	} {
		if _, err := Read([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := fit(t, days(500)).Check([]string{"a", "c"}); err == nil || !strings.Contains(err.Error(), "train it again") {
		t.Errorf("other features: %v", err)
	}
}

func TestWhatIsNotKnownCountsAsTheMean(t *testing.T) {
	all := days(2000)
	for i := range all {
		if i%3 == 0 {
			all[i].Values[1] = math.NaN()
		}
	}
	m := fit(t, all)
	if got, want := m.Probability([]float64{1, math.NaN(), 0}), m.Probability([]float64{1, m.Features[1].Mean, 0}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAFeatureThatIsAlwaysTheSameSaysNothing(t *testing.T) {
	all := days(2000)
	for i := range all {
		all[i].Values[2] = 5
	}
	if m := fit(t, all); m.Features[2].Weight != 0 || m.Features[2].Deviation != 1 {
		t.Errorf("got %+v", m.Features[2])
	}
}

func TestWithoutFailuresThereIsNothingToLearn(t *testing.T) {
	all := days(100)
	for i := range all {
		all[i].Failed = false
	}
	if _, err := Fit(names, all, 7, 1e-6); err == nil || !strings.Contains(err.Error(), "0 of 100") {
		t.Errorf("got %v", err)
	}
}

// Shares and the probability are two views of one sum.
func TestSharesAddUpToTheOdds(t *testing.T) {
	m := fit(t, days(2000))
	odds := m.Intercept
	for _, s := range m.Shares([]float64{1, 2, math.NaN()}) {
		odds += s
	}
	if got, want := sigmoid(odds), m.Probability([]float64{1, 2, math.NaN()}); math.Abs(got-want) > 1e-12 {
		t.Errorf("got %v, want %v", got, want)
	}
}
