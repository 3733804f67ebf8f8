package webhook

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/schemas"
)

// alert opens an incident; with a name that Slack and Discord must escape.
func alert() schemas.Alert {
	at := time.Date(2026, 3, 7, 12, 0, 0, 250_000_000, time.UTC)
	return schemas.Alert{
		AlertID: "drone-000042/0000001337/citizen-000007",
		Riot: schemas.Riot{
			RiotID: "drone-000042/0000001337/citizen-000007", ReportID: "drone-000042/0000001337", DroneID: "drone-000042",
			DetectedAt: at, Lat: 44.057912, Lon: -28.016128, CitizenID: "citizen-000007", CitizenName: "Ilse <Moreau>",
			Peacescore: 3.4, Words: []string{"bread", "fire"}, Rioters: 1,
		},
		Severity: schemas.High, Place: "Old Harbour", AlertedAt: at.Add(3 * time.Millisecond),
		Riots: 1, OpenedAt: at,
	}
}

// update is a later riot of the same incident, and a worse one.
func update() schemas.Alert {
	a := alert()
	a.RiotID, a.ReportID = "drone-000042/0000001338/citizen-000007", "drone-000042/0000001338"
	a.DetectedAt, a.AlertedAt = a.DetectedAt.Add(time.Minute), a.AlertedAt.Add(time.Minute)
	a.Severity, a.Peacescore = schemas.Critical, 1.2
	a.Rioters, a.Riots = 3, 2
	return a
}

func encode(t *testing.T, format Format, alert schemas.Alert) []byte {
	t.Helper()
	body, err := format.encode(alert)
	must(t, err)
	return body
}

func TestJSONHoldsTheWholeAlert(t *testing.T) {
	var got body
	must(t, json.Unmarshal(encode(t, JSON, alert()), &got))
	want := body{
		Version: 1, Event: "opened", Alert: alert(),
		MapURL: "https://www.openstreetmap.org/?mlat=44.05791&mlon=-28.01613#map=15/44.05791/-28.01613",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	must(t, json.Unmarshal(encode(t, JSON, update()), &got))
	if got.Event != "updated" {
		t.Errorf("the event of an update is %q", got.Event)
	}
}

// text is what a message shows, as Slack or Discord receive it.
func text(t *testing.T, format Format, alert schemas.Alert) string {
	t.Helper()
	var fields map[string]any
	must(t, json.Unmarshal(encode(t, format, alert), &fields))
	shown, _ := fields[map[Format]string{Slack: "text", Discord: "content"}[format]].(string)
	return shown
}

func TestNamesMeanNothingButThemselves(t *testing.T) {
	for _, test := range []struct {
		rule    string
		name    string
		slack   string
		discord string
	}{
		{"a plain name is left alone", "Ilse Moreau-O'Neill Ærø", "Ilse Moreau-O'Neill Ærø", "Ilse Moreau-O'Neill Ærø"},
		{"a mention of everyone", "<!channel> @everyone", "&lt;!channel&gt; @everyone", `\<!channel\> \@everyone`},
		{"a link", "<https://evil.example|map> [map](https://evil.example)", "&lt;https://evil.example|map&gt; [map](https://evil.example)", `\<https\://evil.example\|map\> \[map\]\(https\://evil.example\)`},
		{"markup", "*b* _i_ `c` ~s~ ||x||", "*b* _i_ `c` ~s~ ||x||", "\\*b\\* \\_i\\_ \\`c\\` \\~s\\~ \\|\\|x\\|\\|"},
		{"an escape of its own", `\*&amp;`, `\*&amp;amp;`, `\\\*&amp;`},
		{"a line break", "Ilse\nMoreau\r\x1b[2J", "Ilse\uFFFDMoreau\uFFFD\uFFFD[2J", "Ilse\uFFFDMoreau\uFFFD\uFFFD\\[2J"},
		{"a template", "{{.Alert}}", "{{.Alert}}", "{{.Alert}}"},
		{"a long one is cut", strings.Repeat("é", 101), strings.Repeat("é", 99) + "…", strings.Repeat("é", 99) + "…"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			a := alert()
			a.CitizenName = test.name
			for format, want := range map[Format]string{Slack: test.slack, Discord: test.discord} {
				first, _, _ := strings.Cut(text(t, format, a), "\n")
				_, got, _ := strings.Cut(first, " riot: ")
				if diff := cmp.Diff(want+" in Old Harbour", got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", format, diff)
				}
			}
		})
	}
}

func TestAMessageFitsWhateverTheAlert(t *testing.T) {
	a := alert()
	for _, field := range []*string{&a.CitizenName, &a.Place, &a.DroneID} {
		*field = strings.Repeat("*", 100_000)
	}
	a.Severity = schemas.Severity(strings.Repeat("*", 100_000))
	if n := len([]rune(text(t, Discord, a))); n > 2000 {
		t.Errorf("%d characters; Discord takes 2,000", n)
	}
}
