package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// An Outcome is how far the archive and the dead letters are as manifests say.
type Outcome struct {
	Reports int64 `json:"reports"` // that are listed
	// Untrue is how many of them are not as the manifests say; UntrueAt names
	// the first.
	Untrue   int64    `json:"untrue"`
	Faults   []Count  `json:"faults"`
	UntrueAt []Untrue `json:"untrue_at,omitempty"`
}

// A Count is how many reports are listed under a fault, and how many of those
// are as the manifests say.
type Count struct {
	Fault  string `json:"fault"`
	Listed int64  `json:"listed"`
	Found  int64  `json:"found"`
}

// An Untrue is a report that is not as manifests say.
type Untrue struct {
	ReportID string   `json:"report_id"`
	Faults   []string `json:"faults"`
	Rows     int64    `json:"rows"` // that there are
	// Want is how many there must be at the least; 0 is none at all.
	Want int64 `json:"want_rows"`
	// NoLetter says that the bytes sent are not among the dead letters.
	NoLetter bool `json:"no_dead_letter,omitempty"`
}

// String says what is wrong, in words.
func (u Untrue) String() string {
	var wrong []string
	if u.NoLetter {
		wrong = append(wrong, "is not among the dead letters")
	}
	switch {
	case u.Want == 0 && u.Rows > 0:
		wrong = append(wrong, fmt.Sprintf("was sent as bytes that do not decode, and has %s", rows(u.Rows)))
	case u.Rows < u.Want:
		wrong = append(wrong, fmt.Sprintf("has %s, not %d", rows(u.Rows), u.Want))
	}
	return fmt.Sprintf("%s (%s) %s", u.ReportID, strings.ReplaceAll(strings.Join(u.Faults, ", "), "_", " "), strings.Join(wrong, ", and "))
}

func rows(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

// None is the outcome of no reports.
func None() Outcome {
	var o Outcome
	for _, fault := range Faults() {
		o.Faults = append(o.Faults, Count{Fault: fault})
	}
	return o
}

// SQL returns, in one row, what Add takes: how many reports are not as they
// are listed, how many of them under each fault, and the first of them, at most
// limit, with their rows. Each report that lacks a dead letter counts as one
// of them. Several thousand reports make one text, which is one literal to the
// parser.
func SQL(table string, snapshot int64, reports []Listed, letters map[string]bool, limit int) string {
	var listed []string
	for _, r := range reports {
		faults, lacking := 0, 0
		for i, fault := range Faults() {
			if slices.Contains(r.Faults, fault) {
				faults |= 1 << i
			}
		}
		if r.lacks(letters) {
			lacking = 1
		}
		listed = append(listed, fmt.Sprintf("%s=%d %d %d", r.ReportID, r.Rows, faults, lacking))
	}
	var under []string
	for i, fault := range Faults() {
		under = append(under, fmt.Sprintf("count_if(faults & %d > 0) AS %s", 1<<i, fault))
	}
	return fmt.Sprintf(`WITH listed AS (
  SELECT id, CAST(split_part(how, ' ', 1) AS BIGINT) AS want, CAST(split_part(how, ' ', 2) AS INT) AS faults,
    split_part(how, ' ', 3) = '1' AS lacking
  FROM (SELECT explode(str_to_map('%s', ',', '=')) AS (id, how))
), found AS (
  SELECT report_id AS id, count(*) AS copies FROM %s VERSION AS OF %d JOIN listed ON report_id = id GROUP BY report_id
), compared AS (
  SELECT listed.*, coalesce(copies, 0L) AS copies FROM listed LEFT JOIN found USING (id)
), untrue AS (
  SELECT * FROM compared WHERE lacking OR IF(want = 0, copies > 0, copies < want)
)
SELECT count(*) AS untrue, %s,
  array_join(slice(array_sort(collect_list(concat(id, '=', copies))), 1, %d), ',') AS named
FROM untrue`, strings.Join(listed, ","), table, snapshot, strings.Join(under, ", "), limit)
}

// lacks reports whether a hash is not among those of the dead letters.
func (l Listed) lacks(letters map[string]bool) bool {
	return slices.ContainsFunc(l.Letters, func(hash string) bool { return !letters[hash] })
}

// Add is the outcome with some reports more: those given, and the row that
// SQL returned for them. At most limit are named in all.
func (o Outcome) Add(reports []Listed, letters map[string]bool, row []any, limit int) (Outcome, error) {
	if len(row) != len(Faults())+2 {
		return o, fmt.Errorf("compare with the manifest: %d columns, not %d", len(row), len(Faults())+2)
	}
	counts := make([]int64, len(row)-1)
	for i := range counts {
		n, ok := row[i].(int64)
		if !ok {
			return o, fmt.Errorf("compare with the manifest: Spark answered %T for a number", row[i])
		}
		counts[i] = n
	}
	o.Reports += int64(len(reports))
	o.Untrue += counts[0]
	o.Faults = slices.Clone(o.Faults)
	listed := map[string]Listed{}
	for _, r := range reports {
		listed[r.ReportID] = r
		for i, fault := range Faults() {
			if slices.Contains(r.Faults, fault) {
				o.Faults[i].Listed++
				o.Faults[i].Found++
			}
		}
	}
	for i := range o.Faults {
		o.Faults[i].Found -= counts[i+1]
	}
	named, _ := row[len(row)-1].(string)
	o.UntrueAt = slices.Clone(o.UntrueAt)
	for part := range strings.SplitSeq(named, ",") {
		if part == "" || len(o.UntrueAt) >= limit {
			break
		}
		id, copies, _ := strings.Cut(part, "=")
		n, err := strconv.ParseInt(copies, 10, 64)
		r, known := listed[id]
		if err != nil || !known {
			return o, fmt.Errorf("compare with the manifest: Spark names %q", part)
		}
		o.UntrueAt = append(o.UntrueAt, Untrue{ReportID: id, Faults: r.Faults, Rows: n, Want: r.Rows, NoLetter: r.lacks(letters)})
	}
	return o, nil
}

// Nothing is the row that SQL would return for a table without rows.
func Nothing(reports []Listed, letters map[string]bool, limit int) []any {
	counts := make([]int64, 1+len(Faults()))
	var named []string
	for _, r := range reports {
		if r.Rows == 0 && !r.lacks(letters) {
			continue
		}
		counts[0]++
		for i, fault := range Faults() {
			if slices.Contains(r.Faults, fault) {
				counts[1+i]++
			}
		}
		named = append(named, r.ReportID+"=0")
	}
	slices.Sort(named)
	var row []any
	for _, n := range counts {
		row = append(row, n)
	}
	return append(row, strings.Join(named[:min(limit, len(named))], ","))
}
