package rule

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

// A seen riot is short for one of citizen-000007: so many minutes after noon,
// so many metres north of home, as the id says or in the order of telling.
type seen struct {
	minute, metres float64
	id             string
	citizen        string
	peacescore     float64
	rioters        int
}

func (s seen) riot(n int) schemas.Riot {
	r := riot()
	if s.id == "" {
		s.id = fmt.Sprint("riot ", n)
	}
	if s.citizen != "" {
		r.CitizenID = s.citizen
	}
	r.RiotID = s.id
	r.DetectedAt = noon.Add(time.Duration(s.minute * float64(time.Minute)))
	r.Lat += s.metres / peaceland.MetersPerDegree
	r.Rioters = s.rioters
	if r.Peacescore = 6; s.peacescore > 0 {
		r.Peacescore = s.peacescore
	}
	return r
}

// told decides on riots one after the other. An alert is told as its incident
// and how many riots that has; what is no news is told as "".
func told(history History, settings Settings, riots ...seen) []string {
	var answers []string
	for i, s := range riots {
		var decision Decision
		history, decision = Decide(history, s.riot(i), noon, settings)
		switch {
		case decision.Repeated:
			answers = append(answers, "")
		default:
			answers = append(answers, fmt.Sprintf("%s: %d", decision.Alert.AlertID, decision.Alert.Riots))
		}
	}
	return answers
}

