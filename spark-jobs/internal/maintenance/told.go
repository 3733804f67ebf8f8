package maintenance

import (
	"fmt"
	"math"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/feature"
	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/metric"
	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/model"
	"github.com/peacestate/peacestate/spark-jobs/internal/question"
)

// A Told is something to tell, in the form of an answer to a question.
type Told struct {
	Question question.Question // without SQL: it was asked of a model
	Sentence string
	Rows     [][]any
}

// Name is that of the answer that says which drone fails next.
const Name = "maintenance"

// Question is what Ranked answers, by a model.
func Question(m model.Model) question.Question {
	return question.Question{
		Name:   Name,
		Asks:   fmt.Sprintf("Which drones will fail within %d days?", m.Horizon),
		Tables: feature.Tables(),
		Columns: []question.Column{
			{Name: "drone", Meaning: "on duty at the end of the day, the likeliest to fail first", Kind: question.Text},
			{
				Name: "probability", Kind: question.Number,
				Meaning: fmt.Sprintf("that it fails within %d days, 0 to 1, by the model trained on %s to %s", m.Horizon, m.Data.From, m.Data.To),
			},
			{Name: "lead_days", Meaning: "days until then if it does, on average", Kind: question.Number},
			{Name: "call_in", Meaning: fmt.Sprintf("yes from a probability of %.2f on: a failure that nobody foresaw costs %g call-ins", m.CallAt, m.CrashCost), Kind: question.Text},
			{Name: "why", Meaning: "what drives the probability up, the strongest first", Kind: question.Text},
		},
		Chart: question.Chart{Kind: question.Bars, X: "drone", Y: "probability"},
	}
}

// Ranked tells the first so many predictions for the end of a day, and how many
// drones to call in.
func Ranked(all []Prediction, m model.Model, day, most int) Told {
	t := Told{Question: Question(m)}
	calls := 0
	for i, p := range all {
		call := "no"
		if p.Call {
			call = "yes"
			calls++
		}
		if i < most || p.Call {
			t.Rows = append(t.Rows, []any{p.DroneID, p.Probability, p.LeadDays, call, p.Reasons})
		}
	}
	when := model.DayOf(day)
	switch {
	case len(all) == 0:
		t.Sentence = fmt.Sprintf("Not enough data: no drone on duty reported on %s.", when)
	case calls == 0:
		t.Sentence = fmt.Sprintf("None need be called in at the end of %s: of %s drones on duty, %s is the likeliest to fail within %d days, with %s.",
			when, humanize.Comma(int64(len(all))), all[0].DroneID, m.Horizon, percent(all[0].Probability))
	default:
		first := all[0]
		t.Sentence = fmt.Sprintf("Call in %s of %s drones on duty at the end of %s. First %s, which fails within %d days with %s, in %.1f on average: %s.",
			humanize.Comma(int64(calls)), humanize.Comma(int64(len(all))), when, first.DroneID, m.Horizon, percent(first.Probability), first.LeadDays, first.Reasons)
	}
	return t
}

// percent writes a probability; nothing is certain.
func percent(p float64) string {
	if p > 0.99 {
		return "more than 99%"
	}
	return fmt.Sprintf("%.0f%%", 100*p)
}

// Weights tells what a model has learned, the heaviest features first as they
// stand in it.
func Weights(m model.Model) Told {
	meanings := map[string]string{}
	for _, f := range feature.All() {
		meanings[f.Name] = f.Meaning
	}
	t := Told{
		Question: question.Question{
			Name: Name + "-model", Asks: "What has the model learned?", Tables: feature.Tables(),
			Columns: []question.Column{
				{Name: "feature", Meaning: "what the model reads", Kind: question.Text},
				{Name: "weight", Meaning: "what a standard deviation more adds to the log of the odds", Kind: question.Number},
				{Name: "mean", Meaning: "in the training data", Kind: question.Number},
				{Name: "deviation", Meaning: "standard deviation in the training data", Kind: question.Number},
				{Name: "meaning", Meaning: "of the feature, with its unit", Kind: question.Text},
			},
			Chart: question.Chart{Kind: question.Bars, X: "feature", Y: "weight"},
		},
		Sentence: fmt.Sprintf("Trained on %s drone-days of %d drones from %s to %s, of which %s precede a failure; foretelling drones it had not seen, "+
			"average precision %.3f. It calls in from a probability of %.2f on.", humanize.Comma(int64(m.Data.Days)), m.Data.Drones, m.Data.From, m.Data.To,
			humanize.Comma(int64(m.Data.Failing)), m.Metrics["cross_validated_average_precision"], m.CallAt),
	}
	for _, f := range m.Features {
		t.Rows = append(t.Rows, []any{f.Name, f.Weight, f.Mean, f.Deviation, meanings[f.Name]})
	}
	return t
}

// Told is all there is to tell of an evaluation.
func (e Evaluation) Told() []Told {
	return []Told{e.goals(), e.scores(), e.precision(), e.calibration(), e.leads(), e.costs(), e.drift()}
}

