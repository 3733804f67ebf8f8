// Package question holds what PeaceState asks its archive. A question is a
// value: one SQL query that Spark runs on the Iceberg tables, the columns of
// its answer with their units, and the sentence that says the answer. The
// package is pure: it runs nothing.
//
// A record may be archived twice, as when a window was sent again: every
// query counts each id once, so that answers do not change (sql.go).
// Days and hours are those of UTC.
package question

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Question is one thing to ask the archive.
type Question struct {
	Name    string   // what a person types: one lower-case word
	Asks    string   // the question, in one line
	Tables  []string // the tables that the query reads, by topic
	Columns []Column // what the query returns, in order
	Pivot   *Pivot   // how a person reads many rows; nil: as they are
	Chart   Chart    // how they are drawn

	// sql is one SELECT for Spark 4.1, in ANSI mode, on the part of the archive
	// that is in a scope.
	sql func(Scope) string
	// sentence says the rows, which are sound, in one sentence.
	sentence func([]row) string
}

// A Column is one value of every row of an answer.
type Column struct {
	Name    string
	Meaning string // with its unit
	Kind    Kind
}

// A Kind is the type of a column's values.
type Kind int

// The kinds.
const (
	Text   Kind = iota // a string
	Count              // an int64, exact
	Number             // a float64, or nil where it is not defined, as 0/0
)

// A Pivot shows one column as a grid: a line per value of Down, a column per
// value of Across. The names are columns of the question.
type Pivot struct{ Down, Across, Cell string }

// A row is one row of an answer; Answer has checked that its values are of
// the columns' kinds. A number that is not defined reads as 0.
type row []any

func (r row) text(i int) string {
	s, _ := r[i].(string)
	return s
}

func (r row) count(i int) int64 {
	n, _ := r[i].(int64)
	return n
}

func (r row) number(i int) float64 {
	x, _ := r[i].(float64)
	return x
}

// SQL is the one SELECT that answers the question about a scope.
func (q Question) SQL(s Scope) string { return q.sql(s) }

// notEnough is the sentence for an archive that cannot answer.
const notEnough = "Not enough data: "

// ErrUnknown marks the name of no question.
var ErrUnknown = errors.New("unknown question")

// All lists the questions, in the order in which they are asked.
func All() []Question {
	return []Question{weekend(), hours(), words(), citizens(), spread(), trend(), calm(), drones()}
}

// Find is the question of that name. The error lists the names there are.
func Find(name string) (Question, error) {
	all := All()
	if i := slices.IndexFunc(all, func(q Question) bool { return q.Name == name }); i >= 0 {
		return all[i], nil
	}
	names := make([]string, len(all))
	for i, q := range all {
		names[i] = q.Name
	}
	return Question{}, fmt.Errorf("%w %q; there are %s, and all", ErrUnknown, name, strings.Join(names, ", "))
}

// Answer checks that rows are what the question's columns promise, and says
// them in one sentence. Columns and rows are as the engine returned them.
func (q Question) Answer(columns []string, rows [][]any) (sentence string, err error) {
	if want := q.ColumnNames(); !slices.Equal(columns, want) {
		return "", fmt.Errorf("%s: Spark answered the columns %v, not %v", q.Name, columns, want)
	}
	sound := make([]row, len(rows))
	for i, values := range rows {
		if len(values) != len(columns) {
			return "", fmt.Errorf("%s: row %d has %d values, not %d", q.Name, i+1, len(values), len(columns))
		}
		for j, value := range values {
			if !q.Columns[j].Kind.holds(value) {
				return "", fmt.Errorf("%s: Spark answered %T for %s in row %d", q.Name, value, columns[j], i+1)
			}
		}
		sound[i] = values
	}
	return q.sentence(sound), nil
}

// ColumnNames lists the names of the columns, in order.
func (q Question) ColumnNames() []string {
	names := make([]string, len(q.Columns))
	for i, c := range q.Columns {
		names[i] = c.Name
	}
	return names
}

func (k Kind) holds(value any) bool {
	switch value.(type) {
	case string:
		return k == Text
	case int64:
		return k == Count
	case float64, nil:
		return k == Number
	default:
		return false
	}
}
