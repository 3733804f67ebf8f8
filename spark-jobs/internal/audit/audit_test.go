package audit

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/spark-jobs/internal/manifest"
)

func TestExamine(t *testing.T) {
	for _, c := range []struct {
		name  string
		given Evidence
		want  Finding
	}{
		{
			"every record archived once is clean",
			Evidence{Span: Span{0, 0, 100}, Archived: Archived{100, 100}},
			Finding{High: 100, Records: 100, Archived: 100},
		},
		{
			"an empty partition is clean",
			Evidence{Span: Span{4, 7, 7}},
			Finding{Partition: 4, Low: 7, High: 7},
		},
		{
			"nothing archived is all missing",
			Evidence{Span: Span{0, 0, 3}, Gaps: []Range{{0, 2}}},
			Finding{High: 3, Records: 3, Missing: 3, MissingAt: []Range{{0, 2}}},
		},
		{
			"what was set aside is not missing",
			Evidence{Span: Span{0, 0, 10}, Archived: Archived{8, 8}, Gaps: []Range{{3, 3}, {9, 9}}, Dead: []int64{9, 3}},
			Finding{High: 10, Records: 10, Archived: 8, DeadLetters: 2},
		},
		{
			"a record set aside twice is one dead letter",
			Evidence{Span: Span{0, 0, 10}, Archived: Archived{9, 9}, Gaps: []Range{{3, 3}}, Dead: []int64{3, 3}},
			Finding{High: 10, Records: 10, Archived: 9, DeadLetters: 1},
		},
		{
			"a dead letter that was archived later hides no missing record",
			Evidence{Span: Span{0, 0, 10}, Archived: Archived{9, 9}, Gaps: []Range{{5, 5}}, Dead: []int64{3}},
			Finding{High: 10, Records: 10, Archived: 9, Missing: 1, MissingAt: []Range{{5, 5}}},
		},
		{
			"a dead letter splits a gap",
			Evidence{Span: Span{0, 0, 10}, Archived: Archived{5, 5}, Gaps: []Range{{2, 6}}, Dead: []int64{4}},
			Finding{High: 10, Records: 10, Archived: 5, DeadLetters: 1, Missing: 4, MissingAt: []Range{{2, 3}, {5, 6}}},
		},
		{
			"dead letters outside what Kafka holds do not count",
			Evidence{Span: Span{0, 5, 10}, Archived: Archived{4, 4}, Gaps: []Range{{7, 7}}, Dead: []int64{4, 10}},
			Finding{Low: 5, High: 10, Records: 5, Archived: 4, Missing: 1, MissingAt: []Range{{7, 7}}},
		},
		{
			"rows beyond the first of an offset are repeats",
			Evidence{Span: Span{0, 0, 10}, Archived: Archived{14, 10}, Repeats: []Repeat{{Range{2, 3}, 2}, {Range{8, 8}, 3}}},
			Finding{High: 10, Records: 10, Archived: 10, Repeated: 4, RepeatedAt: []Repeat{{Range{2, 3}, 2}, {Range{8, 8}, 3}}},
		},
		{
			"a repeat does not make up for a loss",
			Evidence{Span: Span{0, 0, 10}, Archived: Archived{10, 9}, Gaps: []Range{{0, 0}}, Repeats: []Repeat{{Range{1, 1}, 2}}},
			Finding{
				High: 10, Records: 10, Archived: 9, Missing: 1, Repeated: 1,
				MissingAt: []Range{{0, 0}}, RepeatedAt: []Repeat{{Range{1, 1}, 2}},
			},
		},
		{
			"of many ranges the first are named and all are counted",
			Evidence{Span: Span{0, 0, 10}, Archived: Archived{5, 5}, Gaps: []Range{{0, 0}, {2, 2}, {4, 4}, {6, 6}, {8, 8}}},
			Finding{High: 10, Records: 10, Archived: 5, Missing: 5, MissingAt: []Range{{0, 0}, {2, 2}, {4, 4}}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.want.Topic = "reports"
			got, err := Examine("reports", c.given, 3)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if got.Records != got.Archived+got.DeadLetters+got.Missing {
				t.Errorf("%d records are not %d archived, %d set aside and %d missing", got.Records, got.Archived, got.DeadLetters, got.Missing)
			}
			if clean := got.Missing == 0 && got.Repeated == 0; got.Clean() != clean || Sum([]Finding{got}).Clean() != clean {
				t.Errorf("clean is %v", got.Clean())
			}
		})
	}
}

