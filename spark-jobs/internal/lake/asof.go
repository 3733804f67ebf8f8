package lake

import (
	"strings"
	"time"
)

// AsOf is a query that reads the named tables as they were at a time: what was
// committed by then. Each table must stand in it followed by a space or the
// end of its line, as after FROM.
func AsOf(query string, at time.Time, tables ...string) string {
	for _, table := range tables {
		query = pinned(query, table, "TIMESTAMP AS OF "+Timestamp(at))
	}
	return query
}

// pinned adds to each place where a query reads a table which state of it is
// meant.
func pinned(query, table, state string) string {
	for _, end := range []string{" ", "\n"} {
		query = strings.ReplaceAll(query, table+end, table+" "+state+end)
	}
	return query
}
