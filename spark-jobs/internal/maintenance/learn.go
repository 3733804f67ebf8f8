package maintenance

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/feature"
	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/metric"
	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/model"
)

// Training is how a model is trained.
type Training struct {
	Seed      uint64
	Last      int     // the last day, since 1970, of which anything may be known
	CrashCost float64 // of a failure that nobody foresaw, in call-ins
}

// folds is in how many parts the drones are divided, to learn from the others
// and judge by each.
const folds = 5

// ridges are what is tried.
func ridges() []float64 { return []float64{1e-5, 1e-4, 1e-3} }

// Learn trains a model on the drones that are not held back and on outcomes
// that were known at the end of the last day. The ridge, and the line from
// which on it pays to call in, are chosen among these drones alone: each is
// foretold by a model that learned from others.
func Learn(rows []feature.Row, history feature.History, t Training) (model.Model, error) {
	learned := newSample(known(rows, func(r feature.Row) bool { return !HeldBack(r.DroneID, t.Seed) && r.Settled(settled) }, t.Last), history)
	if learned.drones < folds {
		return model.Model{}, fmt.Errorf("only %d drones to learn from, of which outcomes are known; %d are needed: fly more drones, or longer", learned.drones, folds)
	}
	days := make([]model.Day, len(learned.rows))
	for i, r := range learned.rows {
		days[i] = model.Day{Values: r.Vector(), Failed: learned.outcomes[i].Failed, Lead: learned.outcomes[i].Lead}
	}
	var best model.Model
	var bestScores []float64
	bestLoss := math.Inf(1)
	for _, ridge := range ridges() {
		scores, err := learned.foldScores(days, t.Seed, ridge)
		if err != nil {
			return model.Model{}, err
		}
		if loss := logLoss(learned.outcomes, scores); loss < bestLoss {
			bestLoss, bestScores, best.Ridge = loss, scores, ridge
		}
	}
	m, err := model.Fit(feature.Names(), days, Horizon, best.Ridge)
	if err != nil {
		return model.Model{}, err
	}
	m.Seed, m.CrashCost = t.Seed, t.CrashCost
	lives := learned.lives(bestScores, history)
	m.CallAt, _ = metric.Cheapest(lives, lines(), Horizon, t.CrashCost)
	for _, crash := range crashes() {
		at, _ := metric.Cheapest(lives, lines(), Horizon, crash)
		m.Lines = append(m.Lines, model.Call{CrashCost: crash, At: at})
	}
	first, last := learned.rows[0].Day, learned.rows[0].Day
	for _, r := range learned.rows {
		first, last = min(first, r.Day), max(last, r.Day)
	}
	m.Data.From, m.Data.To, m.Data.Drones = model.DayOf(first), model.DayOf(last+Horizon), learned.drones
	m.Data.HeldBack = fmt.Sprintf("%d of 10 drones, by their names and the seed", heldBackOf10)
	ranking := metric.Rank(learned.cases(bestScores))
	m.Metrics = map[string]float64{
		"cross_validated_average_precision": ranking.AveragePrecision(ranking.Ones()),
		"cross_validated_roc_auc":           ranking.AUC(ranking.Ones()),
		"cross_validated_brier":             ranking.Brier(ranking.Ones()),
		"share_failing":                     ranking.Share(ranking.Ones()),
	}
	return m, nil
}

// foldScores foretells each drone by a model that learned from the other folds.
func (s sample) foldScores(days []model.Day, seed uint64, ridge float64) ([]float64, error) {
	scores := make([]float64, len(days))
	for fold := range uint64(folds) {
		mine := func(i int) bool { return hash(s.rows[i].DroneID, seed+1)%folds == fold }
		var others []model.Day
		for i := range days {
			if !mine(i) {
				others = append(others, days[i])
			}
		}
		m, err := model.Fit(feature.Names(), others, Horizon, ridge)
		if err != nil {
			return nil, err
		}
		for i := range days {
			if mine(i) {
				scores[i] = m.Probability(days[i].Values)
			}
		}
	}
	return scores, nil
}

// logLoss is the mean negative log-likelihood of what came.
func logLoss(outcomes []feature.Outcome, scores []float64) float64 {
	var sum float64
	for i, p := range scores {
		if !outcomes[i].Failed {
			p = 1 - p
		}
		sum -= math.Log(max(p, 1e-15))
	}
	return sum / float64(len(scores))
}

// crashes are the costs of a crash, in call-ins, for which lines are found.
func crashes() []float64 { return []float64{2, 5, 10, 20, 50, 100} }

// lines are the probabilities that are tried as the line to call in at; one
// above all calls nobody.
func lines() []float64 {
	tried := []float64{2}
	for i := 1; i < 100; i++ {
		tried = append(tried, float64(i)/100)
	}
	return tried
}

// Check says whether a model fits the features that there are.
func Check(m model.Model) error {
	var horizon error
	if m.Horizon != Horizon {
		horizon = errors.New("the model looks another time ahead: train it again with 'spark-jobs maintenance train'")
	}
	return cmp.Or(horizon, m.Check(feature.Names()))
}
