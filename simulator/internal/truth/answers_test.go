package truth

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/simulator/internal/fault"
)

// answer is the rows of one question, as JSON.
func answer(t *testing.T, question string, sent []message) string {
	t.Helper()
	for _, a := range Of(all(sent)).Answers {
		if a.Question == question {
			rows, err := json.Marshal(a.Rows)
			if err != nil {
				t.Fatal(err)
			}
			return string(rows)
		}
	}
	t.Fatalf("there is no answer to %s", question)
	return ""
}

func TestARiotSpreadsToOthersInTheNextHalfHourOfASquareThatWasSeen(t *testing.T) {
	at := func(day, hour, minute int, lat, lon float64, citizens ...schemas.Citizen) message {
		m := report(day, int64(hour*60+minute), 1, 1, "Harbour", nil, citizens...)
		m.report.ReportedAt = time.Date(2026, 1, day, hour, minute, 0, 0, time.UTC)
		m.report.Lat, m.report.Lon = lat, lon
		return m
	}
	// Squares are 0.018 by 0.025 degrees: the first is from 44.010 and -28.000.
	const lat, lon, north, east = 44.011, -27.999, 0.018, 0.025
	source := at(14, 12, 10, lat, lon, riots("a"), riots("b"))
	for name, tt := range map[string]struct {
		sent []message
		want string
	}{
		"the same square, in the next half hour": {
			[]message{source, at(14, 12, 59, lat, lon, riots("c"))},
			`[["same",1,1,1,0,0,null,null,null,null]]`,
		},
		"somebody who rioted before is no spread": {
			[]message{source, at(14, 12, 30, lat, lon, riots("a"), riots("b"))},
			`[["same",1,0,0,0,0,null,null,null,null]]`,
		},
		"the same half hour and the one after the next are too soon and too late": {
			[]message{source, at(14, 12, 20, lat, lon, riots("c")), at(14, 13, 0, lat, lon, riots("c"))},
			`[]`,
		},
		"beside it, also across a corner; two squares away is too far": {
			[]message{source, at(14, 12, 31, lat+north, lon-east, riots("c")), at(14, 12, 31, lat-north, lon, calm("d")), at(14, 12, 31, lat+2*north, lon, riots("c"))},
			`[["around",2,1,0.5,0,0,null,null,null,null]]`,
		},
		"a week before and a week after are what is usual": {
			[]message{
				source, at(14, 12, 31, lat, lon, riots("c")),
				at(7, 12, 31, lat, lon, riots("a")), at(21, 12, 59, lat, lon, riots("e")), at(8, 12, 31, lat, lon, riots("e")),
			},
			// The riot of the 7th is a's, who rioted on the 14th before.
			`[["same",1,1,1,2,1,0.5,2,0.5,8]]`,
		},
		"a damaged report is no look, and its riots are": {
			[]message{with(source, fault.Corrupt), with(at(14, 12, 31, lat, lon, riots("c")), fault.Corrupt), at(14, 12, 40, lat, lon)},
			`[["same",1,1,1,0,0,null,null,null,null]]`,
		},
		"copies change nothing": {
			[]message{with(source, fault.Duplicate), copied(source), at(14, 12, 59, lat, lon, riots("c"))},
			`[["same",1,1,1,0,0,null,null,null,null]]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := answer(t, "spread", tt.sent)
			if name == "a week before and a week after are what is usual" {
				variance := func(hits, looks float64) float64 { return 1/hits - 1/looks } // of the logarithm of a share
				width := math.Exp(1.959963984540054 * math.Sqrt(variance(1, 1)+variance(1, 2)))
				tt.want = fmt.Sprintf(`[["same",1,1,1,2,1,0.5,2,%.6f,%.6f]]`, 2/width, 2*width)
				var rows [][]any
				if err := json.Unmarshal([]byte(got), &rows); err != nil || len(rows) != 1 {
					t.Fatalf("got %s, %v", got, err)
				}
				got = fmt.Sprintf(`[["same",%v,%v,%v,%v,%v,%v,%v,%.6f,%.6f]]`, rows[0][1:]...)
			}
			if got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

// Two weeks in which the weekend has three times the riots, and both have one
// riot per drone-day more for each day that goes by.
func TestATrendIsTheSlopeThatWeekAndWeekendShare(t *testing.T) {
	hours := map[int64]*counts{}
	first := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC) // a Monday
	for day := range int64(14) {
		rate := 10 + day
		if weekday := first.AddDate(0, 0, int(day)).Weekday(); weekday == time.Saturday || weekday == time.Sunday {
			rate += 20
		}
		// A day may be flown by two drones: it weighs more, and is no wilder.
		drones := 1 + day%2
		hours[first.Unix()/3600+24*day] = &counts{archived: drones * droneDay, riots: drones * rate}
	}
	rows := trend(hours)
	if len(rows) != 14 || rows[0][0] != "2026-01-05" || rows[13][0] != "2026-01-18" {
		t.Fatalf("got %v", rows)
	}
	for _, row := range rows {
		for i, want := range map[int]float64{4: row[3].(float64), 5: row[3].(float64), 6: row[3].(float64), 7: 7, 8: 7, 9: 7} {
			if got := row[i].(float64); math.Abs(got-want) > 1e-6 {
				t.Errorf("%s of %v is %v, want %v", trendColumns[i], row[0], got, want)
			}
		}
	}
}

// R: days 0 to 4 with the rates 1, 3, 2, 5, 4 have the slope 0.8 (standard
// error 0.3464, so with Student's 3.1824 for three degrees of freedom 1.1025 to
// either side); the expansion says 3.1586.
func TestATrendHasStudentsInterval(t *testing.T) {
	hours := map[int64]*counts{}
	monday := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	for day, rate := range []int64{1, 3, 2, 5, 4} {
		hours[monday.Unix()/3600+24*int64(day)] = &counts{archived: droneDay, riots: rate}
	}
	row := trend(hours)[0]
	slope, low, high := row[7].(float64)/7, row[8].(float64)/7, row[9].(float64)/7
	if math.Abs(slope-0.8) > 1e-12 || math.Abs(high-slope-1.1025) > 0.02 || math.Abs(slope-low-1.1025) > 0.02 {
		t.Errorf("slope %v from %v to %v", slope, low, high)
	}
}

// R, of the ratio of two sums: five days of one drone with 1, 3, 2, 5, 4 riots have
// the mean 3 and the standard error 0.7071, so with Student's 2.7764 for four
// degrees of freedom 1.9633 to either side.
func TestARateHasTheIntervalOfItsDays(t *testing.T) {
	hours := map[int64]*counts{}
	monday := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	for day, rate := range []int64{1, 3, 2, 5, 4} {
		hours[monday.Unix()/3600+24*int64(day)] = &counts{archived: droneDay, riots: rate}
	}
	row := weekend(hours)[0]
	rate, low, high := row[5].(float64), row[6].(float64), row[7].(float64)
	if math.Abs(rate-3) > 1e-12 || math.Abs(high-rate-1.9633) > 0.01 || math.Abs(rate-low-1.9633) > 0.01 {
		t.Errorf("rate %v from %v to %v", rate, low, high)
	}
}

func TestTheHighestBandOfScoresHasBothItsEnds(t *testing.T) {
	m := report(0, 0, 9, 1, "Harbour", nil)
	for _, score := range []float64{0, 9.9, 10, 89.9, 90, 100} {
		m.report.Citizens = append(m.report.Citizens, schemas.Citizen{CitizenID: fmt.Sprint(score), Peacescore: score})
	}
	const third, sixth, mean = 200.0 / 6, 100.0 / 6, (9.9 + 10 + 89.9 + 90 + 100) / 6
	want, err := json.Marshal([][]any{
		{"Harbour", 0, 2, third, mean}, {"Harbour", 10, 1, sixth, mean}, {"Harbour", 80, 1, sixth, mean}, {"Harbour", 90, 2, third, mean},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := answer(t, "calm", []message{m}); got != string(want) {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestADroneIsLateAfterAHigherNumberAndMissesWhatIsNotArchived(t *testing.T) {
	charged := func(seq int64, percent float32) message {
		m := report(0, seq, 9, 1, "Harbour", nil)
		m.report.Technical = &schemas.Technical{BatteryPct: percent}
		return m
	}
	old := charged(7, 1)
	old.OldSchema = true
	got := answer(t, "drones", []message{
		charged(3, 90), charged(5, 19.5), with(charged(6, 2), fault.Corrupt), charged(4, 20), with(charged(9, 50), fault.Duplicate), old,
		copied(charged(9, 50)), charged(8, 60),
	})
	// Of 3 to 9 only 6 is missing; 4 came after 5, and 7 and 8 after 9. The copy of 9 is nothing.
	low, high := wilson(4.0/7, 7, z999)
	want := fmt.Sprintf(`["drone-000000",7,1,3,%v,%v,%v,1,19.5]`, 4.0/7, low, high)
	if want = "[" + want + `,["all"` + want[len(`["drone-000000"`):] + "]"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// Brown, Cai and DasGupta (2001) give Wilson's 95% interval of 5 of 20 as 0.112
// to 0.469.
func TestWilsonsInterval(t *testing.T) {
	low, high := wilson(0.25, 20, z95)
	if math.Abs(low-0.112) > 5e-4 || math.Abs(high-0.469) > 5e-4 {
		t.Errorf("from %v to %v", low, high)
	}
}

func TestOnlyTheWorstDronesAreListed(t *testing.T) {
	var sent []message
	for drone := range 30 {
		sent = append(sent, report(drone, 0, 9, 1, "Harbour", nil), report(drone, int64(100-drone), 9, 2, "Harbour", nil))
	}
	var rows [][]any
	if err := json.Unmarshal([]byte(answer(t, "drones", sent)), &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != worstListed+1 || rows[0][0] != "drone-000000" || rows[19][0] != "drone-000019" || rows[20][0] != everyDrone {
		t.Errorf("got %v", rows)
	}
}
