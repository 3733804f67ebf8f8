package question

import "testing"

func TestSentences(t *testing.T) {
	type rows [][]any
	for _, c := range []struct {
		name     string
		question Question
		rows     rows
		want     string
	}{
		{
			"weekend: the rates are compared, not the counts", weekend(),
			rows{
				{"week", int64(20), int64(344_000), int64(1003), 50.15, 4.2},
				{"weekend", int64(8), int64(140_000), int64(885), 110.6, 9.1},
			},
			"At the weekend: 9.1 riots per drone-day against 4.2 in the week, 2.2 times as many (8 and 20 days, 484,000 reports).",
		},
		{
			"weekend: as many", weekend(),
			rows{{"week", int64(5), int64(10), int64(1), 0.2, 2.0}, {"weekend", int64(2), int64(10), int64(1), 0.5, 2.0}},
			"At the weekend: 2.0 riots per drone-day against 2.0 in the week, as many (2 and 5 days, 20 reports).",
		},
		{
			"weekend: none in the week", weekend(),
			rows{{"week", int64(5), int64(10), int64(0), 0.0, 0.0}, {"weekend", int64(2), int64(10), int64(1), 0.5, 144.0}},
			"At the weekend: 144.0 riots per drone-day against 0.0 in the week, where there were none (2 and 5 days, 20 reports).",
		},
		{
			"weekend: none at the weekend", weekend(),
			rows{{"week", int64(5), int64(10), int64(1), 0.2, 144.0}, {"weekend", int64(2), int64(10), int64(0), 0.0, 0.0}},
			"At the weekend: 0.0 riots per drone-day against 144.0 in the week, none at all (2 and 5 days, 20 reports).",
		},
		{
			"weekend: no riot anywhere", weekend(),
			rows{{"week", int64(5), int64(10), int64(0), 0.0, 0.0}, {"weekend", int64(2), int64(10), int64(0), 0.0, 0.0}},
			"Not enough data: no riot in 20 reports.",
		},
		{
			"weekend: only the week was flown", weekend(),
			rows{{"week", int64(5), int64(7200), int64(20), 4.0, 4.0}},
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
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.question.Answer(c.question.ColumnNames(), c.rows)
			if err != nil || got != c.want {
				t.Errorf("\n got %s, %v\nwant %s", got, err, c.want)
			}
		})
	}
}
