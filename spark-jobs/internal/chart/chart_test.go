package chart

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/service/puretest"
	"github.com/peacestate/peacestate/spark-jobs/internal/question"
)

func TestChartsArePure(t *testing.T) {
	puretest.Check(t, ".", "bytes", "cmp", "errors", "fmt", "image/color", "io", "math", "slices", "strings", "time",
		"github.com/dustin/go-humanize", "github.com/mattn/go-runewidth",
		"gonum.org/v1/plot", "gonum.org/v1/plot/palette", "gonum.org/v1/plot/palette/moreland", "gonum.org/v1/plot/plotter",
		"gonum.org/v1/plot/text", "gonum.org/v1/plot/vg", "gonum.org/v1/plot/vg/draw", "gonum.org/v1/plot/vg/vgimg", "gonum.org/v1/plot/vg/vgsvg",
		"github.com/peacestate/peacestate/spark-jobs/internal/question")
}

func asks(c question.Chart, kinds ...question.Kind) question.Question {
	q := question.Question{Name: "test", Chart: c}
	for i, name := range []string{"x", "y", "of", "low", "high", "seen"} {
		if i < len(kinds) {
			q.Columns = append(q.Columns, question.Column{Name: name, Meaning: "the " + name + "; in units", Kind: kinds[i]})
		}
	}
	return q
}

const (
	words   = question.Text
	counts  = question.Count
	numbers = question.Number
)

var (
	bars      = asks(question.Chart{Kind: question.Bars, X: "x", Y: "y"}, words, numbers)
	intervals = asks(question.Chart{Kind: question.Bars, X: "x", Y: "y", Low: "low", High: "high"}, words, numbers, words, numbers, numbers)
	lines     = asks(question.Chart{Kind: question.Lines, X: "x", Y: "y", Series: "of"}, counts, numbers, words)
	band      = asks(question.Chart{Kind: question.Lines, X: "x", Y: "y", Low: "low", High: "high"}, words, numbers, words, numbers, numbers)
	fitted    = asks(question.Chart{Kind: question.Lines, X: "x", Y: "y", Dots: "seen"}, counts, numbers, words, numbers, numbers, numbers)
	heat      = asks(question.Chart{Kind: question.Heat, X: "x", Y: "y", Series: "of"}, counts, numbers, words)
)

func TestTextForATerminal(t *testing.T) {
	for _, c := range []struct {
		name string
		of   question.Question
		rows [][]any
		want string
	}{
		{
			"bars are in the order of the rows, to the eighth of a letter, and what is not defined has none", bars,
			[][]any{{"week", 5.0}, {"weekend", 10.0}, {"never", 0.0}, {"unknown", nil}, {"hardly", 0.001}},
			`
y by x
week    ▏█████████████ 5.0
weekend ▏██████████████████████████ 10.0
never   ▏ 0.0
unknown ▏ -
hardly  ▏▏ 0.0
`,
		},
		{
			"what is below zero is hatched", bars, [][]any{{"up", 1.0}, {"down", -0.5}}, `
y by x
up   ▏███████████████████████████ 1.000
down ▏▒▒▒▒▒▒▒▒▒▒▒▒▒▒ -0.500
`,
		},
		{
			"the interval of a bar is said", intervals,
			[][]any{{"a", 4.0, "", 2.5, 6.0}, {"b", 2.0, "", nil, nil}},
			`
y by x
a ▏███████████████████████ 4 (2.50 to 6)
b ▏███████████▌ 2
`,
		},
		{
			"all are nought", bars, [][]any{{"a", 0.0}, {"b", 0.0}}, `
y by x
a ▏ 0
b ▏ 0
`,
		},
		{
			"a line has a mark at each point, and a name if there are several", lines,
			[][]any{{int64(0), 1.0, "a"}, {int64(10), 11.0, "a"}, {int64(0), 5.0, "b"}, {int64(5), 6.0, "b"}, {int64(10), nil, "b"}},
			"",
		},
		{
			"of a line the interval is shaded; dates are as far apart as they are", band,
			[][]any{{"2026-01-05", 2.0, "", 1.0, 3.0}, {"2026-01-12", 4.0, "", 3.0, 5.0}, {"2026-02-02", 3.0, "", 2.0, 4.0}},
			"",
		},
		{
			"what was measured is a mark beside its line", fitted,
			[][]any{{int64(1), 2.0, "", nil, nil, 1.0}, {int64(2), 3.0, "", nil, nil, 6.0}, {int64(3), 4.0, "", nil, nil, nil}, {int64(4), 5.0, "", nil, nil, 4.0}},
			"",
		},
		{
			"cells are the darker the higher; where there is no row is a dot", heat,
			[][]any{{int64(2), 10.0, "Harbour"}, {int64(10), 40.0, "Market"}, {int64(9), 0.0, "Market"}, {int64(2), 20.0, "Market"}},
			`
y by of and x
Harbour ░░░░·   ·
Market  ▒▒▒▒    ████
        2   9   10
           0  ░░ 10  ▒▒ 20  ▓▓ 30  ██ 40
`,
		},
		{"nothing to draw", bars, [][]any{{"a", nil}}, "\n"},
		{"no rows", heat, nil, "\n"},
		{"one point", lines, [][]any{{int64(3), 2.0, "a"}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := "\n" + Of(c.of, c.rows).Text(Terminal{Width: 40})
			golden(t, got, c.want)
			for line := range strings.Lines(got) {
				if letters := len([]rune(strings.TrimRight(line, "\n"))); letters > 40 {
					t.Errorf("%d letters in %q", letters, line)
				}
			}
			coloured := Of(c.of, c.rows).Text(Terminal{Width: 40, Colour: true})
			if c.of.Chart.Kind != question.Heat && len(c.rows) > 0 && strings.Count(coloured, "\n") != strings.Count(got, "\n")-1 {
				t.Errorf("colour changes more than colour: %q", coloured)
			}
		})
	}
}

