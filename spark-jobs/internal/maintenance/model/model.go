// Package model learns from drone-days which drones fail soon, and says how
// likely it is and why. It is a logistic regression with a ridge: few enough
// weights to be read by a person, and fitted to the last digit, so that the
// same days give the same model. It is pure.
package model

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// Version is that of the model file. A file of another version is refused.
const Version = 1

// A Model foretells failures. It is a value, and the file is its JSON.
type Model struct {
	Version int `json:"version"`
	// Horizon is how far it looks ahead, in days.
	Horizon int `json:"horizon_days"`
	// Data says what it was trained on.
	Data Data `json:"trained_on"`
	// Seed draws the drones that it was not trained on, and the samples of its
	// metrics; Ridge is what a squared weight costs.
	Seed  uint64  `json:"seed"`
	Ridge float64 `json:"ridge"`
	// Intercept and Features make the log of the odds of a failure.
	Intercept float64   `json:"intercept"`
	Features  []Feature `json:"features"`
	// Lead is the days that pass until a failure, if there is one within the
	// horizon: an intercept and a weight for each feature.
	Lead Line `json:"lead_days"`
	// CrashCost is what a failure costs that nobody foresaw, in call-ins; CallAt
	// is the probability from which on to call a drone in was cheapest. That may be
	// a high one: who waits until it is nearly certain is often still in time.
	CrashCost float64 `json:"crash_cost_in_call_ins"`
	CallAt    float64 `json:"call_at"`
	// Lines are the same for other costs of a crash.
	Lines []Call `json:"call_at_by_crash_cost"`
	// Metrics are how it did on the training data alone. How good it is, only
	// an evaluation on other drones and later days can say.
	Metrics map[string]float64 `json:"training_metrics"`
}

// Data is what a model was trained on.
type Data struct {
	From     string `json:"from"` // the first day, as 2026-01-31
	To       string `json:"to"`   // the last day whose outcome is used
	Drones   int    `json:"drones"`
	Days     int    `json:"drone_days"`
	Failing  int    `json:"drone_days_before_a_failure"`
	Reports  string `json:"reports_snapshot,omitempty"`     // Iceberg's
	Upkeep   string `json:"maintenance_snapshot,omitempty"` // of table maintenance
	HeldBack string `json:"held_back"`                      // in words
}

// A Feature is one input of the model: standardised by the mean and the
// standard deviation of the training data, and weighed.
type Feature struct {
	Name      string  `json:"name"`
	Mean      float64 `json:"mean"`
	Deviation float64 `json:"deviation"`
	Weight    float64 `json:"weight"`
}

// A Call is the probability from which on to call in, if a crash costs so many
// call-ins.
type Call struct {
	CrashCost float64 `json:"crash_cost"`
	At        float64 `json:"call_at"`
}

// A Line is a linear function of the standardised features.
type Line struct {
	Intercept float64   `json:"intercept"`
	Weights   []float64 `json:"weights"`
}

// A Day is what the model learns from: the values of the features of a drone at
// the end of a day, NaN where there is none, and what came of it.
type Day struct {
	Values []float64
	Failed bool
	Lead   float64 // days until the failure, if Failed
}

// Read reads a model file.
func Read(text []byte) (Model, error) {
	var m Model
	if err := json.Unmarshal(text, &m); err != nil {
		return Model{}, fmt.Errorf("no model file: %w", err)
	}
	if m.Version != Version {
		return Model{}, fmt.Errorf("a model of version %d, and this program reads %d: train it again with 'spark-jobs maintenance train'", m.Version, Version)
	}
	if len(m.Features) == 0 || len(m.Lead.Weights) != len(m.Features) {
		return Model{}, errors.New("no model file: its weights are not those of its features")
	}
	return m, nil
}

// Write is the model file.
func (m Model) Write() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	return append(text, '\n'), err
}

