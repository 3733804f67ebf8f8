package maintenance

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/feature"
	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/metric"
	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/model"
)

// Judging is how a model is judged.
type Judging struct {
	First, Last int    // days since 1970: of the first prediction, and the last of which anything is known
	All         bool   // also drones that the model learned from: right for another world than that of the training
	Truth       Truth  // nil: the ceiling is not known
	Samples     int    // of the bootstrap
	Seed        uint64 // of the bootstrap
}

// The ways to rank drones that are compared.
const (
	TheModel   = "model"
	TheCeiling = "ceiling"
	ByBattery  = "battery age"
	ByVibrates = "vibration"
	ByChance   = "chance"
)

// An Evaluation is what came of judging a model.
type Evaluation struct {
	From, To string // days of the first and the last prediction
	Drones   int
	Days     int // drone-days
	Failing  int // of these, those that a failure follows within the horizon
	Failures int // how many there were
	Scores   []Score
	// Ratio is the average precision of the model by that of the best baseline,
	// Share by that of the ceiling; both with the intervals of drones. Share is not
	// defined, NaN, without a truth.
	Ratio, Share metric.Interval
	Best         string // the best baseline
	// Calibration of the model.
	Bins             []metric.Bin
	Brier, BinsError float64
	// Line is where the model calls in, and Called what comes of it.
	Line   float64
	Called metric.Tally
	Costs  []Cost
	Curve  []Point
	Shifts []Shift
}

// A Score is how well a way ranks drone-days.
type Score struct {
	Way       string
	Precision metric.Interval // average precision
	AUC       metric.Interval
}

// A Cost is what it costs to act on predictions, in call-ins a drone and year,
// if a failure that nobody foresaw costs so many.
type Cost struct {
	Crash     float64
	Model     float64 // at the line that the training found
	Vibration float64 // at the line that is the best with hindsight
	Ceiling   float64 // the same; NaN without a truth
	Never     float64 // nobody is called in: every failure is a crash
}

// A Point is one point of the curve of precision and recall.
type Point struct{ Recall, Precision float64 }

// A Shift is how far a feature has moved since the training, in standard
// deviations of then.
type Shift struct {
	Feature string
	Mean    float64 // by how many the mean is higher
	Spread  float64 // how many times as wide it is
}

// Judge compares a model with baselines and with the ceiling, on drones that it
// has not learned from, after the time from which it has.
func Judge(rows []feature.Row, history feature.History, m model.Model, j Judging) (Evaluation, error) {
	judged := newSample(known(rows, func(r feature.Row) bool {
		return r.Day >= j.First && (j.All || HeldBack(r.DroneID, m.Seed))
	}, j.Last), history)
	if err := judged.enough(); err != nil {
		return Evaluation{}, err
	}
	e := Evaluation{Drones: judged.drones, Days: len(judged.rows), Line: m.CallAt}
	first, last := judged.rows[0].Day, judged.rows[0].Day
	scores := map[string][]float64{}
	differ := 0
	for i, r := range judged.rows {
		first, last = min(first, r.Day), max(last, r.Day)
		if judged.outcomes[i].Failed {
			e.Failing++
		}
		scores[TheModel] = append(scores[TheModel], m.Probability(r.Vector()))
		scores[ByBattery] = append(scores[ByBattery], r.BatteryHours())
		scores[ByVibrates] = append(scores[ByVibrates], r.VibrationLevel())
		scores[ByChance] = append(scores[ByChance], 0)
		if j.Truth == nil {
			continue
		}
		foreseen, known := j.Truth[DroneDay{r.DroneID, r.Day}]
		if !known {
			return Evaluation{}, fmt.Errorf("the truth knows nothing of %s at the end of %s: it must be of the flights that are archived, "+
				"of all their days, for drones on duty", r.DroneID, model.DayOf(r.Day))
		}
		if foreseen.Fails != judged.outcomes[i].Failed {
			differ++
		}
		scores[TheCeiling] = append(scores[TheCeiling], foreseen.Chance)
	}
	if differ > 0 {
		return Evaluation{}, fmt.Errorf("the archive and the truth differ about %d of %d outcomes: see with 'spark-jobs verify' whether all is archived, "+
			"and whether the truth is of the same flights", differ, e.Days)
	}
	e.From, e.To = model.DayOf(first), model.DayOf(last)
	e.rank(judged, scores, j)
	e.Bins = metric.Calibration(judged.cases(scores[TheModel]), 10, j.Samples, j.Seed)
	e.BinsError = metric.CalibrationError(e.Bins)
	ranking := metric.Rank(judged.cases(scores[TheModel]))
	e.Brier = ranking.Brier(ranking.Ones())
	e.Curve = curve(ranking)
	lives := func(way string) []metric.Life { return judged.lives(scores[way], history) }
	e.Called = metric.Call(lives(TheModel), e.Line, Horizon)
	e.Failures = e.Called.Failures
	var ceiling []metric.Life
	if j.Truth != nil {
		ceiling = lives(TheCeiling)
	}
	e.Costs = costs(m, lives(TheModel), lives(ByVibrates), ceiling, len(judged.rows))
	e.Shifts = shifts(judged.rows, m)
	return e, nil
}

