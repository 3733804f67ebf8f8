package manifest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var hash = strings.Repeat("0a", 32)

func TestRead(t *testing.T) {
	const late = `{"fault":"late","report_id":"drone-000042/0000000007","drone_id":"drone-000042","seq":7,"due_at":"2026-01-05T00:00:00Z"}`
	for _, c := range []struct {
		name, file string
		want       []Entry
		err        string
	}{
		{"an empty file is a flight without faults", "", nil, ""},
		{"lines of nothing are none", late + "\n\n" + late + "\n", []Entry{
			{Fault: "late", ReportID: "drone-000042/0000000007"}, {Fault: "late", ReportID: "drone-000042/0000000007"},
		}, ""},
		{
			"a duplicate and a corrupt one", `{"fault":"duplicate","report_id":"a/1","copies":2}` + "\n" + `{"fault":"corrupt","report_id":"a/2","sha256":"` + hash + `"}`,
			[]Entry{{Fault: "duplicate", ReportID: "a/1", Copies: 2}, {Fault: "corrupt", ReportID: "a/2", SHA256: hash}},
			"",
		},
		{"no JSON", late + "\nlate", nil, "line 2 is no fault that simulator --manifest wrote"},
		{"JSON of something else", `{"reports":7}`, nil, `line 1: "" is no fault; there are late, duplicate`},
		{"no id", `{"fault":"late"}`, nil, `line 1: "" is no report_id`},
		{"an id that would end the query", `{"fault":"late","report_id":"a'"}`, nil, "is no report_id"},
		{"a corrupt report of which nobody knows the bytes", `{"fault":"corrupt","report_id":"a/1"}`, nil, "without the sha256"},
		{"a duplicate without copies", `{"fault":"duplicate","report_id":"a/1"}`, nil, "without its copies"},
		{"a line without end", strings.Repeat("x", maxLine+1), nil, "line 1: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Read(strings.NewReader(c.file))
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Fatalf("error %v, want %q", err, c.err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestMerge(t *testing.T) {
	late, old := Entry{Fault: "late", ReportID: "a"}, Entry{Fault: "old_schema", ReportID: "a"}
	twice, bad := Entry{Fault: "duplicate", ReportID: "a", Copies: 2}, Entry{Fault: "corrupt", ReportID: "a", SHA256: strings.ToUpper(hash)}
	for _, c := range []struct {
		name  string
		given [][]Entry
		want  []Listed
	}{
		{"nothing", nil, nil},
		{"several faults of one report are one report", [][]Entry{{old, late}}, []Listed{{"a", []string{"late", "old_schema"}, 1, nil}}},
		{"a duplicate has its copies, listed before or behind", [][]Entry{{old, twice}}, []Listed{{"a", []string{"duplicate", "old_schema"}, 2, nil}}},
		{"a corrupt one has none, whatever else it was", [][]Entry{{old, bad}}, []Listed{{"a", []string{"corrupt", "old_schema"}, 0, []string{hash}}}},
		{"corrupt in one flight, whole in another", [][]Entry{{bad}, {late}}, []Listed{{"a", []string{"late", "corrupt"}, 1, []string{hash}}}},
		{"the same manifest given twice", [][]Entry{{twice}, {twice}}, []Listed{{"a", []string{"duplicate"}, 2, nil}}},
	} {
		if diff := cmp.Diff(c.want, Merge(c.given...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestOutcome(t *testing.T) {
	reports := []Listed{
		{"a/1", []string{"late", "old_schema"}, 1, nil},
		{"a/2", []string{"duplicate"}, 2, nil},
		{"a/3", []string{"corrupt"}, 0, []string{hash}},
		{"a/4", []string{"corrupt", "lost"}, 0, []string{strings.Repeat("0b", 32)}},
	}
	letters := map[string]bool{hash: true}
	query := SQL("lake.reports", 17, reports, letters, 20)
	if want := "'a/1=1 17 0,a/2=2 2 0,a/3=0 8 0,a/4=0 40 1'"; !strings.Contains(query, want) {
		t.Errorf("the query does not hold %s: %s", want, query)
	}
	none := Nothing(reports, letters, 20)
	if want := []any{int64(3), int64(1), int64(1), int64(0), int64(1), int64(1), int64(1), "a/1=0,a/2=0,a/4=0"}; !slices.Equal(none, want) {
		t.Errorf("of an empty table: %v, want %v", none, want)
	}
	got, err := None().Add(reports, letters, []any{int64(2), int64(0), int64(1), int64(0), int64(1), int64(0), int64(1), "a/2=1,a/4=3"}, 20)
	if err != nil {
		t.Fatal(err)
	}
	want := Outcome{
		Reports: 4, Untrue: 2,
		Faults: []Count{{"late", 1, 1}, {"duplicate", 1, 0}, {"reorder", 0, 0}, {"corrupt", 2, 1}, {"old_schema", 1, 1}, {"lost", 1, 0}},
		UntrueAt: []Untrue{
			{ReportID: "a/2", Faults: []string{"duplicate"}, Rows: 1, Want: 2},
			{ReportID: "a/4", Faults: []string{"corrupt", "lost"}, Rows: 3, NoLetter: true},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for i, want := range []string{
		"a/2 (duplicate) has 1 row, not 2",
		"a/4 (corrupt, lost) is not among the dead letters, and was sent as bytes that do not decode, and has 3 rows",
	} {
		if got.UntrueAt[i].String() != want {
			t.Errorf("%q, want %q", got.UntrueAt[i], want)
		}
	}
	more, err := got.Add(reports, letters, none, 3)
	if err != nil || more.Reports != 8 || more.Untrue != 5 || len(more.UntrueAt) != 3 || more.UntrueAt[2].ReportID != "a/1" {
		t.Errorf("%+v, %v", more, err)
	}
	for name, row := range map[string][]any{
		"too few columns":   {int64(0)},
		"a text for a sum":  {"0", int64(0), int64(0), int64(0), int64(0), int64(0), int64(0), ""},
		"an unlisted name":  {int64(1), int64(0), int64(0), int64(0), int64(0), int64(0), int64(0), "b/1=0"},
		"rows that are not": {int64(1), int64(0), int64(0), int64(0), int64(0), int64(0), int64(0), "a/1=x"},
	} {
		if _, err := None().Add(reports, letters, row, 20); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
