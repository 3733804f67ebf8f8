package render

import "github.com/peacestate/peacestate/spark-jobs/internal/question"

// List is the questions as a table.
func List(questions []question.Question) string {
	var rows [][]string
	for _, q := range questions {
		rows = append(rows, []string{q.Name, q.Asks})
	}
	return aligned([]head{{"question", false}, {"asks", false}}, rows)
}

// ListJSON is one question with the meaning of its columns, its chart and its
// query about a scope, on one line.
func ListJSON(q question.Question, scope question.Scope) ([]byte, error) {
	return line(struct {
		Question string   `json:"question"`
		Asks     string   `json:"asks"`
		Columns  []column `json:"columns"`
		Chart    drawn    `json:"chart"`
		SQL      string   `json:"sql"`
	}{q.Name, q.Asks, meanings(q), drawing(q), q.SQL(scope)})
}
