package app

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/simulator/internal/truth"
	"github.com/peacestate/peacestate/simulator/internal/world"
)

const (
	// fewRows are shown all.
	fewRows = 24
	// shownRows is how many of more rows are shown at each end.
	shownRows = 5
)

// text is the truth for a person: sums, and of long tables the ends.
func (v verdict) text() string {
	t := v.Totals
	crew := humanize.Comma(int64(len(v.Maintenance)))
	var b strings.Builder
	fmt.Fprintf(&b, "%d drones over seed %d, shard %s, from %s to %s UTC\n",
		v.Drones, v.Seed, v.Shard, v.From.Format(time.DateTime), v.To.Format(time.DateTime))
	table(&b, "", [][]string{
		{"", "reports", "riots", "failures and repairs"},
		{"seen by drones", humanize.Comma(t.Reports), humanize.Comma(t.Riots), crew},
		{"sent, with copies", humanize.Comma(t.SentReports), humanize.Comma(t.SentRiots), crew},
		{"archived, with copies", humanize.Comma(t.ArchivedReports), humanize.Comma(t.ArchivedRiots), crew},
		{"dead letters", humanize.Comma(t.DeadLetters), "0", "0"},
	})
	fmt.Fprintf(&b, "\nfaults: %s\n", v.Faults)

	drones := [][]string{{"drone", "reports", "riots"}}
	for _, d := range slices.SortedStableFunc(slices.Values(v.Truth.Drones), func(a, b truth.DroneTally) int { return cmp.Compare(b.Riots, a.Riots) }) {
		drones = append(drones, []string{d.DroneID, humanize.Comma(d.Reports), humanize.Comma(d.Riots)})
	}
	table(&b, "by drone, most riots first", drones)
	hours := [][]string{{"hour, UTC", "reports", "riots"}}
	for _, h := range v.Hours {
		hours = append(hours, []string{h.Hour.Format("2006-01-02 15:04"), humanize.Comma(h.Reports), humanize.Comma(h.Riots)})
	}
	table(&b, "by hour", hours)
	for _, a := range v.Answers {
		rows := [][]string{a.Columns}
		for _, values := range a.Rows {
			var cells []string
			for _, value := range values {
				cells = append(cells, cell(value))
			}
			rows = append(rows, cells)
		}
		table(&b, "answer to "+a.Question, rows)
	}
	riots := [][]string{{"detected at, UTC", "drone", "citizen", "name", "peacescore"}}
	for _, r := range v.Riots {
		riots = append(riots, riotCells(r))
	}
	table(&b, "riots", riots)
	unrest := [][]string{{"begins, UTC", "ends", "district", "spread from", "heat"}}
	for _, u := range v.Unrest {
		unrest = append(unrest, unrestCells(u))
	}
	table(&b, "unrest, seen or not", unrest)
	failures := [][]string{{"failed at, UTC", "drone", "part", "repaired at, UTC"}}
	for _, f := range v.Failures {
		failures = append(failures, failureCells(f))
	}
	table(&b, "failures of drones", failures)
	b.WriteString("\n--json lists everything\n")
	return b.String()
}

func riotCells(r schemas.Riot) []string {
	return []string{r.DetectedAt.Format(time.DateTime), r.DroneID, r.CitizenID, r.CitizenName, fmt.Sprint(r.Peacescore)}
}

func unrestCells(u world.Unrest) []string {
	return []string{
		u.Begins.Format(time.DateTime), u.Ends.Format(time.TimeOnly), u.District, cmp.Or(u.SpreadFrom, "-"), fmt.Sprintf("%.2f", u.Heat),
	}
}

func failureCells(f world.Failure) []string {
	return []string{f.FailedAt.Format(time.DateTime), f.DroneID, string(f.Part), f.RepairedAt.Format(time.DateTime)}
}

// cell is a value of an answer; a dash where it is not defined.
func cell(value any) string {
	switch v := value.(type) {
	case nil:
		return "-"
	case int64:
		return humanize.Comma(v)
	case float64:
		return fmt.Sprintf("%.3f", v)
	default:
		return fmt.Sprint(v)
	}
}

// table writes a heading, if there is one, and rows of which the first names
// the columns. Of many rows it writes the first and the last.
func table(b *strings.Builder, heading string, rows [][]string) {
	b.WriteString("\n")
	if heading != "" {
		fmt.Fprintf(b, "%s:\n", heading)
	}
	head, rows := rows[0], rows[1:]
	if len(rows) == 0 {
		b.WriteString("  none\n")
		return
	}
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.TabIndent)
	line := func(cells []string) { fmt.Fprintf(w, "  %s\n", strings.Join(cells, "\t")) }
	line(head)
	for i, cells := range rows {
		switch {
		case len(rows) <= fewRows, i < shownRows, i >= len(rows)-shownRows:
			line(cells)
		case i == shownRows:
			line([]string{fmt.Sprintf("… %s more …", humanize.Comma(int64(len(rows)-2*shownRows)))})
		}
	}
	_ = w.Flush() // a strings.Builder takes everything
}
