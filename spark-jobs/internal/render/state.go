package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

// A TableState is a table and what it consists of.
type TableState struct {
	Table string `json:"table"`
	lake.State
	Columns []lake.Column `json:"columns,omitempty"`
}

// TableStates is a line for each table.
func TableStates(states []TableState) string {
	heads := []head{{"table", false}}
	for _, name := range []string{"rows", "days", "files", "size", "median file", "small", "snapshots", "newest"} {
		heads = append(heads, head{name, true})
	}
	var rows [][]string
	for _, s := range states {
		rows = append(rows, []string{
			s.Table, humanize.Comma(s.Rows), humanize.Comma(s.Days), humanize.Comma(s.Files), humanize.Bytes(uint64(s.Bytes)),
			size(s.MedianB), humanize.Comma(s.Small), humanize.Comma(s.Snapshots), moment(s.Newest),
		})
	}
	text := []string{aligned(heads, rows)}
	for _, s := range states {
		if len(s.Columns) > 0 {
			text = append(text, columns(s))
		}
	}
	return strings.Join(text, "\n")
}

func columns(s TableState) string {
	var rows [][]string
	for _, c := range s.Columns {
		count := "-"
		if c.Rows != nil {
			count = humanize.Comma(*c.Rows)
		}
		rows = append(rows, []string{c.Name, c.Type, count})
	}
	return aligned([]head{{"column of " + s.Table, false}, {"type", false}, {"rows with a value", true}}, rows)
}

// TableStatesJSON is one object a line.
func TableStatesJSON(states []TableState) ([]byte, error) {
	var all []byte
	for _, s := range states {
		one, err := line(s)
		if err != nil {
			return nil, err
		}
		all = append(all, one...)
	}
	return all, nil
}

// Upkeep is what was done to a table, in two lines: before and after.
type Upkeep struct {
	Table   string     `json:"table"`
	Before  lake.State `json:"before"`
	After   lake.State `json:"after"`
	ScanMS  [2]int64   `json:"scan_ms"` // a read of every row, before and after
	Rewrote int64      `json:"rewrote"` // small files that became larger ones
	Orphans int64      `json:"orphans"` // files removed that no snapshot held
	Expired int64      `json:"expired"` // snapshots forgotten
	TookMS  int64      `json:"took_ms"`
}

// Text is for people.
func (u Upkeep) Text() string {
	var b strings.Builder
	for i, state := range []lake.State{u.Before, u.After} {
		fmt.Fprintf(&b, "%s %-6s  %s files, median %s, %s in all, %s snapshots, read in %s\n", u.Table, []string{"before", "after"}[i],
			humanize.Comma(state.Files), size(state.MedianB), humanize.Bytes(uint64(state.Bytes)), humanize.Comma(state.Snapshots),
			(time.Duration(u.ScanMS[i]) * time.Millisecond).Round(10*time.Millisecond))
	}
	if u.Rewrote == 0 && u.Orphans == 0 && u.Expired == 0 {
		fmt.Fprintf(&b, "%s: nothing was to be done\n", u.Table)
	} else {
		fmt.Fprintf(&b, "%s: %s files rewritten, %s snapshots forgotten, %s orphans removed, in %s\n", u.Table, humanize.Comma(u.Rewrote),
			humanize.Comma(u.Expired), humanize.Comma(u.Orphans), (time.Duration(u.TookMS) * time.Millisecond).Round(100*time.Millisecond))
	}
	return b.String()
}

// JSON is one object on one line.
func (u Upkeep) JSON() ([]byte, error) { return line(u) }

func size(bytes *int64) string {
	if bytes == nil {
		return "-"
	}
	return humanize.Bytes(uint64(*bytes))
}

func moment(ms *int64) string {
	if ms == nil {
		return "-"
	}
	return time.UnixMilli(*ms).UTC().Format("2006-01-02 15:04:05")
}
