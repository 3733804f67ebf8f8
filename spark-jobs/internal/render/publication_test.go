package render

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
	"github.com/peacestate/peacestate/spark-jobs/internal/question"
)

func published(t *testing.T) Publication {
	t.Helper()
	day := func(d int) *time.Time {
		at := time.Date(2026, 1, d, 0, 0, 0, 36e7, time.UTC)
		return &at
	}
	reports, riots := int64(3024775961930586493), int64(3017534717365339410)
	return Publication{
		Answer: Answer{
			Question: find(t, "citizens"), Sentence: "The top 1% of citizens, 127 of 12,656, start 86.3% of all 2,348 riots; the top 10% start 100.0%.",
			Rows: [][]any{
				{"top 1%", int64(127), int64(2027), 0.8632879045996593}, {"top 10%", int64(1266), int64(2348), 1.0}, {"all", int64(12656), int64(2348), 1.0},
			},
			Asked: time.Date(2026, 2, 2, 13, 0, 0, 1e6, time.FixedZone("", 3600)), Took: 2500 * time.Millisecond,
			Compared: &Comparison{Known: true},
		},
		Sources: []Source{
			{lake.Table("reports"), &reports, lake.Range{Rows: 483840, From: day(5), To: day(30)}},
			{lake.Table("riots"), &riots, lake.Range{Rows: 2348, From: day(6), To: day(31)}},
		},
	}
}

// The example in the documentation is what is published.
func TestAPublicationIsAsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../../docs/answers.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)```json\n(.*?)\n```").FindSubmatch(page)
	if example == nil {
		t.Fatal("docs/answers.md has no example")
	}
	line, err := published(t).JSON()
	if err != nil {
		t.Fatal(err)
	}
	indented := func(text []byte) string {
		var value any
		if err := json.Unmarshal(text, &value); err != nil {
			t.Fatal(err)
		}
		again, err := json.MarshalIndent(value, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		return string(again)
	}
	if diff := cmp.Diff(indented(example[1]), indented(line)); diff != "" {
		t.Errorf("-documented +published:\n%s\n%s", diff, line)
	}
}

func TestAPublicationIsARowOfItsTable(t *testing.T) {
	p := published(t)
	row, err := p.Row()
	if err != nil {
		t.Fatal(err)
	}
	if row.Rows != 486188 || !row.From.Equal(*p.Sources[0].From) || !row.To.Equal(*p.Sources[1].To) || row.Verified == nil || !*row.Verified ||
		!json.Valid([]byte(row.JSON)) || row.TookS != 2.5 {
		t.Errorf("got %+v", row)
	}
}

func TestAnswersOfAnEmptyArchiveHaveNoRange(t *testing.T) {
	p := Publication{Answer: Answer{Question: find(t, "words"), Sentence: "None."}, Sources: []Source{{Table: lake.Table("reports")}}}
	line, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var read map[string]any
	if err := json.Unmarshal(line, &read); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{"data_from": nil, "data_to": nil, "verified": nil, "rows": []any{}} {
		if got, there := read[name]; !there || !cmp.Equal(got, want) {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

func TestAnAnswerAboutAPartSaysSo(t *testing.T) {
	p := published(t)
	p.Scope = question.Scope{Since: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), District: "Harbour"}
	line, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var read map[string]any
	if err := json.Unmarshal(line, &read); err != nil {
		t.Fatal(err)
	}
	if read["since"] != "2026-01-05T00:00:00Z" || read["until"] != nil || read["district"] != "Harbour" {
		t.Errorf("it says %v, %v, %v", read["since"], read["until"], read["district"])
	}
}

func TestAnAnswerSaysWhatItWasComparedWith(t *testing.T) {
	for _, c := range []struct {
		name     string
		compared *Comparison
		text     string
		verified string // as JSON, "" when it is left out
	}{
		{"nothing", nil, "", ""},
		{"a truth that does not know the question", &Comparison{}, "not verified: the truth has no answer to citizens\n", ""},
		{"the same", &Comparison{Known: true}, "✔ verified\n", `"verified":true`},
		{"another", &Comparison{true, "row 3, riots is 5, the truth says 6"}, "✗ differs: row 3, riots is 5, the truth says 6\n", `"verified":false,"differs":"row 3`},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := Answer{Question: find(t, "citizens"), Compared: c.compared}
			line, err := a.JSON()
			if err != nil || a.VerdictText() != c.text {
				t.Errorf("got %q, %v", a.VerdictText(), err)
			}
			if found := regexp.MustCompile(`"verified":.*`).FindString(string(line)); (c.verified == "") != (found == "") ||
				len(found) < len(c.verified) || found[:len(c.verified)] != c.verified {
				t.Errorf("got %s", line)
			}
		})
	}
}