func TestIncidents(t *testing.T) {
	for _, test := range []struct {
		rule  string
		riots []seen
		want  []string
	}{
		{"further riots update the alert", []seen{{minute: 0}, {minute: 1}, {minute: 2}}, []string{"riot 0: 1", "riot 0: 2", "riot 0: 3"}},
		{"another citizen's riot is another incident", []seen{{minute: 0}, {minute: 0, citizen: "other"}}, []string{"riot 0: 1", "riot 1: 1"}},
		{"the cooldown counts to its end", []seen{{minute: 0}, {minute: 10}}, []string{"riot 0: 1", "riot 0: 2"}},
		{"and not a millisecond longer", []seen{{minute: 0}, {minute: 10 + 1.0/60_000}}, []string{"riot 0: 1", "riot 1: 1"}},
		{"it counts from the incident's last riot", []seen{{minute: 0}, {minute: 9}, {minute: 18}, {minute: 27}}, []string{"riot 0: 1", "riot 0: 2", "riot 0: 3", "riot 0: 4"}},
		{"nearby is so many metres", []seen{{}, {minute: 1, metres: 999}}, []string{"riot 0: 1", "riot 0: 2"}},
		{"and not more", []seen{{}, {minute: 1, metres: 1001}}, []string{"riot 0: 1", "riot 1: 1"}},
		{"an incident moves along with its citizen", []seen{{}, {minute: 1, metres: 900}, {minute: 2, metres: 1800}}, []string{"riot 0: 1", "riot 0: 2", "riot 0: 3"}},
		{"a repetition is no news", []seen{{id: "a"}, {minute: 3, id: "b"}, {id: "a"}, {minute: 4, id: "c"}, {minute: 3, id: "b"}}, []string{"a: 1", "a: 2", "", "a: 3", ""}},
		{"a riot that comes late joins what was before it", []seen{{minute: 0}, {minute: 30}, {minute: 5}}, []string{"riot 0: 1", "riot 1: 1", "riot 0: 2"}},
		{"or what was after it", []seen{{minute: 0}, {minute: 30}, {minute: 24}}, []string{"riot 0: 1", "riot 1: 1", "riot 1: 2"}},
		{"a riot earlier than the one that opened an incident joins it", []seen{{minute: 9}, {minute: 0}}, []string{"riot 0: 1", "riot 0: 2"}},
		{"and draws its beginning back", []seen{{minute: 9}, {minute: 0}, {minute: -9}}, []string{"riot 0: 1", "riot 0: 2", "riot 0: 3"}},
		{"of two incidents the nearer in time is chosen", []seen{{minute: 0}, {minute: 12}, {minute: 7}}, []string{"riot 0: 1", "riot 1: 1", "riot 1: 2"}},
		{"the earlier, when both are as near", []seen{{minute: 0}, {minute: 12}, {minute: 6}}, []string{"riot 0: 1", "riot 1: 1", "riot 0: 2"}},
		{"the nearer in time is passed over when it is far away", []seen{{minute: 0}, {minute: 12, metres: 5000}, {minute: 7}}, []string{"riot 0: 1", "riot 1: 1", "riot 0: 2"}},
		{"of two at the same time the last told is chosen", []seen{{minute: 0, metres: 0}, {minute: 0, metres: 1500}, {minute: 1, metres: 750}}, []string{"riot 0: 1", "riot 1: 1", "riot 1: 2"}},
		{"a riot between two incidents does not join them", []seen{{minute: 0}, {minute: 12}, {minute: 5}, {minute: 13}}, []string{"riot 0: 1", "riot 1: 1", "riot 0: 2", "riot 1: 2"}},
	} {
		t.Run(test.rule, func(t *testing.T) {
			if diff := cmp.Diff(test.want, told(NewHistory(plenty), settings, test.riots...)); diff != "" {
				t.Errorf("incident and riots so far (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWithoutCooldownOnlyTheSameMomentIsOneIncident(t *testing.T) {
	s := settings
	s.Cooldown = 0
	want := []string{"riot 0: 1", "riot 0: 2", "riot 2: 1"}
	if diff := cmp.Diff(want, told(NewHistory(plenty), s, seen{}, seen{}, seen{minute: 0.001})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAnUpdateRaisesTheSeverityAndNeverLowersIt(t *testing.T) {
	history := NewHistory(plenty)
	for i, step := range []struct {
		seen seen
		want schemas.Severity
	}{
		{seen{minute: 0, peacescore: 6}, schemas.Low},
		{seen{minute: 1, peacescore: 6, rioters: 2}, schemas.High},
		{seen{minute: 2, peacescore: 9}, schemas.High},
		{seen{minute: 3, peacescore: 1}, schemas.Critical},
		{seen{minute: 4, peacescore: 4}, schemas.Critical},
	} {
		var decision Decision
		history, decision = Decide(history, step.seen.riot(i), noon, settings)
		if got := decision.Alert.Severity; got != step.want {
			t.Errorf("riot %d is %s, want %s", i, got, step.want)
		}
		if got := decision.Alert.OpenedAt; !got.Equal(noon) {
			t.Errorf("riot %d: opened at %s, want noon", i, got)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	for _, test := range []struct {
		rule  string
		riots []seen
		want  []string
	}{
		{"a repetition within it is known", []seen{{id: "a"}, {minute: 20, id: "b"}, {id: "a"}}, []string{"a: 1", "b: 1", ""}},
		{"repetitions take no room", []seen{{id: "a"}, {id: "a"}, {id: "a"}, {id: "a"}, {minute: 20, id: "b"}, {id: "a"}}, []string{"a: 1", "", "", "", "b: 1", ""}},
		{"beyond it a repetition is a riot of its own", []seen{{id: "a"}, {minute: 20, id: "b"}, {minute: 40, id: "c"}, {minute: 60, id: "d"}, {id: "a"}}, []string{"a: 1", "b: 1", "c: 1", "d: 1", "a: 1"}},
		{"an incident is known by the last of its alerts", []seen{{id: "a"}, {minute: 1}, {minute: 50, citizen: "other"}, {minute: 50, citizen: "third"}, {minute: 2}}, []string{"a: 1", "a: 2", "riot 2: 1", "riot 3: 1", "a: 3"}},
		{"and is gone with it", []seen{{id: "a"}, {minute: 50, citizen: "x"}, {minute: 50, citizen: "y"}, {minute: 50, citizen: "z"}, {minute: 2}}, []string{"a: 1", "riot 1: 1", "riot 2: 1", "riot 3: 1", "riot 4: 1"}},
	} {
		t.Run(test.rule, func(t *testing.T) {
			if diff := cmp.Diff(test.want, told(NewHistory(3), settings, test.riots...)); diff != "" {
				t.Errorf("incident and riots so far (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsForgottenLeavesNothingBehind(t *testing.T) {
	const limit = 10
	history := NewHistory(limit)
	for i := range 50 * limit {
		s := seen{minute: float64(i * 7 % 100), metres: float64(i * 311 % 5000), citizen: fmt.Sprint(i % 4)}
		history, _ = Decide(history, s.riot(i), noon, settings)
	}
	for i := range limit {
		history, _ = Decide(history, seen{minute: 1000, citizen: "last"}.riot(-i-1), noon, settings)
	}
	m := history.memory
	if len(m.ring) != limit || len(m.byRiot) != limit || len(m.incidents) != 1 || len(m.timelines) != 1 || len(m.timelines["last"].sightings) != limit {
		t.Errorf("remembered: %d, riots %d, incidents %d, citizens %d", len(m.ring), len(m.byRiot), len(m.incidents), len(m.timelines))
	}
}

func TestAHistoryHasOneFuture(t *testing.T) {
	past := NewHistory(plenty)
	Decide(past, riot(), noon, settings)
	defer func() {
		if recover() == nil {
			t.Error("the past could be changed")
		}
	}()
	Decide(past, riot(), noon, settings)
}