func (e Evaluation) goals() Told {
	q := question.Question{
		Name: Name + "-goals", Asks: "How good is the model?", Tables: feature.Tables(),
		Columns: []question.Column{
			{Name: "figure", Meaning: "what was measured", Kind: question.Text},
			{Name: "value", Meaning: "its value", Kind: question.Number},
			{Name: "low", Meaning: "lower end of the 95% interval, of drones drawn with replacement", Kind: question.Number},
			{Name: "high", Meaning: "upper end", Kind: question.Number},
		},
	}
	best, _ := e.Of(e.Best)
	of, _ := e.Of(TheModel)
	rows := [][]any{
		figure("average_precision", of.Precision),
		figure("roc_auc", of.AUC),
		figure("ratio_to_best_baseline", e.Ratio),
	}
	said := fmt.Sprintf("Average precision %s: %s times as high as that of %s, the best baseline (%.3f)", span(of.Precision, 3), span(e.Ratio, 2), e.Best, best.Precision.Value)
	if ceiling, known := e.Of(TheCeiling); known {
		rows = append(rows, figure("share_of_ceiling", e.Share))
		said += fmt.Sprintf(", and %s of the best there can be (%.3f)", span(e.Share, 2), ceiling.Precision.Value)
	}
	return Told{q, fmt.Sprintf("%s; on %s drone-days of %d drones from %s to %s, %s of them within %d days before one of %d failures.", said,
		humanize.Comma(int64(e.Days)), e.Drones, e.From, e.To, humanize.Comma(int64(e.Failing)), Horizon, e.Failures), rows}
}

func figure(name string, i metric.Interval) []any {
	return []any{name, number(i.Value), number(i.Low), number(i.High)}
}

// span is a value with its interval, as "0.71 (95% 0.67 to 0.76)".
func span(i metric.Interval, decimals int) string {
	return fmt.Sprintf("%.*f (95%% %.*f to %.*f)", decimals, i.Value, decimals, i.Low, decimals, i.High)
}

// number is a value of an answer: nil where it is not defined.
func number(x float64) any {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return x
}

func (e Evaluation) scores() Told {
	t := Told{Question: question.Question{
		Name: Name + "-scores", Asks: "How well does each way rank drones?", Tables: feature.Tables(),
		Columns: []question.Column{
			{Name: "way", Meaning: "what drones are ranked by; ceiling: the simulator's own chance of a failure", Kind: question.Text},
			{Name: "average_precision", Meaning: "area under the curve of precision and recall", Kind: question.Number},
			{Name: "low", Meaning: "lower end of its 95% interval", Kind: question.Number},
			{Name: "high", Meaning: "upper end", Kind: question.Number},
			{Name: "roc_auc", Meaning: "area under the receiver's operating characteristic", Kind: question.Number},
			{Name: "auc_low", Meaning: "lower end of its 95% interval", Kind: question.Number},
			{Name: "auc_high", Meaning: "upper end", Kind: question.Number},
		},
		Chart: question.Chart{Kind: question.Bars, X: "way", Y: "average_precision", Low: "low", High: "high"},
	}, Sentence: "Each way ranks the same drone-days:"}
	for _, s := range e.Scores {
		t.Rows = append(t.Rows, append(figure(s.Way, s.Precision), number(s.AUC.Value), number(s.AUC.Low), number(s.AUC.High)))
	}
	return t
}

func (e Evaluation) precision() Told {
	t := Told{Question: question.Question{
		Name: Name + "-curve", Asks: "How many of those called fail, the more failures are to be found?", Tables: feature.Tables(),
		Columns: []question.Column{
			{Name: "recall", Meaning: "share of the drone-days before a failure that are called", Kind: question.Number},
			{Name: "precision", Meaning: "share of the called that precede a failure", Kind: question.Number},
		},
		Chart: question.Chart{Kind: question.Lines, X: "recall", Y: "precision"},
	}}
	half := 0.0
	for _, p := range e.Curve {
		t.Rows = append(t.Rows, []any{p.Recall, p.Precision})
		if p.Recall <= 0.5 {
			half = p.Precision
		}
	}
	t.Sentence = fmt.Sprintf("To find half of the drone-days before a failure, %.0f%% of the calls are right.", 100*half)
	return t
}

func (e Evaluation) calibration() Told {
	t := Told{Question: question.Question{
		Name: Name + "-calibration", Asks: "Does what has a probability of 30% happen in 30%?", Tables: feature.Tables(),
		Columns: []question.Column{
			{Name: "predicted", Meaning: "mean probability of the drone-days in a tenth of the scale", Kind: question.Number},
			{Name: "observed", Meaning: "share of them that a failure followed", Kind: question.Number},
			{Name: "low", Meaning: "lower end of its 95% interval", Kind: question.Number},
			{Name: "high", Meaning: "upper end", Kind: question.Number},
			{Name: "drone_days", Meaning: "how many there are", Kind: question.Count},
		},
		Chart: question.Chart{Kind: question.Lines, X: "predicted", Y: "observed", Low: "low", High: "high", Dots: "predicted"},
	}, Sentence: fmt.Sprintf("Probabilities are off by %.3f on average (Brier score %.4f).", e.BinsError, e.Brier)}
	for _, b := range e.Bins {
		t.Rows = append(t.Rows, []any{b.Predicted, number(b.Observed.Value), number(b.Observed.Low), number(b.Observed.High), int64(b.Cases)})
	}
	return t
}

