package truth

import (
	"strings"
	"testing"

	"github.com/peacestate/peacestate/spark-jobs/internal/question"
)

const printed = `{"seed": 1, "answers": [
	{"question": "citizens", "columns": ["group", "citizens", "riots", "share"],
	 "rows": [["top 1%", 2, 6, 0.75], ["all", 9007199254740993, 8, 1], ["none", 0, 0, null]]},
	{"question": "words", "columns": ["word", "with_riot", "without_riot", "lift"], "rows": []}]}`

func TestAnAnswerIsComparedWithTheTruth(t *testing.T) {
	truth, err := Read([]byte(printed))
	if err != nil {
		t.Fatal(err)
	}
	citizens, err := question.Find("citizens")
	if err != nil {
		t.Fatal(err)
	}
	right := func() [][]any {
		return [][]any{
			{"top 1%", int64(2), int64(6), 0.75},
			{"all", int64(9007199254740993), int64(8), 1.0},
			{"none", int64(0), int64(0), nil},
		}
	}
	for _, c := range []struct {
		name string
		rows func([][]any) [][]any
		want string
	}{
		{"the same", func(r [][]any) [][]any { return r }, ""},
		{"numbers may differ by rounding", func(r [][]any) [][]any { r[0][3] = 0.75 + 1e-10; return r }, ""},
		{"but not by more", func(r [][]any) [][]any { r[0][3] = 0.75 + 1e-8; return r }, "row 1, share is 0.75000001, the truth says 0.75"},
		{
			"counts are exact, beyond what a float can tell apart", func(r [][]any) [][]any { r[1][1] = int64(9007199254740992); return r },
			"row 2, citizens is 9007199254740992, the truth says 9007199254740993",
		},
		{"a count", func(r [][]any) [][]any { r[1][2] = int64(5); return r }, "row 2, riots is 5, the truth says 8"},
		{"a text", func(r [][]any) [][]any { r[0][0] = "top 2%"; return r }, `row 1, group is "top 2%", the truth says "top 1%"`},
		{"what is not defined is not nought", func(r [][]any) [][]any { r[2][3] = 0.0; return r }, "row 3, share is 0, the truth says not defined"},
		{"nor is nought what is not defined", func(r [][]any) [][]any { r[0][3] = nil; return r }, "row 1, share is not defined, the truth says 0.75"},
		{"a row too few", func(r [][]any) [][]any { return r[:2] }, "the rows are 2, the truth has 3"},
		{"a row too many", func(r [][]any) [][]any { return append(r, r[0]) }, "the rows are 4, the truth has 3"},
		{"no rows", func([][]any) [][]any { return nil }, "the rows are 0, the truth has 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := truth.Difference(citizens, c.rows(right())); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAnEmptyAnswerMayBeTrue(t *testing.T) {
	truth, err := Read([]byte(printed))
	if err != nil {
		t.Fatal(err)
	}
	words, err := question.Find("words")
	if err != nil {
		t.Fatal(err)
	}
	if got := truth.Difference(words, nil); got != "" || !truth.Knows("words") || truth.Knows("weekend") {
		t.Errorf("got %q; it knows words: %t, weekend: %t", got, truth.Knows("words"), truth.Knows("weekend"))
	}
}

func TestOtherColumnsAreADifference(t *testing.T) {
	truth, err := Read([]byte(strings.ReplaceAll(printed, `"riots"`, `"revolts"`)))
	if err != nil {
		t.Fatal(err)
	}
	citizens, err := question.Find("citizens")
	if err != nil {
		t.Fatal(err)
	}
	const want = "the columns are group, citizens, riots, share, the truth has group, citizens, revolts, share"
	if got := truth.Difference(citizens, nil); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWhatIsNoTruthIsRefused(t *testing.T) {
	for _, text := range []string{"", "riots", "{}", `{"answers": []}`, `[1]`} {
		if _, err := Read([]byte(text)); err == nil || !strings.Contains(err.Error(), "simulator truth --json") {
			t.Errorf("Read(%q): %v", text, err)
		}
	}
}
