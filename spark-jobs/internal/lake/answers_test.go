package lake

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAnswersAreWrittenSoThatTheyCannotEndTheirText(t *testing.T) {
	right, from := true, time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	got := InsertAnswers([]Answer{
		{
			Question: "words", AskedAt: time.Date(2026, 3, 7, 13, 0, 0, 1e6, time.FixedZone("", 3600)), TookS: 1.25,
			Sentence: `"it's" \ ${spark.app.name}`, Verified: &right, Rows: 7, From: &from, To: &from, JSON: `{"a":"\n"}`,
		},
		{Question: "hours", AskedAt: from},
	})
	const want = `INSERT INTO lake.peacestate.answers VALUES
('words', TIMESTAMP '2026-03-07 12:00:00.001 UTC', 1.250D, '"it\'s" \\ \u0024{spark.app.name}', true, 7L, ` +
		`TIMESTAMP '2026-01-05 00:00:00.000 UTC', TIMESTAMP '2026-01-05 00:00:00.000 UTC', '{"a":"\\n"}'),
('hours', TIMESTAMP '2026-01-05 00:00:00.000 UTC', 0.000D, '', NULL, 0L, NULL, NULL, '')`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAQueryIsPinnedToASnapshotWhereverItReadsTheTable(t *testing.T) {
	const query = "SELECT * FROM lake.peacestate.riots\nWHERE x IN (SELECT y FROM lake.peacestate.riots LIMIT 1) AND lake.peacestate.riots_old > 1"
	const want = "SELECT * FROM lake.peacestate.riots VERSION AS OF 7\nWHERE x IN (SELECT y FROM lake.peacestate.riots VERSION AS OF 7 LIMIT 1)" +
		" AND lake.peacestate.riots_old > 1"
	if got := AsOfSnapshot(query, Table("riots"), 7); got != want {
		t.Errorf("got %s", got)
	}
}

func TestTheRangeOfAnEmptyTableHasNoEnds(t *testing.T) {
	empty, err := ReadRange([]any{int64(0), nil, nil})
	if err != nil || empty != (Range{}) {
		t.Errorf("got %+v, %v", empty, err)
	}
	full, err := ReadRange([]any{int64(2), int64(0), int64(1500)})
	if err != nil || full.Rows != 2 || !full.To.Equal(time.Unix(1, 5e8)) || full.From.UnixMilli() != 0 {
		t.Errorf("got %+v, %v", full, err)
	}
	if _, err := ReadRange([]any{"2", nil, nil}); err == nil || !strings.Contains(err.Error(), "range") {
		t.Errorf("got %v", err)
	}
}
