package question

import (
	"fmt"
	"slices"
	"testing"
)

type rows [][]any

// days are so many with 1440 reports and 2 riots each, and a change.
func days(n int, change, low, high float64) rows {
	var all rows
	for i := range n {
		all = append(all, []any{fmt.Sprintf("2026-01-%02d", i+1), int64(1440), int64(2), 2.0, 2.0, 1.5, 2.5, change, low, high})
	}
	return all
}

func drone(name string, expected, missing, late int64, low float64) []any {
	return []any{name, expected, missing, late, float64(missing+late) / float64(expected), low, 0.2, int64(0), nil}
}

func TestSentences(t *testing.T) {
	for _, c := range []struct {
		name     string
		question Question
		rows     rows
		want     string
	}{
		{
			"weekend: the rates are compared, not the counts", weekend(),
			rows{
				{"week", int64(20), int64(344_000), int64(1003), 50.15, 4.2, 3.9, 4.5},
				{"weekend", int64(8), int64(140_000), int64(885), 110.6, 9.1, 8.0, 10.2},
			},
			"More at the weekend: 9.1 (95% 8.0 to 10.2) riots per drone-day against 4.2 (95% 3.9 to 4.5) in the week, " +
				"2.2 times as many (8 and 20 days, 484,000 reports).",
		},
		{
			"weekend: more in the week", weekend(),
			rows{
				{"week", int64(20), int64(344_000), int64(1003), 50.15, 9.1, 8.0, 10.2},
				{"weekend", int64(8), int64(140_000), int64(885), 110.6, 4.2, 3.9, 4.5},
			},
			"Fewer at the weekend: 4.2 (95% 3.9 to 4.5) riots per drone-day at the weekend against 9.1 (95% 8.0 to 10.2) in the week, " +
				"0.5 times as many (8 and 20 days, 484,000 reports).",
		},
		{
			"weekend: the days differ too much", weekend(),
			rows{
				{"week", int64(20), int64(344_000), int64(1003), 50.15, 4.2, 3.0, 5.4},
				{"weekend", int64(8), int64(140_000), int64(885), 110.6, 5.0, 3.9, 6.1},
			},
			"No difference can be told: 5.0 (95% 3.9 to 6.1) riots per drone-day at the weekend against 4.2 (95% 3.0 to 5.4) in the week, " +
				"1.2 times as many (8 and 20 days, 484,000 reports).",
		},
		{
			"weekend: as many", weekend(),
			rows{{"week", int64(5), int64(10), int64(1), 0.2, 2.0, 1.0, 3.0}, {"weekend", int64(2), int64(10), int64(1), 0.5, 2.0, nil, nil}},
			"As far as few days tell: 2.0 riots per drone-day at the weekend against 2.0 (95% 1.0 to 3.0) in the week, as many (2 and 5 days, 20 reports).",
		},
		{
			"weekend: none in the week", weekend(),
			rows{{"week", int64(4), int64(10), int64(0), 0.0, 0.0, nil, nil}, {"weekend", int64(2), int64(10), int64(1), 0.5, 144.0, nil, nil}},
			"As far as few days tell: 144.0 riots per drone-day at the weekend against 0.0 in the week, where there were none (2 and 4 days, 20 reports).",
		},
		{
			"weekend: none at the weekend", weekend(),
			rows{{"week", int64(4), int64(10), int64(1), 0.2, 144.0, nil, nil}, {"weekend", int64(2), int64(10), int64(0), 0.0, 0.0, nil, nil}},
			"As far as few days tell: 0.0 riots per drone-day at the weekend against 144.0 in the week, none at all (2 and 4 days, 20 reports).",
		},
		{
			"weekend: no riot anywhere", weekend(),
			rows{{"week", int64(4), int64(10), int64(0), 0.0, 0.0, nil, nil}, {"weekend", int64(2), int64(10), int64(0), 0.0, 0.0, nil, nil}},
			"Not enough data: no riot in 20 reports.",
		},
		{
			"weekend: only the week was flown", weekend(),
			rows{{"week", int64(5), int64(7200), int64(20), 4.0, 4.0, 3.0, 5.0}},
			"Not enough data: all 7,200 reports are of the week, none was sent at the weekend.",
		},
		{"weekend: an empty archive", weekend(), nil, "Not enough data: no reports are archived."},
		{
			"hours: the highest rate with enough reports", hours(),
			rows{
				{"Harbour", int64(3), int64(3), int64(3), 1000.0},
				{"Harbour", int64(18), int64(10), int64(1000), 10.0},
				{"Market", int64(23), int64(30), int64(2000), 15.0},
			},
			"The peak is in Market from 23:00 to 00:00 UTC, with 15.0 riots per 1,000 reports (30 in 2,000) against 14.3 over all.",
		},
		{
			"hours: of two alike the first", hours(),
			rows{{"Harbour", int64(3), int64(1), int64(100), 10.0}, {"Market", int64(4), int64(1), int64(100), 10.0}},
			"The peak is in Harbour from 03:00 to 04:00 UTC, with 10.0 riots per 1,000 reports (1 in 100) against 10.0 over all.",
		},
		{
			"hours: riots only where few reports are", hours(),
			rows{{"Harbour", int64(3), int64(2), int64(2), 1000.0}, {"Market", int64(4), int64(0), int64(1000), 0.0}},
			"Not enough data: 2 riots in 1,002 reports, all where few reports are sent.",
		},
		{"hours: no riot", hours(), rows{{"Market", int64(4), int64(0), int64(1000), 0.0}}, "Not enough data: no riot in 1,000 reports."},
		{"hours: an empty archive", hours(), nil, "Not enough data: no reports are archived."},
		{
			"words: the first three", words(),
			rows{
				{"shout", int64(1250), int64(9), 31.26},
				{"run", int64(50), int64(9), 4.0},
				{"mob", int64(9), int64(9), 2.0},
				{"tea", int64(9), int64(90), 1.5},
			},
			`Heard with riots rather than without: "shout" (31.3 times as often, in 1,250 reports), ` +
				`"run" (4.0 times as often, in 50 reports), "mob" (2.0 times as often, in 9 reports).`,
		},
		{
			"words: the lift of a word never heard without riots says nothing", words(),
			rows{{"stones", int64(1200), int64(0), 258_704.8}},
			`Heard with riots rather than without: "stones" (never without, in 1,200 reports).`,
		},
		{
			"words: none goes with riots", words(), nil,
			"Not enough data: no word was heard in 5 reports with a riot, and more often than without.",
		},
		{
			"citizens: the shares", citizens(),
			rows{{"top 1%", int64(12), int64(345), 0.345}, {"top 10%", int64(120), int64(800), 0.8}, {"all", int64(1200), int64(1000), 1.0}},
			"The top 1% of citizens, 12 of 1,200, start 34.5% of all 1,000 riots; the top 10% start 80.0%.",
		},
		{
			"citizens: no riot", citizens(),
			rows{{"top 1%", int64(12), int64(0), nil}, {"top 10%", int64(120), int64(0), nil}, {"all", int64(1200), int64(0), nil}},
			"Not enough data: no riot among 1,200 citizens.",
		},
		{
			"citizens: an empty archive", citizens(),
			rows{{"top 1%", int64(0), int64(0), nil}, {"top 10%", int64(0), int64(0), nil}, {"all", int64(0), int64(0), nil}},
			"Not enough data: no reports with citizens are archived.",
		},
		{
			"spread: it does, and by how much", spread(),
			rows{
				{"same", int64(1000), int64(300), 0.3, int64(2000), int64(200), 0.1, 3.0, 2.6, 3.5},
				{"around", int64(8000), int64(800), 0.1, int64(16000), int64(1200), 0.075, 1.333, 1.2, 1.45},
			},
			"They spread: half an hour after a riot, and the same hour a week away, somebody else riots " +
				"in the same square of 2 km in 30.0% of 1,000 looks against 10.0% of 2,000, 3.00 times as often (95% 2.60 to 3.50); " +
				"in a square beside it in 10.0% of 8,000 looks against 7.5% of 16,000, 1.33 times as often (95% 1.20 to 1.45).",
		},
		{
			"spread: only where they are", spread(),
			rows{
				{"same", int64(1000), int64(300), 0.3, int64(2000), int64(200), 0.1, 3.0, 2.6, 3.5},
				{"around", int64(10), int64(1), 0.1, int64(10), int64(1), 0.1, 1.0, 0.1, 10.0},
			},
			"They go on, but no spread can be told: half an hour after a riot, and the same hour a week away, somebody else riots " +
				"in the same square of 2 km in 30.0% of 1,000 looks against 10.0% of 2,000, 3.00 times as often (95% 2.60 to 3.50); " +
				"in a square beside it in 10.0% of 10 looks against 10.0% of 10, 1.00 times as often (95% 0.10 to 10.00).",
		},
		{
			"spread: nothing to compare with", spread(),
			rows{{"same", int64(10), int64(3), 0.3, int64(0), int64(0), nil, nil, nil, nil}},
			"Not enough data: too few riots, or no flight a week before or after them to compare with.",
		},
		{
			"spread: an empty archive", spread(), nil,
			"Not enough data: no drone looked at the square of a riot half an hour later.",
		},
		{
			"trend: better", trend(), days(28, -0.5, -0.7, -0.3),
			"It gets better: from week to week, riots per drone-day change by -0.50 (95% -0.70 to -0.30), of 2.0 on average (28 days, 40,320 reports).",
		},
		{
			"trend: worse", trend(), days(7, 0.5, 0.1, 0.9),
			"It gets worse: from week to week, riots per drone-day change by +0.50 (95% +0.10 to +0.90), of 2.0 on average (7 days, 10,080 reports).",
		},
		{
			"trend: no change that chance would not explain", trend(), days(7, -0.5, -1.1, 0.1),
			"It gets neither better nor worse, as far as can be told: from week to week, riots per drone-day change by " +
				"-0.50 (95% -1.10 to +0.10), of 2.0 on average (7 days, 10,080 reports).",
		},
		{"trend: too few days", trend(), days(6, 0.5, 0.1, 0.9), "Not enough data: reports are of 6 days, and a trend takes 7."},
		{"trend: one day", trend(), days(1, 0.5, 0.1, 0.9), "Not enough data: reports are of 1 day, and a trend takes 7."},
		{
			"trend: no riot", trend(),
			slices.Repeat(rows{{"2026-01-05", int64(1440), int64(0), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}}, 7),
			"Not enough data: no riot in 10,080 reports.",
		},
		{"trend: an empty archive", trend(), nil, "Not enough data: no reports are archived."},
		{
			"calm: the calmest and the least calm", calm(),
			rows{
				{"Harbour", int64(0), int64(10), 1.0, 70.0},
				{"Harbour", int64(90), int64(990), 99.0, 70.0},
				{"Market", int64(50), int64(50), 100.0, 55.0},
				{"Old Town", int64(60), int64(60), 100.0, 60.0},
			},
			"Calmest is Harbour (mean peacescore 70.0 of 1,000 sightings), least calm Market (mean peacescore 55.0 of 50 sightings).",
		},
		{
			"calm: one district", calm(),
			rows{{"Market", int64(50), int64(50), 100.0, 55.0}},
			"In Market, the mean peacescore of 50 sightings is 55.0; no other district was looked at.",
		},
		{"calm: an empty archive", calm(), nil, "Not enough data: no reports with citizens are archived."},
		{
			"drones: one stands out", drones(),
			rows{drone("drone-000003", 1000, 80, 20, 0.07), drone("drone-000001", 1000, 10, 0, 0.005), drone("all", 2000, 90, 20, 0.04)},
			"1 stands out; most is missing or late from drone-000003: 10.0% of 1,000 reports (99.9% interval 7.0 to 20.0) against 5.5% of all 2,000.",
		},
		{
			"drones: none stands out", drones(),
			rows{drone("drone-000003", 1000, 80, 20, 0.05), drone("drone-000001", 1000, 10, 0, 0.005), drone("all", 2000, 90, 20, 0.04)},
			"None stands out; most is missing or late from drone-000003: 10.0% of 1,000 reports (99.9% interval 5.0 to 20.0) against 5.5% of all 2,000.",
		},
		{
			"drones: more may stand out than are listed", drones(),
			append(slices.Repeat(rows{drone("drone-000003", 1000, 80, 20, 0.07)}, 20), drone("all", 100_000, 5500, 0, 0.04)),
			"At least 20 stand out; most is missing or late from drone-000003: 10.0% of 1,000 reports (99.9% interval 7.0 to 20.0) " +
				"against 5.5% of all 100,000.",
		},
		{
			"drones: all is well", drones(),
			rows{drone("drone-000001", 1000, 0, 0, 0), drone("drone-000002", 1000, 0, 0, 0), drone("all", 2000, 0, 0, 0)},
			"None: all 2,000 reports came, and in order.",
		},
		{
			"drones: one has none to be compared with", drones(),
			rows{drone("drone-000001", 1000, 7, 3, 0.0), drone("all", 1000, 7, 3, 0.0)},
			"Not enough data: there is only drone-000001 to look at: of 1,000 reports, 7 are missing and 3 came late.",
		},
		{"drones: an empty archive", drones(), nil, "Not enough data: no reports are archived."},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.question.Answer(c.question.ColumnNames(), c.rows)
			if err != nil || got != c.want {
				t.Errorf("\n got %s, %v\nwant %s", got, err, c.want)
			}
		})
	}
}
