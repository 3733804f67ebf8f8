// Package readonly tells statements that only read from all others, and bounds
// what they return. It guards against mistakes, not against malice: whoever can
// reach a Spark Connect server can do with it what they like. It is pure.
package readonly

import (
	"errors"
	"fmt"
	"strings"
)

// Bounded is a statement of SQL that reads, as it is sent, and whether it is a
// query, which then returns at most limit rows. The error says in one line why
// another is refused.
//
// A query stands in brackets in what is returned, so that Spark's parser finds
// anything else to be a mistake. Spark takes one statement at a time, and after
// the words that describe nothing but descriptions.
func Bounded(statement string, limit int) (sent string, query bool, err error) {
	statement = strings.TrimRight(statement, "; \t\r\n")
	first := firstWord(statement)
	switch first {
	case "":
		return "", false, errors.New("there is no statement: try 'SELECT * FROM riots LIMIT 5'")
	case "SELECT", "WITH", "VALUES", "FROM", "TABLE":
		// The line break ends a comment.
		return fmt.Sprintf("SELECT * FROM (\n%s\n) LIMIT %d", statement, limit), true, nil
	case "SHOW", "DESCRIBE", "DESC", "EXPLAIN":
		return statement, false, nil
	default:
		return "", false, fmt.Errorf("%s is refused: only statements that read are sent, which begin with SELECT, WITH, VALUES, SHOW, DESCRIBE or EXPLAIN", first)
	}
}

// firstWord is the first word of a statement in capitals, without the comments
// and brackets before it.
func firstWord(statement string) string {
	for {
		statement = strings.TrimLeft(statement, " \t\r\n(")
		switch {
		case strings.HasPrefix(statement, "--"):
			_, statement, _ = strings.Cut(statement, "\n")
		case strings.HasPrefix(statement, "/*"):
			_, statement, _ = strings.Cut(statement, "*/")
		default:
			end := strings.IndexFunc(statement, func(r rune) bool {
				return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_'
			})
			if end == 0 {
				return statement[:1]
			}
			if end < 0 {
				end = len(statement)
			}
			return strings.ToUpper(statement[:end])
		}
	}
}
