package maintenance

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/service/puretest"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/feature"
	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/model"
)

func TestMaintenanceIsPure(t *testing.T) {
	here := "github.com/peacestate/peacestate/spark-jobs/internal/"
	puretest.Check(t, ".", "cmp", "encoding/json", "errors", "fmt", "math", "slices", "time", "github.com/dustin/go-humanize",
		"github.com/peacestate/peacestate/schemas", here+"maintenance/feature", here+"maintenance/metric", here+"maintenance/model", here+"question")
}

// The fleet of the tests: drones that run hotter and hotter for six days
// before most of their failures. Its days are counted from first.
const (
	first  = 20454 // 2026-01-01
	days   = 200
	drones = 60
	split  = first + 120 // the last day that a model may know of
	dayMs  = 24 * 60 * 60 * 1000
)

// A flight is drone-days and failures, as the archive has them.
type flight struct {
	values   [][]any
	failures []feature.Failure
}

// fly makes a flight. What happens after the day of a change is of another
// seed.
func fly(change int) flight {
	draw := func(words ...int) float64 { return float64(hash(fmt.Sprint(words), 5)%10_000) / 10_000 }
	var f flight
	columns := feature.Columns()
	for drone := range drones {
		id := fmt.Sprintf("drone-%06d", drone)
		day, repaired := first, first
		for life := 0; day < first+days; life++ {
			other := 0
			if day > change {
				other = 1
			}
			ends := day + 10 + int(40*draw(drone, life, other))
			part := draw(drone, life, other, 1)
			for ; day < min(ends, first+days); day++ {
				rise := 0.3 * draw(drone, day, 2)
				if left := ends - day; left <= 6 && part < 0.9 {
					rise += 2 * float64(7-left)
				}
				row := make([]any, len(columns))
				row[0], row[1], row[2] = id, int64(day), true
				for name, x := range map[string]float64{
					"vibration": 1 + 0.01*float64(day-repaired) + 0.3*draw(drone, day, 3), "motor": rise, "motor_late": rise, "motor_then": 0, "motor_before": 0,
					"motor_rise": rise, "motor_speed": rise / 6, "rested_days": float64(day + 1 - repaired), "known_days": float64(day - first),
					"battery_hours": 20 * float64(day-repaired), "flown_hours": 20,
				} {
					row[slices.Index(columns, name)] = x
				}
				f.values = append(f.values, row)
			}
			if ends < first+days {
				f.failures = append(f.failures, feature.Failure{DroneID: id, At: int64(ends)*dayMs + dayMs/4, Part: "motor"})
			}
			day, repaired = ends+1, ends+1
		}
	}
	return f
}