// enough says whether a sample can judge anything.
func (s sample) enough() error {
	failing := 0
	for _, o := range s.outcomes {
		if o.Failed {
			failing++
		}
	}
	if failing == 0 || failing == len(s.rows) {
		return fmt.Errorf("nothing to judge by: of %d drone-days of drones and days that the model has not learned from and whose outcome is known, "+
			"%d precede a failure; fly on, or train with an earlier --until", len(s.rows), failing)
	}
	return nil
}

// rank measures each way, all with the same drawn drones, so that ratios have
// intervals, too.
func (e *Evaluation) rank(judged sample, scores map[string][]float64, j Judging) {
	ways := []string{TheModel, ByVibrates, ByBattery, ByChance}
	if j.Truth != nil {
		ways = slices.Insert(ways, 1, TheCeiling)
	}
	rankings := make([]metric.Ranking, len(ways))
	for i, way := range ways {
		rankings[i] = metric.Rank(judged.cases(scores[way]))
	}
	found := metric.Bootstrap(judged.drones, j.Samples, j.Seed, func(weight []float64) []float64 {
		var values []float64
		precision := map[string]float64{}
		for i, r := range rankings {
			precision[ways[i]] = r.AveragePrecision(weight)
			values = append(values, precision[ways[i]], r.AUC(weight))
		}
		best := max(precision[ByBattery], precision[ByVibrates], precision[ByChance])
		share := math.NaN()
		if j.Truth != nil {
			share = precision[TheModel] / precision[TheCeiling]
		}
		return append(values, precision[TheModel]/best, share)
	})
	for i, way := range ways {
		e.Scores = append(e.Scores, Score{way, found[2*i], found[2*i+1]})
	}
	e.Ratio, e.Share = found[len(found)-2], found[len(found)-1]
	baselines := slices.DeleteFunc(slices.Clone(e.Scores), func(s Score) bool { return s.Way == TheModel || s.Way == TheCeiling })
	e.Best = slices.MaxFunc(baselines, func(a, b Score) int { return cmp.Compare(a.Precision.Value, b.Precision.Value) }).Way
}

// Of is the score of a way; false if it was not measured.
func (e Evaluation) Of(way string) (Score, bool) {
	i := slices.IndexFunc(e.Scores, func(s Score) bool { return s.Way == way })
	if i < 0 {
		return Score{}, false
	}
	return e.Scores[i], true
}

// costs compares policies for each cost of a crash; ceiling is nil where it is
// not known. Vibration and the ceiling are given their best line with
// hindsight, which flatters them.
func costs(m model.Model, foretold, vibration, ceiling []metric.Life, days int) []Cost {
	const year = 365
	per := year / float64(days)
	best := func(lives []metric.Life, crash float64) float64 {
		_, cost := metric.Cheapest(lives, levels(lives), Horizon, crash)
		return cost * per
	}
	var found []Cost
	for _, l := range m.Lines {
		at := metric.Call(foretold, l.At, Horizon)
		c := Cost{
			Crash: l.CrashCost, Model: at.Cost(l.CrashCost) * per, Vibration: best(vibration, l.CrashCost),
			Ceiling: math.NaN(), Never: l.CrashCost * float64(at.Failures) * per,
		}
		if ceiling != nil {
			c.Ceiling = best(ceiling, l.CrashCost)
		}
		found = append(found, c)
	}
	return found
}

// levels are a hundred lines that part the scores of lives in equal parts, and
// one above all.
func levels(lives []metric.Life) []float64 {
	var all []float64
	for _, l := range lives {
		all = append(all, l.Score...)
	}
	slices.Sort(all)
	lines := []float64{math.Inf(1)}
	for i := range 100 {
		lines = append(lines, all[i*(len(all)-1)/99])
	}
	return lines
}

// curve is precision at recalls a fiftieth apart.
func curve(r metric.Ranking) []Point {
	const points = 50
	steps := r.Steps(r.Ones())
	failed := steps[len(steps)-1].Failed
	var found []Point
	for i := 1; i <= points; i++ {
		want := float64(i) / points
		at := slices.IndexFunc(steps, func(s metric.Step) bool { return s.Failed >= want*failed })
		s := steps[at]
		found = append(found, Point{s.Failed / failed, s.Failed / (s.Failed + s.Fine)})
	}
	return found
}

// shifts are the features that moved, those first that moved most.
func shifts(rows []feature.Row, m model.Model) []Shift {
	vectors := make([][]float64, len(rows))
	for i, r := range rows {
		vectors[i] = r.Vector()
	}
	var found []Shift
	for i, f := range m.Features {
		var n, sum, squares float64
		for _, v := range vectors {
			if !math.IsNaN(v[i]) {
				x := (v[i] - f.Mean) / f.Deviation
				n++
				sum += x
				squares += float64(x * x)
			}
		}
		if n == 0 {
			continue
		}
		mean := sum / n
		found = append(found, Shift{f.Name, mean, math.Sqrt(max(0, squares/n-float64(mean*mean)))})
	}
	slices.SortStableFunc(found, func(a, b Shift) int { return cmp.Compare(b.size(), a.size()) })
	return found
}

// size is how much a feature moved or widened, whichever is more.
func (s Shift) size() float64 { return max(math.Abs(s.Mean), math.Abs(math.Log(max(s.Spread, 1e-9)))) }
