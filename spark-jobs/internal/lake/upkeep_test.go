package lake

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestWhoWasOvertakenMayTryAgain(t *testing.T) {
	refusal := errors.New("refused by Spark: Deleted manifest s3://peacestate/m9.avro could not be found in the latest snapshot 178")
	if !Overtaken(refusal) || Overtaken(errors.New("refused by Spark: no such table")) || Overtaken(nil) {
		t.Error("what was overtaken is not told from what was refused")
	}
}

func TestStatementsOfUpkeep(t *testing.T) {
	at := time.Date(2026, 3, 7, 13, 0, 0, 5e6, time.FixedZone("", 3600))
	for _, test := range []struct{ statement, want string }{
		{Compact(Table("reports")), "zorder(reported_at, lat, lon)"},
		{Compact(Table("alerts")), "zorder(detected_at, lat, lon)"},
		{Compact(Answers), "sort_order => 'asked_at'"},
		{Tidy(Table("riots")), "CALL lake.system.rewrite_manifests(table => 'peacestate.riots')"},
		{
			Expire(Table("riots"), at),
			"CALL lake.system.expire_snapshots(table => 'peacestate.riots', older_than => TIMESTAMP '2026-03-07 12:00:00.005 UTC', retain_last => 20)",
		},
		{RemoveOrphans(Table("riots"), at), "older_than => TIMESTAMP '2026-03-07 12:00:00.005 UTC'"},
		{
			AsOf("SELECT 1 FROM lake.peacestate.reports\nJOIN lake.peacestate.riots r", at, Table("reports"), Table("riots")),
			"FROM lake.peacestate.reports TIMESTAMP AS OF TIMESTAMP '2026-03-07 12:00:00.005 UTC'\n" +
				"JOIN lake.peacestate.riots TIMESTAMP AS OF TIMESTAMP '2026-03-07 12:00:00.005 UTC' r",
		},
	} {
		if !strings.Contains(test.statement, test.want) {
			t.Errorf("%s\ndoes not hold %s", test.statement, test.want)
		}
	}
}