// Name tells models apart, as in "v1/2026-08-28/3f2a91bc": the version of its
// file, the last day that it learned from, and the first digits of the file's
// SHA-256.
func (m Model) Name() (string, error) {
	text, err := m.Write()
	if err != nil {
		return "", fmt.Errorf("name the model: %w", err)
	}
	sum := sha256.Sum256(text)
	return fmt.Sprintf("v%d/%s/%s", m.Version, m.Data.To, hex.EncodeToString(sum[:4])), nil
}

// Check says whether a model is one of these features.
func (m Model) Check(features []string) error {
	names := make([]string, len(m.Features))
	for i, f := range m.Features {
		names[i] = f.Name
	}
	if !slices.Equal(names, features) {
		return fmt.Errorf("the model was trained on other features: train it again with 'spark-jobs maintenance train'; it knows %v, not %v", names, features)
	}
	return nil
}

// standard is the features as the model weighs them. What is not known counts
// as the mean.
func (m Model) standard(values []float64) []float64 {
	x := make([]float64, len(values))
	for i, f := range m.Features {
		if !math.IsNaN(values[i]) {
			x[i] = (values[i] - f.Mean) / f.Deviation
		}
	}
	return x
}

// Probability of a failure within the horizon, 0 to 1.
func (m Model) Probability(values []float64) float64 {
	odds := m.Intercept
	for i, x := range m.standard(values) {
		odds += float64(m.Features[i].Weight * x)
	}
	return sigmoid(odds)
}

// LeadDays is how many days pass until the failure, if there is one within the
// horizon, on average.
func (m Model) LeadDays(values []float64) float64 {
	days := m.Lead.Intercept
	for i, x := range m.standard(values) {
		days += float64(m.Lead.Weights[i] * x)
	}
	return min(float64(m.Horizon), max(0, days))
}

// Shares is what each feature adds to the log of the odds, against a drone-day
// that is average in everything.
func (m Model) Shares(values []float64) []float64 {
	shares := m.standard(values)
	for i := range shares {
		shares[i] *= m.Features[i].Weight
	}
	return shares
}

// Fit learns weights from days. It fails when they hold nothing to learn from.
func Fit(features []string, days []Day, horizon int, ridge float64) (Model, error) {
	m := Model{Version: Version, Horizon: horizon, Ridge: ridge}
	failing := 0
	for _, d := range days {
		if d.Failed {
			failing++
		}
	}
	if failing == 0 || failing == len(days) {
		return Model{}, fmt.Errorf("nothing to learn from: a failure follows %d of %d drone-days", failing, len(days))
	}
	for i, name := range features {
		m.Features = append(m.Features, scaling(name, i, days))
	}
	inputs := make([][]float64, len(days))
	for i, d := range days {
		inputs[i] = append([]float64{1}, m.standard(d.Values)...)
	}
	weights, err := fitOdds(inputs, days, ridge)
	if err != nil {
		return Model{}, err
	}
	m.Intercept = rounded(weights[0])
	for i := range m.Features {
		m.Features[i].Weight = rounded(weights[i+1])
	}
	if m.Lead, err = fitLead(inputs, days, ridge); err != nil {
		return Model{}, err
	}
	m.Data.Days, m.Data.Failing = len(days), failing
	return m, nil
}

// scaling is the mean and the deviation of a feature, without a weight.
func scaling(name string, i int, days []Day) Feature {
	var n, sum, squares float64
	for _, d := range days {
		if x := d.Values[i]; !math.IsNaN(x) {
			n++
			sum += x
		}
	}
	if n == 0 {
		return Feature{Name: name, Deviation: 1}
	}
	mean := rounded(sum / n)
	for _, d := range days {
		if x := d.Values[i]; !math.IsNaN(x) {
			squares += float64((x - mean) * (x - mean))
		}
	}
	deviation := rounded(math.Sqrt(squares / n))
	if deviation == 0 { // the same everywhere: it says nothing
		deviation = 1
	}
	return Feature{Name: name, Mean: mean, Deviation: deviation}
}

// flat is the greatest gradient of weights that are taken for the minimum.
const flat = 1e-7

