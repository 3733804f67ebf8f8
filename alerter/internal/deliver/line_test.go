package deliver

import (
	"encoding/json"
	"errors"
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
			Peacescore: 1.25, Words: []string{"bread", "fire"},
		},
		Severity: schemas.Critical, Place: "Old Harbour", AlertedAt: at.Add(3 * time.Millisecond), Stale: true,
	}
}

// A stream that remembers each write.
type writes []string

func (w *writes) Write(p []byte) (int, error) { *w = append(*w, string(p)); return len(p), nil }

func TestAnAlertIsOneWriteOfOneLine(t *testing.T) {
	for _, format := range []Format{JSON, Text} {
		t.Run(string(format), func(t *testing.T) {
			var out writes
			if err := format.Print(&out, alert()); err != nil {
				t.Fatal(err)
			}
			if len(out) != 1 || strings.Count(out[0], "\n") != 1 || !strings.HasSuffix(out[0], "\n") {
				t.Errorf("written: %q", out)
			}
		})
	}
}

func TestJSONIsTheWholeAlert(t *testing.T) {
	var out writes
	if err := JSON.Print(&out, alert()); err != nil {
		t.Fatal(err)
	}
	var back schemas.Alert
	if err := json.Unmarshal([]byte(out[0]), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(alert(), back); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	if !strings.Contains(out[0], `"citizen_name":"Ilse <Moreau>"`) {
		t.Errorf("the name is escaped: %s", out[0])
	}
}

func TestText(t *testing.T) {
	fresh, hostile := alert(), alert()
	fresh.Stale = false
	hostile.CitizenName = "Ilse\x1b[2J\nMoreau"
	for _, test := range []struct {
		rule  string
		alert schemas.Alert
		want  string
	}{
		{"a stale alert says so", alert(), "2026-03-07T12:00:00Z  critical  Ilse <Moreau> (citizen-000007) at Old Harbour, 44.05791 -28.01613, seen by drone-000042, peacescore 1.2  stale\n"},
		{"another does not", fresh, "2026-03-07T12:00:00Z  critical  Ilse <Moreau> (citizen-000007) at Old Harbour, 44.05791 -28.01613, seen by drone-000042, peacescore 1.2\n"},
		{"a name cannot command the terminal", hostile, "2026-03-07T12:00:00Z  critical  Ilse\uFFFD[2J\uFFFDMoreau (citizen-000007) at Old Harbour, 44.05791 -28.01613, seen by drone-000042, peacescore 1.2  stale\n"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			var out writes
			if err := Text.Print(&out, test.alert); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, out[0]); diff != "" {
				t.Errorf("line (-want +got):\n%s", diff)
			}
		})
	}
}

type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, errors.New("the reader is gone") }

func TestAFailedWriteNamesTheAlert(t *testing.T) {
	err := JSON.Print(closed{}, alert())
	if err == nil || !strings.Contains(err.Error(), alert().AlertID) || !strings.Contains(err.Error(), "the reader is gone") {
		t.Errorf("the error is %v", err)
	}
}