func (e Evaluation) leads() Told {
	t := Told{Question: question.Question{
		Name: Name + "-lead", Asks: "How early is a failure foretold?", Tables: feature.Tables(),
		Columns: []question.Column{
			{Name: "called", Meaning: "how long before the failure the drone was first called in", Kind: question.Text},
			{Name: "failures", Meaning: "how many", Kind: question.Count},
		},
		Chart: question.Chart{Kind: question.Bars, X: "called", Y: "failures"},
	}}
	t.Sentence = fmt.Sprintf("Calling in from a probability of %.2f on foretells %d of %d failures, half of them %.1f days or more ahead; "+
		"of %d calls, %d were for nothing.", e.Line, e.Called.Failures-e.Called.Missed, e.Called.Failures, e.Called.Lead(0.5), e.Called.Calls, e.Called.False)
	counts := make([]int64, Horizon)
	for _, lead := range e.Called.Leads {
		counts[min(Horizon-1, int(lead))]++
	}
	for i := Horizon - 1; i >= 0; i-- {
		t.Rows = append(t.Rows, []any{fmt.Sprintf("%d to %d days", i, i+1), counts[i]})
	}
	t.Rows = append(t.Rows, []any{"not at all", int64(e.Called.Missed)})
	return t
}

func (e Evaluation) costs() Told {
	t := Told{Question: question.Question{
		Name: Name + "-cost", Asks: "What does it cost to act on it?", Tables: feature.Tables(),
		Columns: []question.Column{
			{Name: "crash", Meaning: "what a failure that nobody foresaw costs, in call-ins", Kind: question.Count},
			{Name: "policy", Meaning: "who is called in, at the line that the training found; vibration and ceiling at their best with hindsight", Kind: question.Text},
			{Name: "cost", Meaning: "call-ins and crashes, in call-ins a drone and year", Kind: question.Number},
		},
		Chart: question.Chart{Kind: question.Lines, X: "crash", Y: "cost", Series: "policy"},
	}}
	for _, c := range e.Costs {
		crash := int64(c.Crash)
		t.Rows = append(t.Rows,
			[]any{crash, TheModel, c.Model}, []any{crash, ByVibrates, c.Vibration}, []any{crash, "nobody", c.Never})
		if !math.IsNaN(c.Ceiling) {
			t.Rows = append(t.Rows, []any{crash, TheCeiling, c.Ceiling})
		}
		if c.Crash == 10 {
			t.Sentence = fmt.Sprintf("If a crash costs ten call-ins, the model costs %.1f call-ins a drone and year, vibration %.1f, and calling nobody %.1f.",
				c.Model, c.Vibration, c.Never)
		}
	}
	return t
}

func (e Evaluation) drift() Told {
	t := Told{Question: question.Question{
		Name: Name + "-drift", Asks: "Are the drones still those that the model was trained on?", Tables: feature.Tables(),
		Columns: []question.Column{
			{Name: "feature", Meaning: "the ten that moved most", Kind: question.Text},
			{Name: "moved", Meaning: "by how many standard deviations of the training its mean is higher", Kind: question.Number},
			{Name: "as_wide", Meaning: "how many times as wide it spreads", Kind: question.Number},
		},
		Chart: question.Chart{Kind: question.Bars, X: "feature", Y: "moved"},
	}}
	for _, s := range e.Shifts[:min(10, len(e.Shifts))] {
		t.Rows = append(t.Rows, []any{s.Feature, number(s.Mean), number(s.Spread)})
	}
	if moved := e.Drifted(); len(moved) > 0 {
		t.Sentence = fmt.Sprintf("Drift: the sensors are not what they were in training, %s above all. Train again.", moved[0].Feature)
	} else {
		t.Sentence = "No drift: what the sensors say is as it was in training."
	}
	return t
}

// drifted is from where on a feature of a sensor counts as moved: half a
// standard deviation, or one and a half times as wide, or less by as much. How
// old parts are changes by itself, and says nothing about the world.
const (
	movedBy   = 0.5
	widenedBy = 1.5
)

// Drifted lists the features of sensors that are not what they were.
func (e Evaluation) Drifted() []Shift {
	aging := map[string]bool{}
	for _, f := range feature.All() {
		aging[f.Name] = f.Group == feature.Age
	}
	var moved []Shift
	for _, s := range e.Shifts {
		if !aging[s.Feature] && (math.Abs(s.Mean) > movedBy || s.Spread > widenedBy || s.Spread < 1/widenedBy) {
			moved = append(moved, s)
		}
	}
	return moved
}
