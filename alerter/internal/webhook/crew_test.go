package webhook

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
)

// callIn is a call for drone i that was last repaired on a day of March.
func callIn(i, repaired int) schemas.CallIn {
	c := call()
	c.DroneID = schemas.DroneID(i)
	c.CallID = schemas.CallInID(c.DroneID, time.Date(2026, 3, repaired, 0, 0, 0, 0, time.UTC))
	return c
}

// sendCalls puts calls on the topic, those of one drone in one partition.
func (r *rig) sendCalls(calls ...schemas.CallIn) {
	r.t.Helper()
	writer, err := registry.NewWriter(r.registry, schemas.CallIns())
	must(r.t, err)
	for _, c := range calls {
		value, err := writer.Append(nil, c)
		must(r.t, err)
		r.sendBytes("call-ins", int(c.DroneID[len(c.DroneID)-1]-'0')%partitions, []byte(c.DroneID), value)
	}
}

// crew is settings by which call-ins are told, and what is written as lines.
func (r *rig) crew(others ...*other) (Settings, *syncBuffer) {
	r.t.Helper()
	reader, err := registry.NewReader(r.registry, schemas.CallIns())
	must(r.t, err)
	s, out := r.settings(others...), &syncBuffer{}
	lines := deliver.OpenLines(out, "call-ins", deliver.Text.AppendCallIn, s.Log)
	r.t.Cleanup(func() { lines.Close(time.Minute) })
	s.Subject, s.Group = CallIns(reader, lines), s.Group+"-crew"
	return s, out
}

func ids(calls ...schemas.CallIn) []string {
	var all []string
	for _, c := range calls {
		all = append(all, c.CallID)
	}
	return slices.Sorted(slices.Values(all))
}

func TestTheCrewIsToldOnceFromOneRepairToTheNext(t *testing.T) {
	r := newRig(t)
	ops := newOther(t, func(w http.ResponseWriter, _ *http.Request, before int) {
		if before == 0 {
			http.Error(w, "not yet", http.StatusServiceUnavailable)
		}
	})
	s, out := r.crew(ops)
	r.sendCalls(callIn(8, 1)) // before the first start
	w := r.start(s)
	later := callIn(1, 1) // the same, found again the next day
	later.CalledAt, later.Probability = later.CalledAt.Add(24*time.Hour), 0.99
	r.sendCalls(callIn(1, 1), callIn(2, 1), later, callIn(1, 20), callIn(1, 20))
	r.sendBytes("call-ins", 0, []byte("key"), []byte("call in!"))
	r.eventually("all are dealt with", func() bool {
		all := w.Stats()
		return len(all) == 2 && all[0].Sent+all[0].Skipped+all[0].Undelivered == 6 && all[1].Sent+all[1].Skipped+all[1].Undelivered == 6
	})
	for _, got := range w.Stats() {
		if got.Topic != "call-ins" || got.Sent != 3 || got.Skipped != 2 || got.Undelivered != 1 {
			t.Errorf("stats: %s", got)
		}
	}
	if err := w.Ready(); err != nil {
		t.Errorf("not ready: %v", err)
	}
	w.Stop()

	// The next member reads back whom the crew was told of.
	w = r.start(s)
	r.sendCalls(later, callIn(1, 20), callIn(2, 1), callIn(2, 15))
	r.eventually("all are dealt with again", func() bool {
		all := w.Stats()
		return all[0].Sent+all[0].Skipped == 4 && all[1].Sent+all[1].Skipped == 4
	})
	w.Stop()
	asked := slices.Compact(ops.asked()) // the first was asked twice
	if diff := cmp.Diff(ids(callIn(1, 1), callIn(2, 1), callIn(1, 20), callIn(2, 15)), asked); diff != "" || ops.count() != 5 {
		t.Errorf("posted %d (-want +got):\n%s", ops.count(), diff)
	}
	r.eventually("each is a line", func() bool { return strings.Count(out.String(), "\n") == 4 })

	whom := map[string]int{}
	for _, message := range r.undelivered("call-ins") {
		for _, h := range message.Headers {
			if h.Key == headerWebhook {
				whom[string(h.Value)]++
			}
		}
	}
	if diff := cmp.Diff(map[string]int{s.Targets[0].Name(): 1, Lines: 1}, whom); diff != "" {
		t.Errorf("undelivered (-want +got):\n%s", diff)
	}
}

func TestWithoutWebhooksTheCrewHasLines(t *testing.T) {
	r := newRig(t)
	s, out := r.crew()
	w := r.start(s)
	r.sendCalls(callIn(1, 1), callIn(2, 1))
	r.eventually("both are lines", func() bool { return strings.Count(out.String(), " call-in ") == 2 })
	w.Stop()
	if got := w.Stats(); len(got) != 1 || got[0].Webhook != Lines || got[0].Sent != 2 {
		t.Errorf("stats: %v", got)
	}
}
