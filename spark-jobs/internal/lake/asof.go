package lake

import (
	"fmt"
	"strings"
	"time"
)

// AsOf is a query that reads the named tables as they were at a time: what was
// committed by then. Each table must stand in it followed by a space or the
// end of its line, as after FROM.
func AsOf(query string, at time.Time, tables ...string) string {
	for _, table := range tables {
		for _, end := range []string{" ", "\n"} {
			query = strings.ReplaceAll(query, table+end, fmt.Sprintf("%s TIMESTAMP AS OF %s%s", table, Timestamp(at), end))
		}
	}
	return query
}
