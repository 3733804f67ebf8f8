package stream

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/alerter/internal/tally"
	"github.com/peacestate/peacestate/schemas"
)

// again is riot number n of Ilse's incident, a minute after the one before.
func again(n int) schemas.Riot {
	first := riot(0)
	first.ReportID = schemas.ReportID(first.DroneID, 100+int64(n))
	first.RiotID = schemas.RiotID(first.ReportID, first.CitizenID)
	first.DetectedAt = ilsesFirst.Add(time.Duration(n) * time.Minute)
	return first
}

var ilsesFirst = time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond)

// told is what the topic holds of Ilse: which riot it is, of which incident,
// and how many riots that has.
func (r *rig) told() []string {
	r.t.Helper()
	names := make(map[string]int)
	for n := range 50 {
		names[again(n).RiotID] = n
	}
	var all []string
	for _, a := range r.alerts() {
		all = append(all, fmt.Sprintf("riot %d of incident %d: %d", names[a.RiotID], names[a.AlertID], a.Riots))
	}
	return all
}

func (r *rig) sendAgain(numbers ...int) {
	r.t.Helper()
	for _, n := range numbers {
		r.sendRiot(0, again(n))
	}
}

func TestAnIncidentGoesOnAfterARestart(t *testing.T) {
	r := newRig(t)
	r.sendAgain(0, 1, 1)
	r.run(r.settings("killed"))
	r.sendAgain(2, 0, 3, 40)
	// The second group has committed nothing: an alerter that was killed.
	summary := r.run(r.settings("restarted"))
	want := []string{"riot 0 of incident 0: 1", "riot 1 of incident 0: 2", "riot 2 of incident 0: 3", "riot 3 of incident 0: 4", "riot 40 of incident 40: 1"}
	if diff := cmp.Diff(want, r.told()); diff != "" {
		t.Errorf("in the topic (-want +got):\n%s", diff)
	}
	// The repetition behind riot 1 has no alert to say that it is done.
	if summary.Opened != 1 || summary.Updated != 2 || summary.Repeated != 2 {
		t.Errorf("the second run: %s, want 1 alert, 2 updates and 2 repetitions", summary)
	}
}

func TestRepetitionsAreCommitted(t *testing.T) {
	r := newRig(t)
	r.sendAgain(0, 1, 0, 1, 1)
	r.run(r.settings("alerter"))
	r.sendAgain(0, 0)
	if summary := r.run(r.settings("alerter")); summary.Repeated != 2 {
		t.Errorf("the second run: %s, want only the 2 new repetitions", summary)
	}
	if got := r.committed("alerter")[0]; got != 7 {
		t.Errorf("committed at %v, want 7", got)
	}
}

func TestOnlySoMuchIsReadBack(t *testing.T) {
	r := newRig(t)
	s := r.settings("alerter")
	s.Remember = 2
	r.sendAgain(0, 20, 40)
	r.run(s)
	r.sendAgain(20, 0) // 20 is remembered, 0 is not
	s = r.settings("alerter")
	s.Remember = 2
	r.run(s)
	want := []string{"riot 0 of incident 0: 1", "riot 20 of incident 20: 1", "riot 40 of incident 40: 1", "riot 0 of incident 0: 1"}
	if diff := cmp.Diff(want, r.told()); diff != "" {
		t.Errorf("in the topic (-want +got):\n%s", diff)
	}
}

func TestARecordThatIsNoAlertIsNotRemembered(t *testing.T) {
	r := newRig(t)
	r.sendAgain(0)
	r.run(r.settings("first"))
	r.sendTo("alerts", 0, nil, []byte("nonsense"))
	r.sendAgain(1)
	if summary := r.run(r.settings("second")); summary.Updated != 1 {
		t.Errorf("summary: %s, want 1 update", summary)
	}
	if !strings.Contains(r.log.String(), "is no alert; it is not remembered") {
		t.Errorf("it is not said:\n%s", r.log)
	}
}

// A takeover needs no answer from the registry, when the alerts were written
// by a build like this one.
func TestPartitionsAreTakenWhileTheRegistryIsDown(t *testing.T) {
	r := newRig(t)
	r.sendAgain(0)
	r.run(r.settings("first"))
	s := r.settings("second")
	s.Alerts.Know(s.Writer)
	r.registry.down.Store(true)
	done := make(chan tally.Summary)
	go func() { done <- r.runOrReport(s) }()
	r.eventually("the partitions are taken", func() bool { return strings.Count(r.log.String(), "partitions taken") == 2 })
	r.registry.down.Store(false)
	<-done
}