func TestAScopeIsSaid(t *testing.T) {
	a := Answer{
		Question: find(t, "words"), Sentence: "None.",
		Scope: question.Scope{District: "Harbour", Since: time.Date(2026, 1, 5, 1, 0, 0, 0, time.FixedZone("", 3600))},
	}
	line, err := a.JSON()
	if err != nil {
		t.Fatal(err)
	}
	same(t, a.about(), "Asked only about Harbour, from 2026-01-05.\n")
	same(t, Answer{Scope: question.Scope{Until: time.Date(2026, 1, 5, 1, 0, 0, 0, time.UTC)}}.about(),
		"Asked only about what was seen until 2026-01-05T01:00:00Z.\n")
	same(t, string(line), `{"question":"words","sentence":"None.","columns":["word","with_riot","without_riot","lift"],"rows":[],"took_s":0,`+
		`"district":"Harbour","since":"2026-01-05T00:00:00Z"}`+"\n")
}

func TestCSV(t *testing.T) {
	text, err := Answer{Question: find(t, "citizens"), Rows: [][]any{{`top "1"%, or so`, int64(1345), int64(0), 1.0 / 3}, {"all", int64(1), int64(2), nil}}}.CSV()
	if err != nil {
		t.Fatal(err)
	}
	same(t, string(text), "group,citizens,riots,share\n\"top \"\"1\"\"%, or so\",1345,0,0.3333333333333333\nall,1,2,\n")
}

func TestAResultIsPrinted(t *testing.T) {
	r := Result{
		Result: engine.Result{Columns: []string{"a", "a", "list", "n"}, Rows: [][]any{
			{int64(1345), "x\ny", []any{"b", nil, 0.5}, nil},
			{nil, "z", engine.Fields{{Name: "<k>", Value: json.Number("1.50")}}, true},
		}},
		More: true, Took: 1234 * time.Millisecond,
	}
	same(t, r.Text(), `
   a  a     list            n
1345  x\ny  ["b",null,0.5]  NULL
NULL  z     {"<k>":1.50}    true

the first 2 rows; more with --limit, 1.23s
`)
	line, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	same(t, string(line), `{"columns":["a","a","list","n"],"rows":[[1345,"x\ny",["b",null,0.5],null],[null,"z",{"<k>":1.50},true]],"more":true,"took_s":1.234}`+"\n")
	text, err := r.CSV()
	if err != nil {
		t.Fatal(err)
	}
	same(t, string(text), "a,a,list,n\n1345,\"x\ny\",\"[\"\"b\"\",null,0.5]\",\n,z,\"{\"\"<k>\"\":1.50}\",true\n")
	plan := Result{Result: engine.Result{Columns: []string{"plan"}, Rows: [][]any{{"== Plan ==\n* Scan\n\n"}}}}
	same(t, plan.Text(), "== Plan ==\n* Scan\n")
	empty := Result{Result: engine.Result{Columns: []string{"a"}}}
	same(t, empty.Text(), "a\n\n0 rows, 0s\n")
}
