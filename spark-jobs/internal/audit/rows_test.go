package audit

import (
	"regexp"
	"strings"
	"testing"

	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

func TestTheRowsThatAreLookedAt(t *testing.T) {
	all := Part{Table: lake.Table("reports"), Snapshot: 17}
	window := all
	window.Spans = []Span{{2, 5, 10}, {3, 6, 6}}
	for _, c := range []struct{ name, query, want, not string }{
		{"all", all.RowsSQL("report_id"), "FROM lake.peacestate.reports VERSION AS OF 17", "JOIN"},
		{"a window's", window.RowsSQL("report_id"), "JOIN (VALUES (2, 5L, 10L), (3, 6L, 6L)) AS span", ""},
		{"by the table's own day", all.RowsSQL("report_id"), "NOT (CAST(reported_at AS DATE) <=> _partition.reported_at_day)", ""},
		{"dead letters by drone, in order", all.ReportsSQL(map[string]int64{"drone-000002": 1, "drone-000001": 3}, 5), "'drone-000001=3,drone-000002=1'", ""},
		{"some drones", window.UnseenSQL([]string{"drone-000001", "drone-000002"}, 9), "drone_id IN ('drone-000001', 'drone-000002')", ""},
	} {
		if !strings.Contains(c.query, c.want) || c.not != "" && strings.Contains(c.query, c.not) {
			t.Errorf("%s: %s", c.name, c.query)
		}
	}
}

// Table maintenance has a column part: unqualified, it would be meant or ambiguous.
func TestColumnsOfASpanAreNamedWithIt(t *testing.T) {
	spans := []Span{{0, 1, 2}}
	for _, query := range []string{CountSQL("t", 1, spans), BelowSQL("t", 1, spans), Part{"t", 1, spans}.from()} {
		_, on, joined := strings.Cut(query, " ON ")
		on, _, _ = strings.Cut(on, "\n)")
		if bare := regexp.MustCompile(`[^.\w](part|low|high)\b`).FindString(on); !joined || bare != "" {
			t.Errorf("%q in: %s", bare, query)
		}
	}
	if query := EndsSQL("t", 1); !strings.HasSuffix(query, "GROUP BY kafka_partition") {
		t.Error(query)
	}
}

func TestOnlyPlainNamesGoIntoAQuery(t *testing.T) {
	for name, want := range map[string]bool{"drone-000042": true, "A_1": true, "": false, "a'": false, "a,b": false, "a=b": false, "\xff": false, "ü": false} {
		if Plain(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
