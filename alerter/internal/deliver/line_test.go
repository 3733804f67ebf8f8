package deliver

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/schemas"
)

func alert() schemas.Alert {
	at := time.Date(2026, 3, 7, 12, 0, 0, 250_000_000, time.UTC)
	return schemas.Alert{
		AlertID: "drone-000042/0000001337/citizen-000007",
		Riot: schemas.Riot{
			RiotID: "drone-000042/0000001337/citizen-000007", ReportID: "drone-000042/0000001337", DroneID: "drone-000042",
			DetectedAt: at, Lat: 44.057912, Lon: -28.016128, CitizenID: "citizen-000007", CitizenName: "Ilse <Moreau>",
			Peacescore: 1.25, Words: []string{"bread", "fire"}, Rioters: 1,
		},
		Severity: schemas.Critical, Place: "Old Harbour", AlertedAt: at.Add(3 * time.Millisecond), Stale: true,
		Riots: 1, OpenedAt: at,
	}
}

func line(t *testing.T, format Format, alert schemas.Alert) string {
	t.Helper()
	got, err := format.Append([]byte("before "), alert)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(string(got), "before ")
}

func TestAnAlertIsOneLine(t *testing.T) {
	for _, format := range []Format{JSON, Text} {
		t.Run(string(format), func(t *testing.T) {
			if got := line(t, format, alert()); strings.Count(got, "\n") != 1 || !strings.HasSuffix(got, "\n") {
				t.Errorf("written: %q", got)
			}
		})
	}
}

func TestJSONIsTheWholeAlert(t *testing.T) {
	told := line(t, JSON, alert())
	var back schemas.Alert
	if err := json.Unmarshal([]byte(told), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(alert(), back); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	if !strings.Contains(told, `"citizen_name":"Ilse <Moreau>"`) {
		t.Errorf("the name is escaped: %s", told)
	}
}

func TestText(t *testing.T) {
	fresh, hostile, again := alert(), alert(), alert()
	fresh.Stale = false
	again.AlertID, again.Riots, again.Rioters, again.Stale = "drone-000041/0000001336/citizen-000007", 3, 2, false
	hostile.CitizenName = "Ilse\x1b[2J\nMoreau"
	for _, test := range []struct {
		rule  string
		alert schemas.Alert
		want  string
	}{
		{"a stale alert says so", alert(), "2026-03-07T12:00:00Z  critical  Ilse <Moreau> (citizen-000007) at Old Harbour, 44.05791 -28.01613, seen by drone-000042, peacescore 1.2  stale\n"},
		{"another does not", fresh, "2026-03-07T12:00:00Z  critical  Ilse <Moreau> (citizen-000007) at Old Harbour, 44.05791 -28.01613, seen by drone-000042, peacescore 1.2\n"},
		{"an update says that it is one, and a crowd how many", again, "2026-03-07T12:00:00Z  critical  Ilse <Moreau> (citizen-000007) at Old Harbour, 44.05791 -28.01613, seen by drone-000042, peacescore 1.2, one of 2  again (3 riots)\n"},
		{"a name cannot command the terminal", hostile, "2026-03-07T12:00:00Z  critical  Ilse\uFFFD[2J\uFFFDMoreau (citizen-000007) at Old Harbour, 44.05791 -28.01613, seen by drone-000042, peacescore 1.2  stale\n"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			if diff := cmp.Diff(test.want, line(t, Text, test.alert)); diff != "" {
				t.Errorf("line (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatHasNoJSONIsNamed(t *testing.T) {
	nowhere := alert()
	nowhere.Lat = math.NaN()
	got, err := JSON.Append([]byte("before"), nowhere)
	if err == nil || !strings.Contains(err.Error(), alert().AlertID) || string(got) != "before" {
		t.Errorf("written: %q, and the error is %v", got, err)
	}
}

func TestACallInIsALineToo(t *testing.T) {
	lead := 2.5
	known := schemas.CallIn{
		CallID: "drone-000042/call-in/2026-11-03T14:20:31.512Z", DroneID: "drone-000042",
		CalledAt: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Probability: 0.9375, HorizonDays: 7, LeadDays: &lead,
		Reasons: "vibration up 40% in five days", Part: "bearing", Model: "v1/2026-08-28/3f2a91bc",
	}
	unknown := known
	unknown.LeadDays, unknown.Part, unknown.Reasons = nil, "", "nothing\nstands out"
	for want, call := range map[string]schemas.CallIn{
		"2027-01-01T00:00:00Z  call-in   drone-000042: 94% that it fails within 7 days, on average in 2.5, bearing suspected; vibration up 40% in five days\n": known,
		"2027-01-01T00:00:00Z  call-in   drone-000042: 94% that it fails within 7 days; nothing\uFFFDstands out\n":                                             unknown,
	} {
		got, err := Text.AppendCallIn(nil, call)
		if diff := cmp.Diff(want, string(got)); err != nil || diff != "" {
			t.Errorf("%v; line (-want +got):\n%s", err, diff)
		}
		var back schemas.CallIn
		got, err = JSON.AppendCallIn(nil, call)
		if err == nil {
			err = json.Unmarshal(got, &back)
		}
		if diff := cmp.Diff(call, back); err != nil || diff != "" || strings.Count(string(got), "\n") != 1 {
			t.Errorf("%v; read back (-want +got):\n%s", err, diff)
		}
	}
	known.Probability = math.NaN()
	if got, err := JSON.AppendCallIn([]byte("before"), known); err == nil || !strings.Contains(err.Error(), known.CallID) || string(got) != "before" {
		t.Errorf("written: %q, and the error is %v", got, err)
	}
}

func TestNothingIsCertain(t *testing.T) {
	for p, want := range map[float64]string{0: "less than 1%", 0.0099: "less than 1%", 0.01: "1%", 0.835: "84%", 0.99: "99%", 0.996: "more than 99%", 1: "more than 99%"} {
		if got := Percent(p); got != want {
			t.Errorf("%v is %s, want %s", p, got, want)
		}
	}
}
