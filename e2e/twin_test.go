package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

// One drone and five reports: a calm one on Friday evening, a riot of two on
// Saturday noon, sent twice, a calm one an hour later, and a riot on Monday.
func fewReports() []schemas.Report {
	at := func(day, hour int) time.Time { return time.Date(2026, 1, day, hour, 30, 0, 0, time.UTC) }
	calm := func(id string) schemas.Citizen { return schemas.Citizen{CitizenID: id, Peacescore: 10} }
	riots := func(id string) schemas.Citizen { return schemas.Citizen{CitizenID: id, Peacescore: 9.99} }
	harbour, market := district("Harbour"), district("Market")
	report := func(seq int64, at time.Time, d peaceland.District, words []string, citizens ...schemas.Citizen) schemas.Report {
		return schemas.Report{
			ReportID: schemas.ReportID("drone-000000", seq), ReportedAt: at, Lat: d.Lat, Lon: d.Lon, Words: words, Citizens: citizens,
		}
	}
	saturday := report(1, at(10, 12), harbour, []string{"stones", "stones"}, riots("a"), riots("b"), calm("c"))
	return []schemas.Report{
		report(0, at(9, 23), harbour, []string{"tea"}, calm("a"), calm("d")),
		saturday,
		saturday,
		report(2, at(10, 13), market, []string{"tea", "stones"}, calm("b")),
		report(3, at(12, 12), harbour, nil, riots("a")),
	}
}

func district(name string) peaceland.District {
	for _, d := range peaceland.Districts() {
		if d.Name == name {
			return d
		}
	}
	panic("no district " + name)
}

func TestTwins(t *testing.T) {
	for _, c := range []struct {
		question string
		want     Rows
	}{
		{"weekend", Rows{
			{"week", 2.0, 2.0, 1.0, 0.5, 720.0},
			{"weekend", 1.0, 2.0, 2.0, 2.0, 1440.0},
		}},
		{"hours", Rows{
			{"Harbour", 12.0, 3.0, 2.0, 1500.0},
			{"Harbour", 23.0, 0.0, 1.0, 0.0},
			{"Market", 13.0, 0.0, 1.0, 0.0},
		}},
		{"words", nil}, // none heard in five reports with a riot
		{"citizens", Rows{
			{"top 1%", 1.0, 2.0, 2.0 / 3},
			{"top 10%", 1.0, 2.0, 2.0 / 3},
			{"all", 4.0, 3.0, 1.0},
		}},
	} {
		t.Run(c.question, func(t *testing.T) {
			got, err := Twin(c.question, fewReports())
			if err != nil {
				t.Fatal(err)
			}
			if err := Compare(got, c.want, 0); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTwinOfWordsCountsAWordOncePerReport(t *testing.T) {
	var reports []schemas.Report
	for seq := range int64(12) {
		r := schemas.Report{ReportID: schemas.ReportID("drone-000000", seq), Words: []string{"tea"}}
		if seq < 5 {
			r.Citizens = []schemas.Citizen{{CitizenID: "a", Peacescore: 1}}
			r.Words = []string{"stones", "tea", "stones"}
		}
		if seq < 4 {
			r.Words = append(r.Words, "shout")
		}
		reports = append(reports, r)
	}
	got, err := Twin("words", reports)
	if err != nil {
		t.Fatal(err)
	}
	// Of 5 reports with a riot and 7 others: 5 and 0; tea is in all, shout in
	// only 4.
	want := Rows{{"stones", 5.0, 0.0, (6.0 / 6) / (1.0 / 8)}}
	if err := Compare(got, want, 0); err != nil {
		t.Error(err)
	}
}

func TestTwinsOfNoReports(t *testing.T) {
	for question, want := range map[string]Rows{
		"weekend": nil, "hours": nil, "words": nil,
		"citizens": {{"top 1%", 0.0, 0.0, nil}, {"top 10%", 0.0, 0.0, nil}, {"all", 0.0, 0.0, nil}},
	} {
		got, err := Twin(question, nil)
		if err == nil {
			err = Compare(got, want, 0)
		}
		if err != nil {
			t.Errorf("%s: %v", question, err)
		}
	}
}

func TestAQuestionWithoutATwinIsAnError(t *testing.T) {
	if _, err := Twin("weather", fewReports()); err == nil {
		t.Error("it has one")
	}
}

func TestCompare(t *testing.T) {
	want := Rows{{"a", 1.0, 1.0 / 3, nil}, {"b", 3e9, 1e9 / 3, 2.0}}
	edit := func(i, j int, value any) Rows {
		edited := Rows{append([]any{}, want[0]...), append([]any{}, want[1]...)}
		edited[i][j] = value
		return edited
	}
	for _, c := range []struct {
		name string
		got  Rows
		want string // in the error; "" for none
	}{
		{"the same", edit(0, 0, "a"), ""},
		{"a number within the tolerance", edit(0, 2, 1.0/3+9e-10), ""},
		{"a large number within the relative tolerance", edit(1, 2, 1e9/3+0.1), ""},
		{"a number outside the tolerance", edit(0, 2, 1.0/3+2e-9), "row 0, value 2"},
		{"a whole number a little off", edit(1, 3, 2+1e-12), ""},
		{"a count one off, though within the tolerance", edit(1, 1, 3e9+1), "row 1, value 1"},
		{"another text", edit(1, 0, "c"), "row 1, value 0"},
		{"a number for null", edit(0, 3, 0.0), "row 0, value 3"},
		{"null for a number", edit(0, 1, nil), "row 0, value 1"},
		{"a row too few", want[:1], "1 rows, want 2"},
		{"a row too many", append(edit(0, 0, "a"), []any{"c"}), "3 rows, want 2"},
		{"a row too short", Rows{want[0][:3], want[1]}, "row 0 has 3 values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Compare(c.got, want, 1e-9)
			if fmt.Sprint(err) != "<nil>" && c.want == "" || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
