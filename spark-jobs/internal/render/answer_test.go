package render

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/spark-jobs/internal/chart"
	"github.com/peacestate/peacestate/spark-jobs/internal/question"
)

func find(t *testing.T, name string) question.Question {
	t.Helper()
	q, err := question.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func same(t *testing.T, got, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAnAnswerIsASentenceAndATable(t *testing.T) {
	same(t, Answer{Question: find(t, "citizens"), Sentence: "Few.", Rows: [][]any{
		{"top 1%", int64(12), int64(1345), 0.3451},
		{"all", int64(1_200), int64(4000), nil},
	}}.Text(chart.Terminal{Width: 60}), `
Few.

group   citizens  riots  share
top 1%        12  1,345  0.345
all        1,200  4,000      -

share by group
top 1% ▏██████████████████████████████████████████████ 0.345
all    ▏ -
`)
}

func TestAnAnswerWithAPivotIsAGridThatLeavesGaps(t *testing.T) {
	same(t, Answer{Question: find(t, "hours"), Sentence: "The peak.", Rows: [][]any{
		{"Harbour", int64(2), int64(1), int64(100), 10.0},
		{"Market", int64(10), int64(3), int64(200), 15.04},
		{"Market", int64(9), int64(0), int64(200), 0.0},
	}}.Text(chart.Terminal{Width: 60}), `
The peak.

riots_per_1000_reports by district and hour:
district     2    9    10
Harbour   10.0
Market          0.0  15.0

riots_per_1000_reports by district and hour
Harbour ▓▓▓▓·   ·
Market  ·       ████
        2   9   10
           0  ░░ 3.76  ▒▒ 7.52  ▓▓ 11.3  ██ 15.0
`)
}

func TestAnAnswerWithoutRowsIsItsSentence(t *testing.T) {
	same(t, Answer{Question: find(t, "words"), Sentence: "Not enough data."}.Text(chart.Terminal{Width: 60}), "Not enough data.\n")
}

func TestAnAnswerIsOneLineOfJSONWithExactNumbers(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer Answer
		want   string
	}{
		{
			"with rows",
			Answer{
				Question: find(t, "citizens"), Sentence: "A < B.", Took: 1500 * time.Millisecond,
				Rows: [][]any{{"top 1%", int64(12), int64(1345), 1.0 / 3}, {"all", int64(0), int64(0), nil}},
			},
			`{"question":"citizens","sentence":"A < B.","columns":["group","citizens","riots","share"],` +
				`"rows":[["top 1%",12,1345,0.3333333333333333],["all",0,0,null]],"took_s":1.5}` + "\n",
		},
		{
			"without rows, which is an empty list",
			Answer{Question: find(t, "words"), Sentence: "None."},
			`{"question":"words","sentence":"None.","columns":["word","with_riot","without_riot","lift"],"rows":[],"took_s":0}` + "\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			line, err := c.answer.JSON()
			if err != nil {
				t.Fatal(err)
			}
			same(t, string(line), c.want)
		})
	}
}

func TestTheListNamesEveryQuestion(t *testing.T) {
	lines := strings.Split(List(question.All()), "\n")
	for i, q := range question.All() {
		if !strings.HasPrefix(lines[i+1], q.Name+" ") || !strings.HasSuffix(lines[i+1], q.Asks) {
			t.Errorf("line %d is %q, want %s", i+1, lines[i+1], q.Name)
		}
		line, err := ListJSON(q, question.Scope{})
		start := `{"question":"` + q.Name + `","asks":"`
		if err != nil || !strings.HasPrefix(string(line), start) || strings.Count(string(line), "\n") != 1 {
			t.Errorf("got %s, %v", line, err)
		}
	}
}
