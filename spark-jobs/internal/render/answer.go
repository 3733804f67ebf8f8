package render

import (
	"slices"
	"strings"
	"time"

	"github.com/peacestate/peacestate/spark-jobs/internal/question"
)

// An Answer is a question with what Spark found. The rows are sound: they
// have passed question.Answer.
type Answer struct {
	Question question.Question
	Sentence string
	Rows     [][]any
	Took     time.Duration
}

// Text is the sentence and, when there are rows, a blank line and their table.
func (a Answer) Text() string {
	switch {
	case len(a.Rows) == 0:
		return a.Sentence + "\n"
	case a.Question.Pivot != nil:
		return a.Sentence + "\n\n" + a.grid(*a.Question.Pivot)
	default:
		return a.Sentence + "\n\n" + a.table()
	}
}

// JSON is the answer on one line. Numbers read back as the same bits.
func (a Answer) JSON() ([]byte, error) {
	return line(struct {
		Question string   `json:"question"`
		Sentence string   `json:"sentence"`
		Columns  []string `json:"columns"`
		Rows     [][]any  `json:"rows"`
		TookS    float64  `json:"took_s"`
	}{a.Question.Name, a.Sentence, a.Question.ColumnNames(), append([][]any{}, a.Rows...), a.Took.Seconds()})
}

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