func (f flight) rows(t *testing.T) []feature.Row {
	t.Helper()
	rows, err := feature.Rows(feature.Columns(), f.values)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func (f flight) history() feature.History { return feature.HistoryOf(f.failures) }

// usual is what most tests are about: nobody writes to its rows.
var usual = sync.OnceValue(func() (u struct {
	flight
	model model.Model
	err   error
},
) {
	u.flight = fly(math.MaxInt)
	rows, err := feature.Rows(feature.Columns(), u.values)
	if err == nil {
		u.model, err = Learn(rows, u.history(), Training{Seed: 1, Last: split, CrashCost: 10})
	}
	u.err = err
	return u
})

// usually is a flight whose values may be replaced, and the model of it.
func usually(t *testing.T) (flight, model.Model) {
	t.Helper()
	u := usual()
	if u.err != nil {
		t.Fatal(u.err)
	}
	return flight{slices.Clone(u.values), slices.Clone(u.failures)}, u.model
}

func learn(t *testing.T, f flight) model.Model {
	t.Helper()
	m, err := Learn(f.rows(t), f.history(), Training{Seed: 1, Last: split, CrashCost: 10})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func file(t *testing.T, m model.Model) string {
	t.Helper()
	text, err := m.Write()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The last outcomes that a model may learn from are those of the day.
func TestAnotherFutureMakesTheSameModelAndTheSamePredictions(t *testing.T) {
	one, m := usually(t)
	other := fly(split)
	if cmp.Equal(one.values, other.values) {
		t.Fatal("the futures are the same")
	}
	if diff := cmp.Diff(file(t, m), file(t, learn(t, other))); diff != "" {
		t.Errorf("the models differ:\n%s", diff)
	}
	for _, day := range []int{split, split - 30} {
		if diff := cmp.Diff(Predict(one.rows(t), m, day), Predict(other.rows(t), m, day)); diff != "" {
			t.Errorf("day %d is foretold otherwise:\n%s", day, diff)
		}
	}
}

// What it is judged by must have taught it nothing.
func TestDronesThatAreHeldBackTeachNothing(t *testing.T) {
	f, m := usually(t)
	for i, row := range f.values {
		if HeldBack(row[0].(string), 1) {
			f.values[i] = slices.Clone(row)
			for j := 3; j < len(row); j++ {
				f.values[i][j] = 1e3
			}
		}
	}
	f.failures = slices.DeleteFunc(f.failures, func(x feature.Failure) bool { return HeldBack(x.DroneID, 1) })
	if diff := cmp.Diff(file(t, m), file(t, learn(t, f))); diff != "" {
		t.Errorf("the models differ:\n%s", diff)
	}
}

func TestTheOrderOfRowsMakesNoOtherModel(t *testing.T) {
	f, m := usually(t)
	slices.Reverse(f.values)
	slices.Reverse(f.failures)
	if diff := cmp.Diff(file(t, m), file(t, learn(t, f))); diff != "" {
		t.Errorf("the models differ:\n%s", diff)
	}
}

func TestFourOfTenDronesAreHeldBack(t *testing.T) {
	held, other := 0, 0
	for i := range 10_000 {
		id := fmt.Sprintf("drone-%06d", i)
		if HeldBack(id, 1) {
			held++
		}
		if HeldBack(id, 1) != HeldBack(id, 2) {
			other++
		}
	}
	if held < 3800 || held > 4200 || other < 4000 {
		t.Errorf("%d of 10,000 are held back; another seed moves %d", held, other)
	}
}

// oracle knows when each drone of the flight fails, and is right in nine of ten.
func oracle(t *testing.T, f flight) Truth {
	t.Helper()
	truth := Truth{}
	for i, r := range f.rows(t) {
		foreseen := Foreseen{Chance: 0.01, Fails: f.history().Outcome(r, Horizon).Failed}
		if foreseen.Fails && i%10 > 0 {
			foreseen.Chance = 0.99
		}
		truth[DroneDay{r.DroneID, r.Day}] = foreseen
	}
	return truth
}

func judge(t *testing.T, f flight, m model.Model, j Judging) Evaluation {
	t.Helper()
	e, err := Judge(f.rows(t), f.history(), m, j)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAModelIsJudgedByDronesAndDaysThatItHasNotSeen(t *testing.T) {
	f, m := usually(t)
	e := judge(t, f, m, Judging{First: split, Last: first + days - 1, Truth: oracle(t, f), Samples: 200, Seed: 1})
	if e.From != "2026-05-01" || e.To != "2026-07-12" { // outcomes are known for days a week before the end
		t.Errorf("judged from %s to %s", e.From, e.To)
	}
	if e.Drones < 15 || e.Drones > 33 {
		t.Errorf("judged by %d of %d drones", e.Drones, drones)
	}
	of, _ := e.Of(TheModel)
	chance, _ := e.Of(ByChance)
	if of.Precision.Value < 0.8 || of.Precision.Low > of.Precision.Value || of.Precision.High < of.Precision.Value || e.Ratio.Value < 1.5 {
		t.Errorf("average precision %v, ratio %v", of.Precision, e.Ratio)
	}
	if math.Abs(chance.Precision.Value-float64(e.Failing)/float64(e.Days)) > 1e-12 || chance.AUC.Value != 0.5 {
		t.Errorf("chance has %+v of %d in %d", chance, e.Failing, e.Days)
	}
	ceiling, known := e.Of(TheCeiling)
	if !known || math.Abs(e.Share.Value-of.Precision.Value/ceiling.Precision.Value) > 1e-12 {
		t.Errorf("the share of the ceiling is %v", e.Share)
	}
	if e.Called.Missed*3 > e.Called.Failures || e.Called.Lead(0.5) < 3 {
		t.Errorf("the calls are %+v", e.Called)
	}
	if len(e.Drifted()) > 0 {
		t.Errorf("drift is found where there is none: %+v", e.Drifted())
	}
	for _, told := range e.Told() {
		names := told.Question.ColumnNames()
		if told.Sentence == "" || strings.Contains(told.Sentence, "NaN") || len(told.Rows) == 0 {
			t.Errorf("%s says %q in %d rows", told.Question.Name, told.Sentence, len(told.Rows))
		}
		for _, row := range told.Rows {
			if len(row) != len(names) {
				t.Errorf("%s has a row of %d values, not %d", told.Question.Name, len(row), len(names))
			}
		}
	}
}

func TestWithoutATruthThereIsNoCeiling(t *testing.T) {
	f, m := usually(t)
	e := judge(t, f, m, Judging{First: split, Last: first + days - 1, Samples: 100, Seed: 1})
	if _, known := e.Of(TheCeiling); known || !math.IsNaN(e.Share.Value) {
		t.Errorf("the share is %v", e.Share)
	}
	for _, told := range e.Told() {
		if strings.Contains(told.Sentence, "NaN") {
			t.Errorf("%s says %q", told.Question.Name, told.Sentence)
		}
	}
}

func TestATruthOfAnotherFlightIsRefused(t *testing.T) {
	f, m := usually(t)
	truth := oracle(t, f)
	j := Judging{First: split, Last: first + days - 1, Truth: truth, Samples: 100, Seed: 1}
	for day, foreseen := range truth {
		foreseen.Fails = !foreseen.Fails
		truth[day] = foreseen
	}
	if _, err := Judge(f.rows(t), f.history(), m, j); err == nil || !strings.Contains(err.Error(), "differ about") {
		t.Errorf("got %v", err)
	}
	j.Truth = Truth{}
	if _, err := Judge(f.rows(t), f.history(), m, j); err == nil || !strings.Contains(err.Error(), "knows nothing of drone-") {
		t.Errorf("got %v", err)
	}
}

func TestAWorldThatChangedIsReportedAsDrift(t *testing.T) {
	f, m := usually(t)
	at := slices.Index(feature.Columns(), "vibration")
	for i, row := range f.values {
		f.values[i] = slices.Clone(row)
		f.values[i][at] = row[at].(float64) + 3
	}
	e, err := Judge(f.rows(t), f.history(), m, Judging{First: split, Last: first + days - 1, All: true, Samples: 100, Seed: 1})
	if err != nil || len(e.Drifted()) == 0 || e.Drifted()[0].Feature != "vibration_level" {
		t.Errorf("found %+v, %v", e.Drifted(), err)
	}
	if e.Drones != drones {
		t.Errorf("judged by %d of %d drones", e.Drones, drones)
	}
}

func TestTooLittleToLearnOrJudgeIsSaid(t *testing.T) {
	f, m := usually(t)
	if _, err := Learn(f.rows(t), f.history(), Training{Seed: 1, Last: first + 5, CrashCost: 10}); err == nil || !strings.Contains(err.Error(), "drones to learn from") {
		t.Errorf("got %v", err)
	}
	if _, err := Learn(f.rows(t), feature.History{}, Training{Seed: 1, Last: split, CrashCost: 10}); err == nil || !strings.Contains(err.Error(), "nothing to learn from") {
		t.Errorf("got %v", err)
	}
	if _, err := Judge(f.rows(t), f.history(), m, Judging{First: first + days, Last: first + days, Samples: 100}); err == nil || !strings.Contains(err.Error(), "nothing to judge by") {
		t.Errorf("got %v", err)
	}
}

// The list that is told is computed again from the file of the model and from
// what the archive answered, by nothing but the formula that the model card has.
func TestTheListIsWhatTheModelFileSays(t *testing.T) {
	f, m := usually(t)
	const day = split + 40
	told := Ranked(Predict(f.rows(t), m, day), m, day, 10)
	var read struct {
		Intercept float64
		CallAt    float64 `json:"call_at"`
		Features  []struct {
			Name                    string
			Mean, Deviation, Weight float64
		}
	}
	if err := json.Unmarshal([]byte(file(t, m)), &read); err != nil {
		t.Fatal(err)
	}
	again := map[string]float64{}
	for _, r := range f.rows(t) {
		if r.Day != day {
			continue
		}
		odds := read.Intercept
		for i, x := range r.Vector() {
			if !math.IsNaN(x) {
				odds += read.Features[i].Weight * (x - read.Features[i].Mean) / read.Features[i].Deviation
			}
		}
		again[r.DroneID] = 1 / (1 + math.Exp(-odds))
	}
	if len(told.Rows) < 10 {
		t.Fatalf("%d drones are told", len(told.Rows))
	}
	before := 1.0
	for _, row := range told.Rows {
		p := row[1].(float64)
		if math.Abs(p-again[row[0].(string)]) > 1e-9 || p > before || (row[3] == "yes") != (p >= read.CallAt) {
			t.Errorf("told %v, computed again %v", row, again[row[0].(string)])
		}
		before = p
		delete(again, row[0].(string))
	}
	for id, p := range again {
		if p > before+1e-9 {
			t.Errorf("%s has %v and is not told", id, p)
		}
	}
}

func TestTheSentenceSaysWhomToCallIn(t *testing.T) {
	f, m := usually(t)
	for day := split; day < split+30; day++ {
		told := Ranked(Predict(f.rows(t), m, day), m, day, 3)
		if want := map[bool]string{true: "Call in ", false: "None need be called in"}[told.Rows[0][3] == "yes"]; !strings.HasPrefix(told.Sentence, want) {
			t.Errorf("it says %q", told.Sentence)
		}
	}
	if none := Ranked(nil, m, split, 3); !strings.HasPrefix(none.Sentence, "Not enough data") {
		t.Errorf("it says %q", none.Sentence)
	}
}

func TestADroneThatStandsIsNotRanked(t *testing.T) {
	f, m := usually(t)
	before := len(Predict(f.rows(t), m, split))
	for i, row := range f.values {
		if row[1] == int64(split) {
			f.values[i] = slices.Clone(row)
			f.values[i][2] = false
			break
		}
	}
	if got := len(Predict(f.rows(t), m, split)); got != before-1 {
		t.Errorf("%d drones are ranked, want %d", got, before-1)
	}
}

// Day after day, the crew is called once for each drone and repair, whatever
// the model's line was before.
func TestADroneIsCalledInOnceUntilItIsRepaired(t *testing.T) {
	f, m := usually(t)
	lower := m
	lower.CallAt = m.CallAt / 2
	rows := f.rows(t)
	repaired := map[string]map[time.Time]bool{} // drones above the line, and when they were last repaired
	ids := map[string]bool{}
	again := 0
	for day := split; day < split+60; day++ {
		ranked := Predict(rows, m, day)
		calls := CallIns(ranked, "a", day)
		if want := slices.IndexFunc(ranked, func(p Prediction) bool { return !p.Call }); len(calls) != want {
			t.Errorf("%d are called in on day %d, want the first %d", len(calls), day, want)
		}
		for i, c := range calls {
			p := ranked[i]
			if c.DroneID != p.DroneID || c.Probability < m.CallAt || c.CalledAt.UnixMilli() != int64(day+1)*dayMs || *c.LeadDays != p.LeadDays ||
				c.Reasons != p.Reasons || c.Part != p.Part || (c.Part == "motor") != strings.Contains(c.Reasons, "motor") || c.Model != "a" || c.HorizonDays != 7 {
				t.Errorf("the call is %+v, the prediction %+v", c, p)
			}
			if ids[c.CallID] {
				again++
			}
			ids[c.CallID] = true
			if repaired[c.DroneID] == nil {
				repaired[c.DroneID] = map[time.Time]bool{}
			}
			repaired[c.DroneID][p.Repaired] = true
		}
		// With a lower line the same drones have the same calls.
		wider := CallIns(Predict(rows, lower, day), "b", day)
		for i, c := range calls {
			if wider[i].CallID != c.CallID {
				t.Errorf("another line makes %s of %s", wider[i].CallID, c.CallID)
			}
		}
	}
	lives := 0
	for _, of := range repaired {
		lives += len(of)
	}
	if len(ids) != lives || lives < 20 || again < 20 {
		t.Errorf("%d calls for %d drones from repair to repair, %d came again", len(ids), lives, again)
	}
}

func TestAModelIsNamedByItsFile(t *testing.T) {
	_, m := usually(t)
	name, err := m.Name()
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("v1/%s/%x", m.Data.To, sha256.Sum256([]byte(file(t, m)))); !strings.HasPrefix(want, name) || len(name) != len("v1/2026-08-28/3f2a91bc") {
		t.Errorf("it is %s, want the start of %s", name, want)
	}
	m.CrashCost++
	if other, err := m.Name(); err != nil || other == name {
		t.Errorf("another model is %s, too (%v)", other, err)
	}
}

func TestTheTruthIsRead(t *testing.T) {
	truth, err := ReadTruth([]byte(`{"within":"168h0m0s","days":[
		{"drone_id":"drone-000001","at":"2026-01-02T00:00:00Z","on_duty":true,"chance":0.25,"fails":true},
		{"drone_id":"drone-000002","at":"2026-01-02T00:00:00Z","on_duty":false,"chance":null,"fails":false},
		{"drone_id":"drone-000001","at":"2026-01-02T06:00:00Z","on_duty":true,"chance":0.5,"fails":true}]}`))
	if diff := cmp.Diff(Truth{{"drone-000001", first}: {0.25, true}}, truth); err != nil || diff != "" {
		t.Errorf("%v, %s", err, diff)
	}
	for text, want := range map[string]string{
		"weather": "no JSON",
		"{}":      "no JSON",
		`{"within":"24h0m0s","days":[{"fails":true}]}`: "--within 168h",
	} {
		if _, err := ReadTruth([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestTheQuestionReadsTablesOfTheLake(t *testing.T) {
	for _, topic := range Question(model.Model{}).Tables {
		if !slices.Contains(lake.Tables(), lake.Table(topic)) {
			t.Errorf("there is no table of %s", topic)
		}
	}
	if time.Duration(Horizon)*24*time.Hour != 168*time.Hour {
		t.Error("the simulator's truth looks 168h ahead unless told otherwise")
	}
}
