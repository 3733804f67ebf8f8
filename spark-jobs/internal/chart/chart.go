// Package chart draws the rows of an answer, as its question says: as text
// for a terminal, and as a picture in SVG or PNG. It is pure: what it draws it
// returns.
package chart

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/spark-jobs/internal/question"
)

// A Chart is an answer, ready to be drawn.
type Chart struct {
	question question.Question
	points   []point
	dates    bool // the points are at dates, in days since 1970
}

// A point is one row: a bar, a spot on a line, or a cell.
type point struct {
	name   string  // of X
	at     float64 // X as a number; for a text that is no date, its place among the others
	series string
	// The value, and the ends of its interval; NaN where there is none.
	y, low, high float64
	dot          float64 // what was measured, beside a line; NaN where there is none
}

// Of is the chart of rows that have passed question.Answer.
func Of(q question.Question, rows [][]any) Chart {
	names := q.ColumnNames()
	column := func(row []any, name string) any {
		if i := slices.Index(names, name); i >= 0 {
			return row[i]
		}
		return nil
	}
	c := Chart{question: q, dates: len(rows) > 0}
	places := map[string]int{}
	for _, row := range rows {
		x := column(row, q.Chart.X)
		p := point{name: label(x), at: number(x), y: number(column(row, q.Chart.Y)), low: math.NaN(), high: math.NaN(), dot: number(column(row, q.Chart.Dots))}
		if q.Chart.Low != "" {
			p.low, p.high = number(column(row, q.Chart.Low)), number(column(row, q.Chart.High))
		}
		if q.Chart.Series != "" {
			p.series = label(column(row, q.Chart.Series))
		}
		if _, known := places[p.name]; !known {
			places[p.name] = len(places)
		}
		if math.IsNaN(p.at) {
			p.at = float64(places[p.name])
		}
		_, err := time.Parse(time.DateOnly, p.name)
		c.dates = c.dates && err == nil
		c.points = append(c.points, p)
	}
	if c.dates {
		for i, p := range c.points {
			day, _ := time.Parse(time.DateOnly, p.name) // it did so above
			c.points[i].at = float64(day.Unix() / (24 * 60 * 60))
		}
	}
	return c
}

// empty reports whether there is nothing to draw.
func (c Chart) empty() bool {
	return !slices.ContainsFunc(c.points, func(p point) bool { return !math.IsNaN(p.y) })
}

// series lists the values of the series, in the order of the rows.
func (c Chart) series() []string {
	var all []string
	for _, p := range c.points {
		if !slices.Contains(all, p.series) {
			all = append(all, p.series)
		}
	}
	return all
}

// steps lists the values of X with their names, ascending.
func (c Chart) steps() (at []float64, names []string) {
	sorted := slices.Clone(c.points)
	slices.SortStableFunc(sorted, byX)
	for _, p := range sorted {
		if len(at) == 0 || at[len(at)-1] != p.at {
			at, names = append(at, p.at), append(names, p.name)
		}
	}
	return at, names
}

func byX(a, b point) int { return cmp.Compare(a.at, b.at) }

// of lists the points of a series that have a value, by X ascending.
func (c Chart) of(series string) []point {
	var all []point
	for _, p := range c.points {
		if p.series == series && !math.IsNaN(p.y) {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, byX)
	return all
}

// span is the range of all values, of the ends of their intervals and of what was
// measured.
func (c Chart) span() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, p := range c.points {
		for _, v := range []float64{p.y, p.low, p.high, p.dot} {
			if !math.IsNaN(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	return low, high
}

// meaning is what a column holds, with its name where that says more, in no
// more than most letters where a mark allows to break off.
func (c Chart) meaning(column string, most int) string {
	i := slices.IndexFunc(c.question.Columns, func(k question.Column) bool { return k.Name == column })
	if i < 0 {
		return column
	}
	said := c.question.Columns[i].Meaning
	if first, _, _ := strings.Cut(column, "_"); !strings.Contains(said, first) {
		said = strings.ReplaceAll(column, "_", " ") + ": " + said
	}
	for len(said) > most {
		end := strings.LastIndexAny(said, ";:,")
		if end < 0 {
			break
		}
		said = said[:end]
	}
	return said
}

func label(value any) string {
	switch v := value.(type) {
	case nil:
		return "-"
	case float64:
		return short(v)
	default:
		return fmt.Sprint(v)
	}
}

// number is a value of a column as a float64; NaN when it is none.
func number(value any) float64 {
	switch v := value.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	default:
		return math.NaN()
	}
}

// short writes a number for a person: four digits that count, and commas.
func short(x float64) string {
	switch abs := math.Abs(x); {
	case math.IsNaN(x):
		return "-"
	case abs >= 1000 || x == math.Trunc(x):
		return humanize.Comma(int64(math.Round(x)))
	case abs >= 100:
		return fmt.Sprintf("%.0f", x)
	case abs >= 10:
		return fmt.Sprintf("%.1f", x)
	case abs >= 1:
		return fmt.Sprintf("%.2f", x)
	default:
		return fmt.Sprintf("%.3f", x)
	}
}

// alike writes numbers with as many decimals as the largest deserves; whole
// ones with none if all are whole.
func alike(numbers []float64) []string {
	most, whole := 0.0, true
	for _, x := range numbers {
		if math.IsNaN(x) {
			continue
		}
		most, whole = max(most, math.Abs(x)), whole && x == math.Trunc(x)
	}
	decimals := 3
	switch {
	case whole || most >= 100:
		decimals = 0
	case most >= 10:
		decimals = 1
	case most >= 1.5: // a share of 1 is among others
		decimals = 2
	}
	said := make([]string, len(numbers))
	for i, x := range numbers {
		said[i] = "-"
		if !math.IsNaN(x) {
			said[i] = humanize.FormatFloat("#,###."+strings.Repeat("#", decimals), x)
		}
	}
	return said
}

// values lists Y of all points.
func (c Chart) values() []float64 {
	values := make([]float64, len(c.points))
	for i, p := range c.points {
		values[i] = p.y
	}
	return values
}
