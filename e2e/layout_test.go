//go:build e2e

package e2e

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// needed is which columns of the reports each question may read. All read only
// the day that they are asked about.
var needed = map[string][]string{
	"weekend":  {"drone_id", "reported_at", "seq"},
	"hours":    {"drone_id", "lat", "lon", "reported_at", "seq"},
	"words":    {"citizens", "drone_id", "reported_at", "seq", "words"},
	"citizens": {"citizens", "reported_at"},
	"spread":   {"lat", "lon", "reported_at"},
	"trend":    {"drone_id", "reported_at", "seq"},
	"calm":     {"citizens", "drone_id", "lat", "lon", "reported_at", "seq"},
	"drones":   {"battery_pct", "drone_id", "kafka_offset", "reported_at", "seq"},
}

// relation is a table in Spark's optimised plan: its columns, its name, and how
// many rows are in the files that are left to be read.
var relation = regexp.MustCompile(`RelationV2\[([^\]]*)\] lake\.peacestate\.(\w+), Statistics\(.*rowCount=([0-9.E+]+)\)`)

// theLayoutServesTheQuestions looks into the plan of each question about one
// day of the ten that are archived.
func theLayoutServesTheQuestions(t *testing.T, s *system) {
	t.Helper()
	all := map[string]float64{}
	for _, topic := range []string{"reports", "riots"} {
		all[topic] = parse[struct{ Rows float64 }](t, s.run(t, 0, "spark-jobs", "table", topic, "--json")).Rows
	}
	listed := s.run(t, 0, "spark-jobs", "list", "--json", "--since", "2026-01-07", "--until", "2026-01-08")
	for line := range strings.Lines(string(listed)) {
		q := parse[struct{ Question, SQL string }](t, []byte(line))
		plan, _, _ := strings.Cut(string(s.run(t, 0, "spark-jobs", "sql", "EXPLAIN COST "+q.SQL)), "== Physical Plan ==")
		relations := relation.FindAllStringSubmatch(plan, -1)
		if len(relations) == 0 || len(relations) != strings.Count(plan, "RelationV2") {
			t.Errorf("%s: the plan of the tables is not understood:\n%s", q.Question, plan)
		}
		for _, r := range relations {
			columns, table := r[1], r[2]
			rows, err := strconv.ParseFloat(r[3], 64)
			if err != nil {
				t.Fatal(err)
			}
			if rows == 0 || rows > all[table]/4 {
				t.Errorf("%s about one day reads files with %.0f of %.0f rows of %s", q.Question, rows, all[table], table)
			}
			for column := range strings.SplitSeq(columns, ", ") {
				name, _, _ := strings.Cut(column, "#")
				if table == "reports" && !slices.Contains(needed[q.Question], name) {
					t.Errorf("%s reads column %s of the reports", q.Question, name)
				}
			}
		}
	}
}