// golden compares with a text, or with a file when the text is "".
func golden(t *testing.T, got, want string) {
	t.Helper()
	if want == "" {
		_, name, _ := strings.Cut(t.Name(), "/")
		file := filepath.Join("testdata", strings.Map(func(r rune) rune {
			if strings.ContainsRune(" ;,", r) {
				return '_'
			}
			return r
		}, name)+".txt")
		if os.Getenv("UPDATE") != "" {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want = string(text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// samples are answers as large as there are.
func samples() map[string]Chart {
	var long, wide, many, few [][]any
	for day := range 28 {
		y := 5 + 3*math.Sin(float64(day)/4)
		long = append(long, []any{fmt.Sprintf("2026-01-%02d", day+1), y, "", y - 1.5, y + 2})
	}
	for i := range 9 {
		for hour := range 24 {
			wide = append(wide, []any{int64(hour), float64(i * hour), fmt.Sprintf("district %d", i)})
			many = append(many, []any{int64(hour), float64(i) + math.Sin(float64(hour)/3), fmt.Sprintf("district %d", i)})
		}
	}
	for i := range 20 {
		few = append(few, []any{fmt.Sprintf("word %d", i), 1e6 / float64(i+1), "", 8e5 / float64(i+1), 13e5 / float64(i+1)})
	}
	return map[string]Chart{
		"band": Of(band, long), "heat": Of(heat, wide), "lines": Of(lines, many), "bars": Of(intervals, few),
		"upright": Of(intervals, few[:3]), "alike": Of(bars, [][]any{{"a", 0.0}, {"b", 0.0}}),
		"point": Of(lines, [][]any{{int64(3), 2.0, "a"}}), "cell": Of(heat, [][]any{{int64(3), 0.0, "a"}}),
		"gaps": Of(bars, [][]any{{"a", nil}, {"b", 2.0}}),
	}
}

func TestPictures(t *testing.T) {
	const title = "At the weekend there are <more> riots & they are told in a sentence that is too long for one line of the picture, of which there are two."
	for name, c := range samples() {
		t.Run(name, func(t *testing.T) {
			picture, err := c.Picture(title, PNG)
			if err != nil {
				t.Fatal(err)
			}
			decoded, err := png.Decode(bytes.NewReader(picture))
			if err != nil {
				t.Fatal(err)
			}
			if size := decoded.Bounds().Size(); size.X != 800 || size.Y != 500 {
				t.Errorf("the picture is %v", size)
			}
			if folder := os.Getenv("PICTURES"); folder != "" { // to look at them
				if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			drawn, err := c.Picture(title, SVG)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"<svg", "&lt;more&gt;", "the x", "</svg>"} {
				if !strings.Contains(string(drawn), want) {
					t.Errorf("the SVG does not say %q", want)
				}
			}
			again, err := c.Picture(title, SVG)
			if err != nil || !bytes.Equal(drawn, again) {
				t.Errorf("drawn again, it is another picture: %v", err)
			}
		})
	}
}

func TestWhatCannotBeDrawn(t *testing.T) {
	if _, err := Of(bars, nil).Picture("", SVG); !errors.Is(err, ErrNothing) {
		t.Errorf("got %v", err)
	}
	if _, err := Of(bars, [][]any{{"a", 1.0}}).Picture("", "pdf"); err == nil {
		t.Error("it is drawn as pdf")
	}
}

func TestEveryQuestionCanBeDrawn(t *testing.T) {
	values := map[question.Kind]any{words: "a", counts: int64(3), numbers: 2.5}
	for _, q := range question.All() {
		var row []any
		for _, c := range q.Columns {
			row = append(row, values[c.Kind])
		}
		if _, err := Of(q, [][]any{row}).Picture(q.Asks, SVG); err != nil {
			t.Errorf("%s: %v", q.Name, err)
		}
		if Of(q, [][]any{row}).Text(Terminal{}) == "" {
			t.Errorf("%s: no text", q.Name)
		}
	}
}

func TestNumbersBesideEachOtherHaveTheSameDecimals(t *testing.T) {
	for _, c := range []struct {
		given []float64
		want  string
	}{
		{[]float64{0.8632, 1, math.NaN()}, "0.863 1.000 -"},
		{[]float64{5.76, 10.06}, "5.8 10.1"},
		{[]float64{1, 12, 1345}, "1 12 1,345"},
		{[]float64{1500.5, 0.25}, "1,501 0"},
		{[]float64{2, 0.5}, "2.00 0.50"},
		{[]float64{-0.5, 0}, "-0.500 0.000"},
		{nil, ""},
	} {
		if got := strings.Join(alike(c.given), " "); got != c.want {
			t.Errorf("%v: got %q, want %q", c.given, got, c.want)
		}
	}
}