func TestEvidenceThatContradictsItselfIsRefused(t *testing.T) {
	for _, c := range []struct {
		name  string
		given Evidence
	}{
		{"fewer gaps than records without a row", Evidence{Span: Span{0, 0, 10}, Archived: Archived{8, 8}, Gaps: []Range{{1, 1}}}},
		{"more offsets than records", Evidence{Span: Span{0, 0, 10}, Archived: Archived{11, 11}}},
		{"more offsets than rows", Evidence{Span: Span{0, 0, 10}, Archived: Archived{9, 10}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if f, err := Examine("reports", c.given, 3); err == nil {
				t.Errorf("found %+v", f)
			}
		})
	}
}

func TestBehindCountsWhatIsNotDealtWith(t *testing.T) {
	for _, c := range []struct {
		name     string
		archived Archived
		dead     []int64
		want     int64
	}{
		{"nothing archived", Archived{}, nil, 10},
		{"all archived", Archived{10, 10}, nil, 0},
		{"repeats are no progress", Archived{9, 5}, nil, 5},
		{"a dead letter is dealt with, once", Archived{8, 8}, []int64{12, 12}, 1},
		{"dead letters outside the span are none", Archived{8, 8}, []int64{9, 20}, 2},
		{"never negative", Archived{10, 10}, []int64{12}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Behind(Span{0, 10, 20}, c.archived, c.dead); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestSumAddsPartitions(t *testing.T) {
	got := Sum([]Finding{
		{Records: 10, Archived: 8, DeadLetters: 1, Missing: 1},
		{Records: 5, Archived: 5, Repeated: 2},
	})
	if want := (Verdict{Records: 15, Archived: 13, DeadLetters: 1, Missing: 1, Repeated: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestTheVerdictIsOfAll(t *testing.T) {
	r := Report{
		Partitions: []Finding{{Records: 10, Archived: 10}},
		Tables:     []Table{{Hidden: 2}, {Hidden: 3, WrongDay: 1}},
		Manifest:   &manifest.Outcome{Reports: 9, Untrue: 4},
	}
	if got, want := r.Verdict(), (Verdict{Records: 10, Archived: 10, Hidden: 5, WrongDay: 1, Untrue: 4}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, c := range []struct {
		name    string
		verdict Verdict
		clean   bool
	}{
		{"nothing", Verdict{}, true},
		{"what is hidden is no fault", Verdict{Hidden: 5}, true},
		{"a row on a wrong day", Verdict{WrongDay: 1}, false},
		{"a report that is not as the manifest says", Verdict{Untrue: 1}, false},
	} {
		if c.verdict.Clean() != c.clean {
			t.Errorf("%s: clean is %v", c.name, !c.clean)
		}
	}
}

func TestWithin(t *testing.T) {
	span := func(low, high int64) []Span { return []Span{{Partition: 3, Low: low, High: high}} }
	at := func(offset int64) map[int32]int64 { return map[int32]int64{3: offset} }
	for _, c := range []struct {
		name         string
		firsts, ends map[int32]int64
		want         []Span
	}{
		{"no limits", nil, nil, span(5, 100)},
		{"since", at(20), nil, span(20, 100)},
		{"since before what is left", at(2), nil, span(5, 100)},
		{"since after the end", at(200), nil, span(100, 100)},
		{"until", nil, at(20), span(5, 20)},
		{"until before what is left", nil, at(2), span(5, 5)},
		{"until after the end", nil, at(200), span(5, 100)},
		{"a window", at(20), at(30), span(20, 30)},
		{"a window in which nothing was sent", at(20), at(20), span(20, 20)},
	} {
		if diff := cmp.Diff(c.want, Within(span(5, 100), c.firsts, c.ends)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestWhatKafkaHasDeletedIsReported(t *testing.T) {
	f, err := Examine("reports", Evidence{Span: Span{0, 5, 10}, Archived: Archived{5, 5}, Oldest: 5, Below: 4}, 3)
	if err != nil || f.Oldest != 5 || f.NotCompared != 4 || !f.Clean() {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestUntil(t *testing.T) {
	spans := []Span{{Partition: 0, Low: 5, High: 100}, {Partition: 1, Low: 5, High: 100}, {Partition: 2, Low: 5, High: 100}, {Partition: 3, Low: 5, High: 100}}
	ends := map[int32]int64{0: 50, 1: 200, 2: 3} // in the midst, later than Kafka's end, before its beginning, none
	want := []Span{{Partition: 0, Low: 5, High: 50}, {Partition: 1, Low: 5, High: 100}, {Partition: 2, Low: 5, High: 5}, {Partition: 3, Low: 5, High: 5}}
	if diff := cmp.Diff(want, Until(spans, ends)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
