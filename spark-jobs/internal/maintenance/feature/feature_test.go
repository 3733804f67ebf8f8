package feature

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service/puretest"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

func TestFeaturesArePure(t *testing.T) {
	puretest.Check(t, ".", "fmt", "math", "slices", "strings", "time", "github.com/peacestate/peacestate/schemas",
		"github.com/peacestate/peacestate/spark-jobs/internal/lake")
}

var (
	from  = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	until = time.Date(2026, 8, 29, 0, 0, 0, 0, time.UTC)
)

// A window that looks ahead, or a table that is read beyond the moment of
// prediction, would tell a model its own outcome.
func TestNothingInTheQueryLooksAhead(t *testing.T) {
	query := SQL(from, until)
	for _, ahead := range []string{"FOLLOWING", "lead("} {
		if strings.Contains(query, ahead) {
			t.Errorf("the query holds %q", ahead)
		}
	}
	// Windows over days or numbers end at their row or before it; without an order, they are of one moment.
	windows := regexp.MustCompile(`\((PARTITION BY [^)]*)\)`).FindAllStringSubmatch(query, -1)
	if len(windows) < 8 {
		t.Fatalf("only %d windows are found", len(windows))
	}
	for _, w := range windows {
		switch {
		case w[1] == "PARTITION BY number": // the fleet on the same day
		case strings.HasSuffix(w[1], "AND CURRENT ROW"), strings.HasSuffix(w[1], "PRECEDING"):
		case strings.HasSuffix(w[1], "ORDER BY seq"), strings.HasSuffix(w[1], "repaired ORDER BY number"): // for lag alone
		default:
			t.Errorf("a window may look ahead: %s", w[1])
		}
	}
	moment := lake.Timestamp(until)
	for topic, limit := range map[string]string{
		schemas.Reports().Topic: "reported_at < " + moment, schemas.Maintenance().Topic: "happened_at <= " + moment,
	} {
		reads := strings.Count(query, "FROM "+lake.Table(topic)+" ")
		if reads == 0 || reads != strings.Count(query, "FROM "+lake.Table(topic)+" WHERE "+limit) {
			t.Errorf("table %s is read without the limit %s", topic, limit)
		}
	}
}

// Outcomes are read by a query of their own, which no feature is made of.
func TestTheQueryOfFailuresIsLimitedToo(t *testing.T) {
	if query := FailuresSQL(until); !strings.Contains(query, "WHERE happened_at <= "+lake.Timestamp(until)) {
		t.Errorf("it is %s", query)
	}
}

func TestTheQueryNamesColumnsThatTheContractsHave(t *testing.T) {
	fields := schemas.Reports().Schema() + schemas.Maintenance().Schema()
	for _, name := range []string{
		"drone_id", "seq", "reported_at", "battery_pct", "motor_temp_c", "vibration_mm_s", "flight_hours", "event_id", "kind", "happened_at", "part",
	} {
		if !strings.Contains(fields, `"name": "`+name+`"`) || !strings.Contains(SQL(from, until), name) {
			t.Errorf("%s is not in the contracts, or not in the query", name)
		}
	}
	if !json.Valid([]byte(schemas.Maintenance().Schema())) || schemas.RepairEvent != "repair" || schemas.FailureEvent != "failure" {
		t.Error("the query compares with other kinds of events")
	}
}

// row is one of a drone whose values, by column, are these; the others are not known.
func row(t *testing.T, known map[string]float64) Row {
	t.Helper()
	values := make([]any, len(columns))
	values[0], values[1], values[2] = "drone-000007", int64(20000), true
	for name, x := range known {
		i := slices.Index(columns, name)
		if i < 0 {
			t.Fatalf("there is no column %s", name)
		}
		values[i] = x
	}
	rows, err := Rows(columns, [][]any{values})
	if err != nil {
		t.Fatal(err)
	}
	return rows[0]
}

