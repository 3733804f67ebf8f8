// Package truth holds what the simulator says must be found of its world, the
// output of `simulator truth --json`, and compares answers with it. It is
// pure.
package truth

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/peacestate/peacestate/spark-jobs/internal/question"
)

// Tolerance is by how much numbers may differ, relative to the larger or,
// below 1, absolute: sums in another order round otherwise. Counts are exact.
const Tolerance = 1e-9

// Truth is the true answers, by the name of the question.
type Truth map[string]answer

type answer struct {
	Columns []string `json:"columns"`
	Rows    [][]any  `json:"rows"` // string, json.Number or nil
}

// Read takes what `simulator truth --json` prints.
func Read(text []byte) (Truth, error) {
	var printed struct {
		Answers []struct {
			Question string `json:"question"`
			answer
		} `json:"answers"`
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&printed); err != nil {
		return nil, fmt.Errorf("no JSON of `simulator truth --json`: %w", err)
	}
	if len(printed.Answers) == 0 {
		return nil, errors.New("no answers in it: make it with `simulator truth --json`")
	}
	truth := Truth{}
	for _, a := range printed.Answers {
		truth[a.Question] = a.answer
	}
	return truth, nil
}

// Knows reports whether the truth has an answer to a question.
func (t Truth) Knows(name string) bool {
	_, known := t[name]
	return known
}

// Difference says where rows, which have passed question.Answer, first differ
// from the truth's; "" when they do not, which is for questions that the truth
// knows.
func (t Truth) Difference(q question.Question, rows [][]any) string {
	want := t[q.Name]
	if got, want := strings.Join(q.ColumnNames(), ", "), strings.Join(want.Columns, ", "); got != want {
		return fmt.Sprintf("the columns are %s, the truth has %s", got, want)
	}
	for i := range min(len(rows), len(want.Rows)) {
		for j, column := range q.Columns {
			if j >= len(want.Rows[i]) || !same(column.Kind, rows[i][j], want.Rows[i][j]) {
				return fmt.Sprintf("row %d, %s is %s, the truth says %s", i+1, column.Name, said(rows[i][j]), said(cell(want.Rows[i], j)))
			}
		}
	}
	if len(rows) != len(want.Rows) {
		return fmt.Sprintf("the rows are %d, the truth has %d", len(rows), len(want.Rows))
	}
	return ""
}

func cell(row []any, i int) any {
	if i < len(row) {
		return row[i]
	}
	return nil
}

func same(kind question.Kind, got, want any) bool {
	number, isNumber := want.(json.Number)
	if !isNumber {
		return got == want
	}
	switch got := got.(type) {
	case int64:
		exact, err := number.Int64()
		return err == nil && kind == question.Count && got == exact
	case float64:
		x, err := number.Float64()
		return err == nil && kind == question.Number && math.Abs(got-x) <= Tolerance*max(1, math.Abs(got), math.Abs(x))
	default:
		return false
	}
}

func said(value any) string {
	switch v := value.(type) {
	case nil:
		return "not defined"
	case string:
		return fmt.Sprintf("%q", v)
	default:
		return fmt.Sprint(v)
	}
}
