package render

import (
	"slices"
	"strings"
	"time"

	"github.com/peacestate/peacestate/spark-jobs/internal/chart"
	"github.com/peacestate/peacestate/spark-jobs/internal/question"
)

// An Answer is a question with what Spark found. The rows are sound: they
// have passed question.Answer.
type Answer struct {
	Question question.Question
	Scope    question.Scope
	Sentence string
	Rows     [][]any
	Asked    time.Time
	Took     time.Duration
	// Compared is what comes of comparing with the truth; nil when nothing was
	// compared.
	Compared *Comparison
}

// A Comparison is what a comparison with the truth found.
type Comparison struct {
	Known      bool   // the truth has an answer to the question
	Difference string // where the answer first differs from it; "" when it does not
}

// Verified is whether an answer is the truth; nil when that is not known.
func (a Answer) Verified() *bool {
	if a.Compared == nil || !a.Compared.Known {
		return nil
	}
	same := a.Compared.Difference == ""
	return &same
}

// Text is the sentence, what is said about it, and, when there are rows, a
// blank line and their table, and another with their chart.
func (a Answer) Text(t chart.Terminal) string {
	text := a.Sentence + "\n" + a.about()
	if len(a.Rows) == 0 {
		return text
	}
	table := a.table()
	if a.Question.Pivot != nil {
		table = a.grid(*a.Question.Pivot)
	}
	text += "\n" + table
	if drawn := chart.Of(a.Question, a.Rows).Text(t); drawn != "" {
		text += "\n" + drawn
	}
	return text
}

// about is a line for the scope, if there is one, and one for the verdict.
func (a Answer) about() string {
	var text string
	if said := ScopeText(a.Scope); said != "" {
		if a.Scope.District == "" {
			said = "what was seen " + said
		}
		text = "Asked only about " + said + ".\n"
	}
	return text + a.VerdictText()
}

// VerdictText is a line for the verdict; "" when nothing was compared.
func (a Answer) VerdictText() string {
	switch {
	case a.Compared == nil:
		return ""
	case !a.Compared.Known:
		return "not verified: the truth has no answer to " + a.Question.Name + "\n"
	case a.Compared.Difference == "":
		return "✔ verified\n"
	default:
		return "✗ differs: " + a.Compared.Difference + "\n"
	}
}

// ScopeText says a scope in words, as "Harbour, from 2026-01-05"; "" for all.
func ScopeText(s question.Scope) string {
	var parts []string
	if s.District != "" {
		parts = append(parts, s.District)
	}
	if !s.Since.IsZero() {
		parts = append(parts, "from "+day(s.Since))
	}
	if !s.Until.IsZero() {
		parts = append(parts, "until "+day(s.Until))
	}
	return strings.Join(parts, ", ")
}

// day writes a time, without its hours where a day begins.
func day(t time.Time) string {
	if t = t.UTC(); t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}

// JSON is the answer on one line. Numbers read back as the same bits.
func (a Answer) JSON() ([]byte, error) {
	differs := ""
	if a.Compared != nil {
		differs = a.Compared.Difference
	}
	return line(struct {
		Question string     `json:"question"`
		Sentence string     `json:"sentence"`
		Columns  []string   `json:"columns"`
		Rows     [][]any    `json:"rows"`
		TookS    float64    `json:"took_s"`
		District string     `json:"district,omitempty"`
		Since    *time.Time `json:"since,omitempty"`
		Until    *time.Time `json:"until,omitempty"`
		Verified *bool      `json:"verified,omitempty"`
		Differs  string     `json:"differs,omitempty"`
	}{
		a.Question.Name, a.Sentence, a.Question.ColumnNames(), append([][]any{}, a.Rows...), a.Took.Seconds(),
		a.Scope.District, moments(a.Scope.Since), moments(a.Scope.Until), a.Verified(), differs,
	})
}

func moments(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// CSV is the columns' names and the rows, as RFC 4180 has it but for the ends
// of lines, which are LF. Numbers read back as the same bits; what is not
// defined is empty.
func (a Answer) CSV() ([]byte, error) { return csvOf(a.Question.ColumnNames(), a.Rows) }

func (a Answer) table() string {
	var heads []head
	for _, c := range a.Question.Columns {
		heads = append(heads, head{c.Name, c.Kind != question.Text})
	}
	var rows [][]string
	for _, values := range a.Rows {
		var cells []string
		for _, value := range values {
			cells = append(cells, cell(value))
		}
		rows = append(rows, cells)
	}
	return aligned(heads, rows)
}

// grid shows one column of the rows, as the pivot says.
func (a Answer) grid(p question.Pivot) string {
	names := a.Question.ColumnNames()
	down, across, shown := slices.Index(names, p.Down), slices.Index(names, p.Across), slices.Index(names, p.Cell)

	var lines []string
	var steps []int64
	cells := map[string]map[int64]string{}
	for _, values := range a.Rows {
		name, _ := values[down].(string)
		step, _ := values[across].(int64)
		if cells[name] == nil {
			lines, cells[name] = append(lines, name), map[int64]string{}
		}
		if !slices.Contains(steps, step) {
			steps = append(steps, step)
		}
		cells[name][step] = short(values[shown])
	}
	slices.Sort(steps)

	heads := []head{{p.Down, false}}
	for _, step := range steps {
		heads = append(heads, head{cell(step), true})
	}
	var rows [][]string
	for _, name := range lines {
		row := []string{name}
		for _, step := range steps {
			row = append(row, cells[name][step])
		}
		rows = append(rows, row)
	}
	return strings.Join([]string{p.Cell, "by", p.Down, "and", p.Across}, " ") + ":\n" + aligned(heads, rows)
}
