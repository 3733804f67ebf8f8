package render

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

// Commits says how the sink has been committing to a topic's table.
func Commits(topic string, since time.Duration, c lake.Commits) string {
	if c.Commits == 0 {
		return fmt.Sprintf("%s: nothing was committed in the last %s\n", topic, since)
	}
	return fmt.Sprintf("%s: %s commits of %s rows, %s in %s files; %s rows/s; longest pause %s; from Kafka to readable: p50 %s, p95 %s, max %s\n",
		topic, humanize.Comma(c.Commits), humanize.Comma(c.Rows), humanize.Bytes(uint64(c.Bytes)), humanize.Comma(c.Files),
		humanize.Comma(int64(c.RowsPerS)), took(c.LongestPause), took(c.LagP50), took(c.LagP95), took(c.LagMax))
}

// CommitsJSON is the same on one line.
func CommitsJSON(c lake.Commits) ([]byte, error) { return line(c) }

// took writes milliseconds as seconds, and a dash when there are none.
func took(ms *int64) string {
	if ms == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f s", float64(*ms)/1e3)
}
