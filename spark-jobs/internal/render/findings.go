package render

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/spark-jobs/internal/audit"
)

// Findings is the audit as a table, a line for everything that is not as it
// should be or could not be compared, and the verdict as the last line.
func Findings(findings []audit.Finding) string {
	heads := []head{{"topic", false}}
	for _, name := range []string{"partition", "from", "to", "records", "archived", "dead letters", "missing", "repeated"} {
		heads = append(heads, head{name, true})
	}
	var rows [][]string
	var notes strings.Builder
	for _, f := range findings {
		cells := []string{f.Topic, fmt.Sprint(f.Partition), fmt.Sprint(f.Low), fmt.Sprint(f.High)}
		for _, count := range []int64{f.Records, f.Archived, f.DeadLetters, f.Missing, f.Repeated} {
			cells = append(cells, humanize.Comma(count))
		}
		rows = append(rows, cells)
		notes.WriteString(note(f))
	}
	if notes.Len() > 0 {
		notes.WriteString("\n")
	}
	return aligned(heads, rows) + "\n" + notes.String() + Verdict(audit.Sum(findings)) + "\n"
}

// Verdict is the audit in one line.
func Verdict(v audit.Verdict) string {
	return fmt.Sprintf("verify: %s records, %s archived, %s dead letters, %s missing, %s repeated",
		humanize.Comma(v.Records), humanize.Comma(v.Archived), humanize.Comma(v.DeadLetters),
		humanize.Comma(v.Missing), humanize.Comma(v.Repeated))
}

// FindingsJSON is the audit on one line.
func FindingsJSON(findings []audit.Finding, tookS float64) ([]byte, error) {
	return line(struct {
		audit.Verdict
		Partitions []audit.Finding `json:"partitions"`
		TookS      float64         `json:"took_s"`
	}{audit.Sum(findings), append([]audit.Finding{}, findings...), tookS})
}

// note says in words what is peculiar about a partition, a line each.
func note(f audit.Finding) string {
	var b strings.Builder
	where := fmt.Sprintf("%s partition %d", f.Topic, f.Partition)
	if f.Low > 0 {
		fmt.Fprintf(&b, "%s: Kafka no longer holds the offsets below %d; they were not compared\n", where, f.Low)
	}
	if f.Missing > 0 {
		var named []string
		rest := f.Missing
		for _, r := range f.MissingAt {
			named, rest = append(named, r.String()), rest-r.Len()
		}
		fmt.Fprintf(&b, "%s: missing %s%s\n", where, strings.Join(named, ", "), more(rest, "offsets"))
	}
	if f.Repeated > 0 {
		var named []string
		rest := f.Repeated
		for _, r := range f.RepeatedAt {
			named, rest = append(named, fmt.Sprintf("%s (%d times)", r.Range, r.Copies)), rest-r.Len()*(r.Copies-1)
		}
		fmt.Fprintf(&b, "%s: repeated %s%s\n", where, strings.Join(named, ", "), more(rest, "rows"))
	}
	return b.String()
}

func more(rest int64, what string) string {
	if rest == 0 {
		return ""
	}
	return fmt.Sprintf(" and %s more %s", humanize.Comma(rest), what)
}