func TestRowsAreReadAsTheyWereAnswered(t *testing.T) {
	r := row(t, map[string]float64{"vibration": 1.5, "flown_hours": 20})
	if r.DroneID != "drone-000007" || r.Day != 20000 || !r.OnDuty || r.VibrationLevel() != 1.5 || r.values[flownHours] != 20 ||
		!math.IsNaN(r.values[drainSpeed]) {
		t.Errorf("got %+v", r)
	}
	for i, name := range columns[firstValue:] { // the constants are in the columns' order
		if got := row(t, map[string]float64{name: 3}).values[i]; got != 3 {
			t.Errorf("%s is read as %v", name, got)
		}
	}
	if len(columns) != firstValue+valueCount {
		t.Errorf("there are %d columns and %d values", len(columns), valueCount)
	}
}

func TestRowsThatAreNotAsPromisedAreRefused(t *testing.T) {
	short := []any{"drone-000007", int64(1), true}
	long := append(slices.Clone(short), make([]any, valueCount)...)
	wrong := slices.Clone(long)
	wrong[5] = "hot"
	for want, c := range map[string]struct {
		names []string
		row   []any
	}{
		"the columns":           {columns[1:], long},
		"has 3 values":          {columns, short},
		"a string in vibration": {columns, wrong},
		"begins with <nil>":     {columns, make([]any, len(columns))},
	} {
		if _, err := Rows(c.names, [][]any{c.row}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestSignsGoFromNothingToCertain(t *testing.T) {
	if share(-1, 2) != 0 || share(0, 2) != 0 || share(2, 2) != 0.5 || share(1e9, 2) < 0.999 || !math.IsNaN(share(math.NaN(), 2)) {
		t.Error("a share of a sign is not what its comment says")
	}
	none := anySign(row(t, nil))
	one := anySign(row(t, map[string]float64{"motor_rise": 5}))
	two := anySign(row(t, map[string]float64{"motor_rise": 5, "vibration_rise": 1}))
	if none != 0 || one <= 0.5 || two <= one || two > 1 {
		t.Errorf("none %v, one %v, two %v", none, one, two)
	}
}

func TestAVectorIsTheFeaturesInOrder(t *testing.T) {
	r := row(t, map[string]float64{"rested_days": 70})
	names, values := Names(), r.Vector()
	if len(names) != len(values) {
		t.Fatalf("%d names, %d values", len(names), len(values))
	}
	for name, want := range map[string]float64{"rested_days": 70, "rested_beyond_30": 40, "rested_beyond_60": 10, "rested_unknown": 0, "any_sign": 0} {
		if got := values[slices.Index(names, name)]; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

// shares are of one group alone.
func shares(g Group, x float64) []float64 {
	all := All()
	s := make([]float64, len(all))
	s[slices.IndexFunc(all, func(f Feature) bool { return f.Group == g })] = x
	return s
}

func TestReasonsAreWords(t *testing.T) {
	lately := map[string]float64{
		"vibration": 2.7, "vibration_late": 2.8, "vibration_then": 2, "vibration_before": 1.9,
		"motor": 9, "motor_late": 9.5, "motor_then": 8, "motor_before": 1,
		"drain": 48, "drain_late": 10, "drain_then": 2, "drain_before": 1, "rested_days": 63,
	}
	young := map[string]float64{"vibration": 2.7, "vibration_late": 2.8, "vibration_then": 2, "vibration_before": 2, "rested_days": 3}
	for _, c := range []struct {
		known  map[string]float64
		shares []float64
		want   string
	}{
		{lately, shares(Vibration, 2), "vibration up 40% in five days"},
		{lately, shares(Motor, 2), "motor 8.5 °C hotter in three weeks"},
		{lately, shares(Battery, 2), "battery drains 20% faster in five days"},
		{lately, shares(Age, 2), "63 days since its repair"},
		{lately, shares(Age, 0.2), "nothing stands out"},
		{lately, shares(Age, -2), "nothing stands out"},
		{young, shares(Vibration, 2), "vibration up 40% since its repair"},
		{map[string]float64{"vibration": 2.7}, shares(Vibration, 2), "it vibrates by 2.7 mm/s"},
		{nil, shares(Age, 2), "no repair is known"},
		{map[string]float64{"motor": 0.1, "motor_late": 0.1, "motor_then": 0, "motor_before": 0}, shares(Motor, 2), "nothing stands out"},
		{map[string]float64{"motor": 3, "motor_late": 3, "motor_then": 3, "motor_before": 3}, shares(Motor, 2), "motor 3.0 °C above the fleet"},
	} {
		if got := row(t, c.known).Reasons(c.shares); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	both := shares(Vibration, 1)
	for i, s := range shares(Age, 2) {
		both[i] += s
	}
	if got, want := row(t, lately).Reasons(both), "63 days since its repair; vibration up 40% in five days"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheSuspectIsThePartOfTheStrongestSensor(t *testing.T) {
	both := func(a Group, x float64, b Group, y float64) []float64 {
		sum := shares(a, x)
		for i, s := range shares(b, y) {
			sum[i] += s
		}
		return sum
	}
	r := row(t, map[string]float64{"vibration": 2.7, "motor": 3, "drain": 48, "rested_days": 63})
	for want, cases := range map[string][][]float64{
		"bearing": {shares(Vibration, 2), both(Vibration, 1, Age, 2), both(Vibration, 2, Motor, 1)},
		"motor":   {shares(Motor, 2), both(Vibration, 1, Motor, 2)},
		"battery": {shares(Battery, 2)},
		"":        {shares(Age, 2), shares(Vibration, 0.2), shares(Together, 2)},
	} {
		for _, s := range cases {
			if got := r.Suspect(s); got != want {
				t.Errorf("suspected is %q, want %q, as the reasons are %q", got, want, r.Reasons(s))
			}
		}
	}
}

func TestTheLastRepairIsKnownToTheMillisecond(t *testing.T) {
	for _, want := range []string{"2024-10-04T00:00:00.001Z", "2024-10-03T23:59:59.999Z", "2024-01-01T07:08:09.123Z", "2014-10-04T12:00:00.007Z"} {
		at, err := time.Parse(time.RFC3339, want)
		if err != nil {
			t.Fatal(err)
		}
		rested := float64(int64(20001)*dayMs-at.UnixMilli()) / dayMs // as the query computes it; day 20000 is 2024-10-04
		if got := row(t, map[string]float64{"rested_days": rested}).Repaired(); !got.Equal(at) {
			t.Errorf("repaired at %s, want %s", got.Format(time.RFC3339Nano), want)
		}
	}
	if got := row(t, nil).Repaired(); !got.IsZero() {
		t.Errorf("no repair is known, and it was at %s", got)
	}
}

func TestAnOutcomeIsAFailureAfterTheDayAndWithinTheHorizon(t *testing.T) {
	const end = 20001 * dayMs
	r := Row{DroneID: "a", Day: 20000}
	for _, c := range []struct {
		rule string
		at   []int64
		want Outcome
	}{
		{"none", nil, Outcome{}},
		{"at the very end of the day it is known already", []int64{end}, Outcome{}},
		{"the next moment counts", []int64{end + dayMs/2}, Outcome{true, 0.5}},
		{"the last moment counts", []int64{end + 7*dayMs}, Outcome{true, 7}},
		{"later does not", []int64{end + 7*dayMs + 1}, Outcome{}},
		{"the first of two counts", []int64{end + 3*dayMs, end + dayMs}, Outcome{true, 1}},
	} {
		var failures []Failure
		for _, at := range c.at {
			failures = append(failures, Failure{DroneID: "a", At: at}, Failure{DroneID: "b", At: end + 1})
		}
		if diff := cmp.Diff(c.want, HistoryOf(failures).Outcome(r, 7)); diff != "" {
			t.Errorf("%s: %s", c.rule, diff)
		}
	}
}

func TestFailuresAreRead(t *testing.T) {
	got, err := Failures([][]any{{"a", int64(5), "motor"}})
	if err != nil || len(got) != 1 || got[0] != (Failure{"a", 5, "motor"}) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range [][]any{{"a", int64(5)}, {"a", "5", "motor"}} {
		if _, err := Failures([][]any{bad}); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}

func TestDaysCountFrom1970(t *testing.T) {
	for text, want := range map[string]int{"1970-01-01T23:59:59Z": 0, "1970-01-02T00:00:00Z": 1, "1969-12-31T23:00:00Z": -1, "2026-01-01T00:00:00Z": 20454} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil || DayOf(at) != want {
			t.Errorf("%s is day %d, %v", text, DayOf(at), err)
		}
	}
}
