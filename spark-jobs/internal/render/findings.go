package render

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/spark-jobs/internal/audit"
	"github.com/peacestate/peacestate/spark-jobs/internal/manifest"
)

// Report is the audit as a table, a line for everything that is not as it
// should be or could not be compared, or that one should know, and the verdict
// as the last line. The window is the part of the records that was asked for,
// like "since …"; "" is all.
func Report(r audit.Report, window string) string {
	heads := []head{{"topic", false}}
	for _, name := range []string{"partition", "from", "to", "records", "archived", "dead letters", "missing", "repeated"} {
		heads = append(heads, head{name, true})
	}
	var rows [][]string
	var notes strings.Builder
	missing := map[string]int64{} // by topic
	for _, f := range r.Partitions {
		missing[f.Topic] += f.Missing
		cells := []string{f.Topic, fmt.Sprint(f.Partition), fmt.Sprint(f.Low), fmt.Sprint(f.High)}
		for _, count := range []int64{f.Records, f.Archived, f.DeadLetters, f.Missing, f.Repeated} {
			cells = append(cells, humanize.Comma(count))
		}
		rows = append(rows, cells)
		notes.WriteString(note(f))
	}
	verdict := r.Verdict()
	if window != "" && verdict.Records == 0 {
		fmt.Fprintf(&notes, "Kafka holds no record that was sent %s\n", window)
	}
	for _, t := range r.Tables {
		notes.WriteString(tableNote(t, missing[t.Topic]))
	}
	if notes.Len() > 0 {
		notes.WriteString("\n")
	}
	text := aligned(heads, rows) + "\n" + notes.String()
	if r.Manifest != nil {
		text += outcome(*r.Manifest) + "\n"
	}
	return text + Verdict(verdict) + "\n"
}

// Verdict is the audit in one line.
func Verdict(v audit.Verdict) string {
	return fmt.Sprintf("verify: %s records, %s archived, %s dead letters, %s missing, %s repeated, %s hidden",
		humanize.Comma(v.Records), humanize.Comma(v.Archived), humanize.Comma(v.DeadLetters),
		humanize.Comma(v.Missing), humanize.Comma(v.Repeated), humanize.Comma(v.Hidden))
}

// ReportJSON is the audit on one line.
func ReportJSON(r audit.Report, tookS float64) ([]byte, error) {
	r.Partitions, r.Tables = append([]audit.Finding{}, r.Partitions...), append([]audit.Table{}, r.Tables...)
	return line(struct {
		audit.Verdict
		audit.Report
		TookS float64 `json:"took_s"`
	}{r.Verdict(), r, tookS})
}

// outcome is the comparison with the manifest: a table, and a line for each
// report that is not as it says.
func outcome(o manifest.Outcome) string {
	var rows [][]string
	for _, f := range o.Faults {
		rows = append(rows, []string{strings.ReplaceAll(f.Fault, "_", " "), humanize.Comma(f.Listed), humanize.Comma(f.Found)})
	}
	var notes strings.Builder
	for _, untrue := range o.UntrueAt {
		fmt.Fprintf(&notes, "%s\n", untrue)
	}
	if rest := o.Untrue - int64(len(o.UntrueAt)); rest > 0 {
		fmt.Fprintf(&notes, "and %s more\n", humanize.Comma(rest))
	}
	said := fmt.Sprintf("manifest: %s reports, %s not as it says\n", humanize.Comma(o.Reports), humanize.Comma(o.Untrue))
	return aligned([]head{{"manifest", false}, {"listed", true}, {"found", true}}, rows) + "\n" + notes.String() + said
}

// tableNote says in words what is to be known of a table's rows, a line each,
// given how many records of the topic are missing.
func tableNote(t audit.Table, missing int64) string {
	var b strings.Builder
	if t.WrongDay > 0 {
		fmt.Fprintf(&b, "%s: %s lie in the partition of another day than their own: a question about a day misses them\n",
			t.Topic, plural(t.WrongDay, "row"))
	}
	if t.Hidden > 0 {
		fmt.Fprintf(&b, "%s: %s of %s repeat an id that is there already, as when it was sent twice; questions count it once\n",
			t.Topic, plural(t.Hidden, "row"), humanize.Comma(t.Rows))
	}
	if t.Seqs != nil && t.Seqs.Unseen > 0 {
		b.WriteString(seqNote(t.Topic, *t.Seqs, missing > 0))
	}
	return b.String()
}

// seqNote says which numbers of reports were not seen, and what is known of
// why.
func seqNote(topic string, s audit.Seqs, missing bool) string {
	said := fmt.Sprintf("%s: %s unseen between the first and the last of each of %s",
		topic, plural(s.Unseen, "seq"), plural(s.WithGaps, "drone"))
	if s.SetAside > 0 {
		said += fmt.Sprintf("; as many dead letters of these drones account for %s", humanize.Comma(s.SetAside))
	}
	if s.Unexplained() == 0 {
		return said + "\n"
	}
	var drones []string
	rest := s.Unseen
	for i, at := range s.UnseenAt {
		rest -= at.Len()
		if i > 0 && s.UnseenAt[i-1].DroneID == at.DroneID {
			drones[len(drones)-1] += ", " + at.String()
			continue
		}
		drones = append(drones, at.DroneID+": "+at.String())
	}
	why := "were never sent here"
	if missing {
		why = "are among the missing, or " + why
	}
	return fmt.Sprintf("%s; %s %s, as between two flights: %s%s\n",
		said, humanize.Comma(s.Unexplained()), why, strings.Join(drones, "; "), more(rest, "seqs"))
}

func plural(n int64, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return humanize.Comma(n) + " " + one + "s"
}

// note says in words what is peculiar about a partition, a line each.
func note(f audit.Finding) string {
	var b strings.Builder
	where := fmt.Sprintf("%s partition %d", f.Topic, f.Partition)
	if f.Oldest > 0 && f.Low == f.Oldest {
		fmt.Fprintf(&b, "%s: Kafka no longer holds the offsets below %d; not compared, with %s archived\n",
			where, f.Oldest, plural(f.NotCompared, "row"))
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
