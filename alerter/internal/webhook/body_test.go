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
	body, err := format.encode("alert", bodyOf(alert))
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

// call is a call-in; with reasons that Slack and Discord must escape.
func call() schemas.CallIn {
	lead := 2.5
	return schemas.CallIn{
		CallID: "drone-000042/call-in/2026-11-03T14:20:31.512Z", DroneID: "drone-000042",
		CalledAt: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Probability: 0.9375, HorizonDays: 7, LeadDays: &lead,
		Reasons: "vibration up 40% in five days; 58 days since its repair", Part: "bearing", Model: "v1/2026-08-28/3f2a91bc",
	}
}

func encodeCall(t *testing.T, format Format, call schemas.CallIn) []byte {
	t.Helper()
	body, err := ofCallIn(call).body(format)
	must(t, err)
	return body
}

func TestJSONHoldsTheWholeCallIn(t *testing.T) {
	var got callBody
	must(t, json.Unmarshal(encodeCall(t, JSON, call()), &got))
	if diff := cmp.Diff(callBody{Version: 1, Event: "called_in", CallIn: call()}, got); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

func TestACallInIsWords(t *testing.T) {
	unknown, hostile, long := call(), call(), call()
	unknown.LeadDays, unknown.Part, unknown.Probability = nil, "", 0.999
	hostile.DroneID, hostile.Reasons = "<!channel>", "@everyone\n*b*"
	long.DroneID, long.Part, long.Reasons = strings.Repeat("*", 100_000), strings.Repeat("*", 100_000), strings.Repeat("*", 100_000)
	for _, test := range []struct {
		rule  string
		call  schemas.CallIn
		slack string
	}{
		{
			"what is known", call(), "*call in* drone-000042: 94% that it fails within 7 days, on average in 2.5\n" +
				"bearing suspected: vibration up 40% in five days; 58 days since its repair, known at 2027-01-01 00:00:00 UTC",
		},
		{
			"and what is not", unknown, "*call in* drone-000042: more than 99% that it fails within 7 days\n" +
				"vibration up 40% in five days; 58 days since its repair, known at 2027-01-01 00:00:00 UTC",
		},
		{
			"text means nothing but itself", hostile, "*call in* &lt;!channel&gt;: 94% that it fails within 7 days, on average in 2.5\n" +
				"bearing suspected: @everyone\uFFFD*b*, known at 2027-01-01 00:00:00 UTC",
		},
	} {
		t.Run(test.rule, func(t *testing.T) {
			var got struct{ Text string }
			must(t, json.Unmarshal(encodeCall(t, Slack, test.call), &got))
			if diff := cmp.Diff(test.slack, got.Text); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
	var got struct{ Content string }
	must(t, json.Unmarshal(encodeCall(t, Discord, long), &got))
	if n := len([]rune(got.Content)); n > 2000 {
		t.Errorf("%d characters; Discord takes 2,000", n)
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
