// Package e2e tests the running system from outside. It is never imported.
//
// This file is the plain twin of spark-jobs' questions: each answer computed
// again by a slow, obvious fold over the reports themselves, without SQL and
// without a line shared with spark-jobs.
package e2e

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

// Rows are the rows of an answer as `spark-jobs ask --json` prints them and
// encoding/json reads them: float64, string or nil.
type Rows [][]any

// Twin is what the answer to a question must be, given every report that was
// sent, in any order, copies included.
func Twin(question string, reports []schemas.Report) (Rows, error) {
	reports = once(reports)
	switch question {
	case "weekend":
		return weekendTwin(reports), nil
	case "hours":
		return hoursTwin(reports), nil
	case "words":
		return wordsTwin(reports), nil
	case "citizens":
		return citizensTwin(reports), nil
	default:
		return nil, fmt.Errorf("no twin of question %q: write one", question)
	}
}

// Compare tells in which cell got differs from want. Counts must be equal;
// other numbers may differ by tolerance, relative to the larger or, below 1,
// absolute.
func Compare(got, want Rows, tolerance float64) error {
	for i := range min(len(got), len(want)) {
		if len(got[i]) != len(want[i]) {
			return fmt.Errorf("row %d has %d values, want %d: %v, want %v", i, len(got[i]), len(want[i]), got[i], want[i])
		}
		for j := range got[i] {
			if !near(got[i][j], want[i][j], tolerance) {
				return fmt.Errorf("row %d, value %d is %v, want %v: %v, want %v", i, j, got[i][j], want[i][j], got[i], want[i])
			}
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("%d rows, want %d", len(got), len(want))
	}
	return nil
}

func near(got, want any, tolerance float64) bool {
	g, gotNumber := got.(float64)
	w, wantNumber := want.(float64)
	if !gotNumber || !wantNumber {
		return got == want
	}
	if w == math.Trunc(w) && g == math.Trunc(g) {
		return g == w
	}
	return math.Abs(g-w) <= tolerance*max(1, math.Abs(g), math.Abs(w))
}

// once keeps the first report of each id.
func once(reports []schemas.Report) []schemas.Report {
	seen := map[string]bool{}
	var kept []schemas.Report
	for _, r := range reports {
		if !seen[r.ReportID] {
			seen[r.ReportID] = true
			kept = append(kept, r)
		}
	}
	return kept
}

// riots are those of the reports, one per id.
func riots(reports []schemas.Report) []schemas.Riot {
	seen := map[string]bool{}
	var kept []schemas.Riot
	for _, report := range reports {
		for _, riot := range schemas.RiotsIn(report) {
			if !seen[riot.RiotID] {
				seen[riot.RiotID] = true
				kept = append(kept, riot)
			}
		}
	}
	return kept
}

func weekendTwin(reports []schemas.Report) Rows {
	part := func(t time.Time) string {
		if day := t.UTC().Weekday(); day == time.Saturday || day == time.Sunday {
			return "weekend"
		}
		return "week"
	}
	days := map[string]map[string]bool{"week": {}, "weekend": {}}
	sent, seen := map[string]float64{}, map[string]float64{}
	for _, r := range reports {
		sent[part(r.ReportedAt)]++
		days[part(r.ReportedAt)][r.ReportedAt.UTC().Format(time.DateOnly)] = true
	}
	for _, r := range riots(reports) {
		seen[part(r.DetectedAt)]++
	}
	var rows Rows
	for _, p := range []string{"week", "weekend"} {
		if sent[p] == 0 {
			continue
		}
		n := float64(len(days[p]))
		rows = append(rows, []any{p, n, sent[p], seen[p], seen[p] / n, seen[p] * 1440 / sent[p]})
	}
	return rows
}

func hoursTwin(reports []schemas.Report) Rows {
	type cell struct {
		district string
		hour     int
	}
	sent, seen := map[cell]float64{}, map[cell]float64{}
	for _, r := range reports {
		sent[cell{peaceland.Nearest(r.Lat, r.Lon).Name, r.ReportedAt.UTC().Hour()}]++
	}
	for _, r := range riots(reports) {
		seen[cell{peaceland.Nearest(r.Lat, r.Lon).Name, r.DetectedAt.UTC().Hour()}]++
	}
	var rows Rows
	for _, d := range peaceland.Districts() {
		for hour := range 24 {
			c := cell{d.Name, hour}
			if sent[c] > 0 {
				rows = append(rows, []any{d.Name, float64(hour), seen[c], sent[c], seen[c] * 1000 / sent[c]})
			}
		}
	}
	return rows
}

func wordsTwin(reports []schemas.Report) Rows {
	with, without := map[string]float64{}, map[string]float64{}
	var riotReports, otherReports float64
	for _, r := range reports {
		counts, n := without, &otherReports
		if len(schemas.RiotsIn(r)) > 0 {
			counts, n = with, &riotReports
		}
		*n++
		heard := map[string]bool{}
		for _, word := range r.Words {
			if !heard[word] {
				heard[word] = true
				counts[word]++
			}
		}
	}
	var rows Rows
	for word, n := range with {
		lift := (n + 1) / (riotReports + 1) / ((without[word] + 1) / (otherReports + 1))
		if n >= 5 && lift > 1 {
			rows = append(rows, []any{word, n, without[word], lift})
		}
	}
	slices.SortFunc(rows, func(a, b []any) int {
		return cmp.Or(-cmp.Compare(a[3].(float64), b[3].(float64)), cmp.Compare(a[0].(string), b[0].(string)))
	})
	return rows[:min(20, len(rows))]
}

func citizensTwin(reports []schemas.Report) Rows {
	started := map[string]float64{} // riots of every citizen ever seen, also those without
	for _, report := range reports {
		for _, c := range report.Citizens {
			started[c.CitizenID] += 0
		}
	}
	var all float64
	for _, riot := range riots(reports) {
		started[riot.CitizenID]++
		all++
	}
	var ranking []float64
	for _, n := range started {
		ranking = append(ranking, n)
	}
	slices.SortFunc(ranking, func(a, b float64) int { return -cmp.Compare(a, b) })

	var rows Rows
	for _, group := range []struct {
		name    string
		percent int
	}{{"top 1%", 1}, {"top 10%", 10}, {"all", 100}} {
		people := (len(ranking)*group.percent + 99) / 100 // rounded up
		var sum float64
		for _, n := range ranking[:people] {
			sum += n
		}
		row := []any{group.name, float64(people), sum, nil}
		if all > 0 {
			row[3] = sum / all
		}
		rows = append(rows, row)
	}
	return rows
}