// fitOdds minimises the mean negative log-likelihood plus ridge/2 times the
// squared weights, but for the intercept, by Newton's method. The function is
// convex: there is one minimum.
func fitOdds(inputs [][]float64, days []Day, ridge float64) ([]float64, error) {
	n, width := float64(len(inputs)), len(inputs[0])
	loss := func(w []float64) float64 {
		var sum float64
		for i, x := range inputs {
			odds := dot(w, x)
			if days[i].Failed {
				odds = -odds
			}
			sum += softplus(odds)
		}
		return sum/n + ridge/2*dot(w[1:], w[1:])
	}
	gradient := func(into, w []float64) {
		clear(into)
		for i, x := range inputs {
			off := sigmoid(dot(w, x))
			if days[i].Failed {
				off--
			}
			for j, v := range x {
				into[j] += off * v / n
			}
		}
		for j := 1; j < width; j++ {
			into[j] += ridge * w[j]
		}
	}
	curvature := func(into *mat.SymDense, w []float64) {
		sums := make([]float64, width*width)
		for _, x := range inputs {
			p := sigmoid(dot(w, x))
			for j, v := range x {
				scaled, row := p*(1-p)*v/n, sums[j*width:]
				for k := j; k < width; k++ {
					row[k] += scaled * x[k]
				}
			}
		}
		for j := range width {
			for k := j; k < width; k++ {
				into.SetSym(j, k, sums[j*width+k])
			}
			if j > 0 {
				into.SetSym(j, j, into.At(j, j)+ridge)
			}
		}
	}
	result, err := optimize.Minimize(optimize.Problem{Func: loss, Grad: gradient, Hess: curvature}, make([]float64, width),
		&optimize.Settings{GradientThreshold: 1e-9, Converger: &optimize.FunctionConverge{Absolute: 1e-14, Iterations: 5}, MajorIterations: 200}, &optimize.Newton{})
	if err != nil {
		// Where the loss is flat to the last bit no step lowers it, though the gradient is still above the threshold.
		left := make([]float64, width)
		if gradient(left, result.X); mat.Norm(mat.NewVecDense(width, left), math.Inf(1)) > flat {
			return nil, fmt.Errorf("fit the model: %w", err)
		}
	}
	return result.X, nil
}

// fitLead fits the days until the failure by least squares with the same
// ridge, on the days that one follows.
func fitLead(inputs [][]float64, days []Day, ridge float64) (Line, error) {
	width := len(inputs[0])
	square, right, n := mat.NewSymDense(width, nil), mat.NewVecDense(width, nil), 0.0
	for i, d := range days {
		if !d.Failed {
			continue
		}
		n++
		square.SymRankOne(square, 1, mat.NewVecDense(width, inputs[i]))
		right.AddScaledVec(right, d.Lead, mat.NewVecDense(width, inputs[i]))
	}
	for j := 1; j < width; j++ {
		square.SetSym(j, j, square.At(j, j)+n*ridge)
	}
	var cholesky mat.Cholesky
	if !cholesky.Factorize(square) {
		return Line{}, errors.New("fit the lead: its equations have no one solution; raise --ridge")
	}
	var weights mat.VecDense
	if err := cholesky.SolveVecTo(&weights, right); err != nil {
		return Line{}, fmt.Errorf("fit the lead: %w", err)
	}
	line := Line{Intercept: rounded(weights.AtVec(0))}
	for j := 1; j < width; j++ {
		line.Weights = append(line.Weights, rounded(weights.AtVec(j)))
	}
	return line, nil
}

func dot(a, b []float64) (sum float64) {
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

func sigmoid(odds float64) float64 { return 1 / (1 + math.Exp(-odds)) }

// softplus is log(1 + exp(x)) without overflow.
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// rounded keeps nine significant digits: what a model file holds is what is
// used, and the last bits of a sum do not make another model.
func rounded(x float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 9, 64), 64)
	if err != nil {
		return x
	}
	return r
}

// DayOf is the date of a day that is counted from 1970.
func DayOf(day int) string { return time.Unix(int64(day)*24*60*60, 0).UTC().Format(time.DateOnly) }
