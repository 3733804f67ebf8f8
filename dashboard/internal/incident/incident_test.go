package incident

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service/puretest"
)

func TestIncidentsArePure(t *testing.T) {
	puretest.Check(t, ".", "encoding/json", "errors", "fmt", "slices", "strings", "time", "unicode", "unicode/utf8",
		"github.com/peacestate/peacestate/schemas")
}

var noon = time.Date(2026, 3, 7, 12, 0, 0, 250_000_000, time.UTC)

func after(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

// riot is the nth riot of an incident, seen so many minutes after noon.
func riot(n int64, minutes int, severity schemas.Severity) schemas.Alert {
	return schemas.Alert{
		AlertID: "drone-1/1/citizen-7", Severity: severity, Place: "Harbour", AlertedAt: after(minutes), Riots: n, OpenedAt: noon,
		Riot: schemas.Riot{
			RiotID: "drone-1/" + string(rune('0'+n)) + "/citizen-7", DroneID: "drone-1", CitizenID: "citizen-7", CitizenName: "Ilse <Moreau>",
			DetectedAt: after(minutes), Lat: 44 + float64(n), Lon: -28, Peacescore: float64(n), Rioters: int(n), Words: []string{"fire"},
		},
	}
}

func TestAnIncidentIsItsLastSightingAndItsHighestSeverity(t *testing.T) {
	got := Incident{}.With(riot(1, 0, schemas.Critical)).With(riot(2, 1, schemas.Low))
	want := Incident{
		AlertID: "drone-1/1/citizen-7", CitizenID: "citizen-7", CitizenName: "Ilse <Moreau>", DroneID: "drone-1", District: "Harbour",
		Lat: 46, Lon: -28, Severity: schemas.Critical, OpenedAt: At(noon), LastAt: At(after(1)), Riots: 2, Rioters: 2, Peacescore: 2,
		Words: []string{"fire"}, Standing: Standing{State: Open}, AlertedAt: At(after(1)),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheOrderOfAlertsDoesNotMatter(t *testing.T) {
	alerts := []schemas.Alert{riot(1, 0, schemas.Low), riot(2, 1, schemas.Critical), riot(3, 2, schemas.High), riot(4, 3, "unheard-of")}
	var want Incident
	for _, a := range alerts {
		want = want.With(a)
	}
	for range 20 {
		rand.Shuffle(len(alerts), func(i, j int) { alerts[i], alerts[j] = alerts[j], alerts[i] })
		var got Incident
		for _, a := range alerts {
			got = got.With(a)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestAClockThatRunsAheadHidesNothingThatComesLater(t *testing.T) {
	ahead := riot(1, 0, schemas.Low)
	ahead.DetectedAt, ahead.OpenedAt = after(600), after(600)
	i := Incident{}.With(ahead)
	if i.LastAt != At(noon) || i.OpenedAt != At(noon) {
		t.Errorf("it was seen from %s to %s, and alerted on at %s", i.OpenedAt, i.LastAt, noon)
	}
	if i = i.With(riot(2, 1, schemas.Low)); i.LastAt != At(after(1)) || i.DroneID != "drone-1" || i.Peacescore != 2 {
		t.Errorf("what came later is hidden: %+v", i)
	}
}

func TestWordsAreTheIncidentsOwn(t *testing.T) {
	a := riot(1, 0, schemas.Low)
	i := Incident{}.With(a)
	a.Words[0] = "changed"
	if i.Words[0] != "fire" {
		t.Error("the incident's words changed with the alert's")
	}
}

// did is an action so many minutes after noon.
func did(id string, verb Verb, assignee string, minutes int) Action {
	return Action{ID: id, Verb: verb, Assignee: assignee, By: "ada", At: At(after(minutes))}
}

func TestJudge(t *testing.T) {
	first := []int{0}
	for name, tt := range map[string]struct {
		alerted   []int // minutes
		actions   []Action
		state     State
		assignee  string
		effective string // + or - for each action
	}{
		"nobody did anything":                     {first, nil, Open, "", ""},
		"acknowledged":                            {first, []Action{did("1", Acknowledge, "", 1)}, Acknowledged, "", "+"},
		"acknowledged once":                       {first, []Action{did("1", Acknowledge, "", 1), did("2", Acknowledge, "", 1)}, Acknowledged, "", "+-"},
		"closed without being acknowledged":       {first, []Action{did("1", Close, "", 1)}, Closed, "", "+"},
		"a closed one cannot be acknowledged":     {first, []Action{did("1", Close, "", 1), did("2", Acknowledge, "", 2)}, Closed, "", "+-"},
		"reopened":                                {first, []Action{did("1", Close, "", 1), did("2", Reopen, "", 2)}, Open, "", "++"},
		"an open one cannot be reopened":          {first, []Action{did("1", Reopen, "", 1)}, Open, "", "-"},
		"assigned, and to somebody else":          {first, []Action{did("1", Assign, "bo", 1), did("2", Assign, "cy", 2)}, Open, "cy", "++"},
		"assigned to nobody any more":             {first, []Action{did("1", Assign, "bo", 1), did("2", Assign, "", 2)}, Open, "", "++"},
		"a closed one can be assigned":            {first, []Action{did("1", Close, "", 1), did("2", Assign, "bo", 2)}, Closed, "bo", "++"},
		"the assignee stays when it is closed":    {first, []Action{did("1", Assign, "bo", 1), did("2", Close, "", 2)}, Closed, "bo", "++"},
		"an action that came twice counts once":   {first, []Action{did("1", Close, "", 1), did("2", Reopen, "", 2), did("1", Close, "", 1)}, Open, "", "++-"},
		"a riot after the closing opens it":       {[]int{0, 5}, []Action{did("1", Close, "", 1)}, Open, "", "+"},
		"a riot before the closing does not":      {[]int{0, 1}, []Action{did("1", Close, "", 1)}, Closed, "", "+"},
		"and then it can be acknowledged":         {[]int{5, 0}, []Action{did("1", Close, "", 1), did("2", Acknowledge, "", 6)}, Acknowledged, "", "++"},
		"and closed, for good":                    {[]int{0, 5}, []Action{did("1", Close, "", 1), did("2", Close, "", 6)}, Closed, "", "++"},
		"an action before that riot is still one": {[]int{0, 5}, []Action{did("1", Close, "", 1), did("2", Acknowledge, "", 4)}, Open, "", "+-"},
		"a riot leaves an acknowledged one be":    {[]int{0, 5}, []Action{did("1", Acknowledge, "", 1)}, Acknowledged, "", "+"},
	} {
		t.Run(name, func(t *testing.T) {
			var alerted []time.Time
			for _, minutes := range tt.alerted {
				alerted = append(alerted, after(minutes))
			}
			got, effective := Judge(alerted, tt.actions)
			assignee := ""
			if got.Assignee != nil {
				assignee = *got.Assignee
			}
			marks := ""
			for _, e := range effective {
				marks += map[bool]string{true: "+", false: "-"}[e]
			}
			if got.State != tt.state || assignee != tt.assignee || marks != tt.effective {
				t.Errorf("got %s, %q, %s", got.State, assignee, marks)
			}
			if acted := got.ActedBy != nil; acted != strings.Contains(marks, "+") || acted && (*got.ActedBy != "ada" || got.ActedAt == nil) {
				t.Errorf("acted by %v at %v", got.ActedBy, got.ActedAt)
			}
		})
	}
}

func TestWhatIsRefusedSaysWhoWasFirst(t *testing.T) {
	standing, _ := Judge(nil, []Action{did("1", Assign, "bo", 1), did("2", Acknowledge, "", 2)})
	for want, a := range map[string]Action{
		"the incident is acknowledged already, last by ada": did("3", Acknowledge, "", 3),
		"the incident is bo's already, last by ada":         did("3", Assign, "bo", 3),
		"": did("3", Close, "", 3),
	} {
		got := ""
		if err := standing.Refuses(a); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAnActionInTheTopic(t *testing.T) {
	a := Action{ID: "0b5c", Verb: Assign, Assignee: "bo", Note: "</script>", By: "ada", At: At(noon)}
	value, err := Encode("drone-1/1/citizen-7", a)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"version":1,"alert_id":"drone-1/1/citizen-7","action_id":"0b5c","action":"assign","assignee":"bo",` +
		`"note":"\u003c/script\u003e","by":"ada","at":"2026-03-07T12:00:00.250Z"}`
	if string(value) != want {
		t.Errorf("got  %s\nwant %s", value, want)
	}
	id, read, err := Decode(value)
	if diff := cmp.Diff(a, read); err != nil || id != "drone-1/1/citizen-7" || diff != "" {
		t.Errorf("read back: %s, %v, %s", id, err, diff)
	}
}

func TestTheDocumentShowsAnAction(t *testing.T) {
	document, err := os.ReadFile("../../../docs/actions.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(document), "```json\n")
	example, _, _ = strings.Cut(example, "```")
	id, a, err := Decode([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	value, err := Encode(id, a)
	if err != nil {
		t.Fatal(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, value, "", "  "); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(example), indented.String()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsNoActionIsRefused(t *testing.T) {
	for name, change := range map[string]string{
		"another version":               `"version":2`,
		"no alert":                      `"alert_id":""`,
		"no id":                         `"action_id":""`,
		"a verb that there is not":      `"action":"explode"`,
		"nobody":                        `"by":" "`,
		"no time":                       `"at":"0001-01-01T00:00:00Z"`,
		"no time at all":                `"at":"noon"`,
		"an assignee of a closing":      `"action":"close","assignee":"bo"`,
		"a name that is too long":       `"by":"` + strings.Repeat("é", 101) + `"`,
		"a note that is too long":       `"note":"` + strings.Repeat("n", 1001) + `"`,
		"a name with a terminal's bell": `"by":"\u0007"`,
	} {
		t.Run(name, func(t *testing.T) {
			good := `{"version":1,"alert_id":"a","action_id":"1","action":"close","by":"ada","at":"2026-03-07T12:00:00Z"`
			if _, _, err := Decode([]byte(good + "}")); err != nil {
				t.Fatal(err)
			}
			if _, _, err := Decode([]byte(good + "," + change + "}")); err == nil {
				t.Error("it is taken")
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"version":1,"alert_id":"a","action_id":"1","action":"close","by":"ada","at":"2026-03-07T12:00:00Z"}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		id, a, err := Decode(value)
		if err != nil {
			return
		}
		again, err := Encode(id, a)
		if err != nil {
			t.Fatal(err)
		}
		if sameID, same, err := Decode(again); err != nil || sameID != id || !cmp.Equal(a, same) {
			t.Errorf("%s is read as %+v, and that again as %+v, %v", value, a, same, err)
		}
	})
}

func TestTimesHaveThreeDigits(t *testing.T) {
	for _, at := range []time.Time{noon, noon.Truncate(time.Second), noon.In(time.FixedZone("", 3600))} {
		text, err := json.Marshal(At(at))
		if err != nil || len(text) != len(`"2026-03-07T12:00:00.250Z"`) {
			t.Errorf("%s, %v", text, err)
		}
		var read Time
		if err := json.Unmarshal(text, &read); err != nil || !read.Equal(at) {
			t.Errorf("%s is read as %s, %v", text, read, err)
		}
	}
}
