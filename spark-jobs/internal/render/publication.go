package render

import (
	"strconv"
	"time"

	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
	"github.com/peacestate/peacestate/spark-jobs/internal/question"
)

// PublicationVersion is the version of Publication's JSON. A change that would
// break its readers is another version (docs/answers.md).
const PublicationVersion = 1

// A Publication is an answer with what it was read from, for whoever was not
// there when it was asked.
type Publication struct {
	Answer
	Sources []Source
}

// A Source is one table that an answer was read from.
type Source struct {
	Table    string
	Snapshot *int64 // Iceberg's; nil when nothing was ever committed
	lake.Range
}

// RowsRead is how many rows there were to read.
func (p Publication) RowsRead() (rows int64) {
	for _, s := range p.Sources {
		rows += s.Rows
	}
	return rows
}

// Range is the event time of the first and of the last of these rows; nil when
// there are none.
func (p Publication) Range() (from, to *time.Time) {
	for _, s := range p.Sources {
		if s.From != nil && (from == nil || s.From.Before(*from)) {
			from = s.From
		}
		if s.To != nil && (to == nil || s.To.After(*to)) {
			to = s.To
		}
	}
	return from, to
}

// JSON is the value of a record of topic answers, on one line.
func (p Publication) JSON() ([]byte, error) {
	type source struct {
		Table    string `json:"table"`
		Rows     int64  `json:"rows"`
		Snapshot string `json:"snapshot,omitempty"`
	}
	var sources []source
	for _, s := range p.Sources {
		snapshot := ""
		if s.Snapshot != nil {
			snapshot = strconv.FormatInt(*s.Snapshot, 10) // more than JavaScript's numbers hold
		}
		sources = append(sources, source{s.Table, s.Rows, snapshot})
	}
	from, to := p.Range()
	return line(struct {
		Version  int        `json:"version"`
		Question string     `json:"question"`
		Asks     string     `json:"asks"`
		Sentence string     `json:"sentence"`
		Columns  []column   `json:"columns"`
		Rows     [][]any    `json:"rows"`
		Chart    drawn      `json:"chart"`
		AskedAt  time.Time  `json:"asked_at"`
		TookS    float64    `json:"took_s"`
		DataFrom *time.Time `json:"data_from"`
		DataTo   *time.Time `json:"data_to"`
		Since    time.Time  `json:"since,omitzero"`
		Until    time.Time  `json:"until,omitzero"`
		District string     `json:"district,omitempty"`
		Tables   []source   `json:"tables"`
		Verified *bool      `json:"verified"`
	}{
		PublicationVersion, p.Question.Name, p.Question.Asks, p.Sentence, meanings(p.Question), append([][]any{}, p.Rows...),
		drawing(p.Question),
		p.Asked.UTC().Truncate(time.Millisecond), p.Took.Seconds(), from, to, p.Scope.Since, p.Scope.Until, p.Scope.District,
		sources, p.Verified(),
	})
}

// A column is one of a question's as JSON.
type column struct {
	Name    string `json:"name"`
	Meaning string `json:"meaning"`
	Kind    string `json:"kind"`
}

// meanings are the columns of a question.
func meanings(q question.Question) []column {
	var columns []column
	for _, c := range q.Columns {
		columns = append(columns, column{c.Name, c.Meaning, kinds[c.Kind]})
	}
	return columns
}

// A drawn is a question's chart as JSON.
type drawn struct {
	Kind   string `json:"kind"`
	X      string `json:"x"`
	Y      string `json:"y"`
	Series string `json:"series,omitempty"`
	Low    string `json:"low,omitempty"`
	High   string `json:"high,omitempty"`
	Dots   string `json:"dots,omitempty"`
}

// drawing is the chart of a question.
func drawing(q question.Question) drawn {
	c := q.Chart
	return drawn{chartKinds[c.Kind], c.X, c.Y, c.Series, c.Low, c.High, c.Dots}
}

var (
	kinds      = map[question.Kind]string{question.Text: "text", question.Count: "count", question.Number: "number"}
	chartKinds = map[question.ChartKind]string{question.Bars: "bars", question.Lines: "lines", question.Heat: "heat"}
)

// Row is the publication as a row of the table of answers.
func (p Publication) Row() (lake.Answer, error) {
	text, err := p.JSON()
	if err != nil {
		return lake.Answer{}, err
	}
	from, to := p.Range()
	return lake.Answer{
		Question: p.Question.Name, AskedAt: p.Asked, TookS: p.Took.Seconds(), Sentence: p.Sentence, Verified: p.Verified(),
		Rows: p.RowsRead(), From: from, To: to, JSON: string(text[:len(text)-1]),
	}, nil
}
