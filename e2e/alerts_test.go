//go:build e2e

package e2e

import (
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

// The alerter's own defaults.
const (
	cooldown = 10 * time.Minute
	nearbyM  = 1000
)

// The alerter is killed by SIGKILL on the way. A day that is flown again is not
// alerted on again, and what is no riot is put aside.
func TestAlertsMatchRiots(t *testing.T) {
	w := flownWeek(t)
	s := running(t, 3*time.Minute)
	began := time.Now()
	s.send(t, "riots", poison...)
	first := s.program("alerter")
	first.Stderr = io.Discard
	lines, err := first.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	// One alert is enough to know that it is at work.
	if _, err := lines.Read(make([]byte, 1)); err != nil {
		t.Fatalf("the alerter wrote no alert: %v", s.why(err))
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // it was killed
	s.run(t, 0, "alerter", "--idle-exit", "5s")
	week := weekOf(t)
	alertsAreThoseOfTheRiots(t, s, w.Totals.Riots, week)
	s.archived(t, began)
	archived := sqlRows(t, s, fmt.Sprintf("SELECT count(*) FROM alerts WHERE detected_at >= timestamp_millis(%d) AND detected_at < timestamp_millis(%d)",
		week[0].UnixMilli(), week[1].UnixMilli()))
	if got := archived[0][0].(float64); got != float64(w.Totals.Riots) {
		t.Errorf("%.0f alerts are archived, want %d", got, w.Totals.Riots)
	}
	if dead := deadBy(t, s, "riots-dlq", "peacestate.dead.reason", began); dead != len(poison) {
		t.Errorf("the alerter put %d riots aside, want %d", dead, len(poison))
	}

	flownWeekAgain(t)
	s.run(t, 0, "alerter", "--idle-exit", "5s")
	alertsAreThoseOfTheRiots(t, s, w.Totals.Riots, week)
}

// deadBy counts the dead letters since a time that carry a header.
func deadBy(t *testing.T, s *system, topic, header string, since time.Time) int {
	t.Helper()
	count := 0
	for _, message := range s.read(t, topic, since) {
		for _, h := range message.Headers {
			if h.Key == header {
				count++
			}
		}
	}
	return count
}

// days is when riots were detected: from the first time on, and before the
// second.
type days [2]time.Time

func (d days) have(at time.Time) bool { return !at.Before(d[0]) && at.Before(d[1]) }

func weekOf(t *testing.T) (d days) {
	t.Helper()
	for i, text := range []string{weekDays(t)[1], weekDays(t)[3]} {
		var err error
		if d[i], err = time.Parse(time.DateOnly, text); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// alertsAreThoseOfTheRiots compares topic alerts with a plain fold over topic
// riots: one record for each riot that the drones saw in those days, however
// often it was sent, in the incident that it belongs to, and no other.
func alertsAreThoseOfTheRiots(t *testing.T, s *system, seen int, when days) {
	t.Helper()
	got := map[string]string{} // alert ids, by riot
	for _, alert := range decoded(t, s, schemas.Alerts()) {
		if !when.have(alert.DetectedAt) {
			continue
		}
		if _, known := got[alert.RiotID]; known {
			t.Errorf("riot %s is alerted on again", alert.RiotID)
		}
		got[alert.RiotID] = alert.AlertID
	}
	want := map[string]string{}
	sightings := map[string][]schemas.Riot{} // by citizen, each riot once
	opened := 0
	for _, riot := range decoded(t, s, schemas.Riots()) {
		if !when.have(riot.DetectedAt) {
			continue
		}
		if _, known := want[riot.RiotID]; known {
			continue // sent again
		}
		before := sightings[riot.CitizenID]
		sightings[riot.CitizenID] = append(before, riot)
		want[riot.RiotID] = riot.RiotID
		if neighbour := nearest(before, riot); neighbour != "" {
			want[riot.RiotID] = want[neighbour]
		} else {
			opened++
		}
	}
	if len(want) != seen || seen == 0 {
		t.Errorf("%d riots in Kafka, the drones saw %d", len(want), seen)
	}
	for id, alert := range want {
		switch got[id] {
		case alert:
		case "":
			t.Errorf("riot %s is not alerted on", id)
		default:
			t.Errorf("riot %s belongs to alert %s, not to %s", id, alert, got[id])
		}
	}
	for id := range got {
		if want[id] == "" {
			t.Errorf("an alert is of %s, which is no riot", id)
		}
	}
	t.Logf("%d riots are %d alerts", seen, opened)
}

// nearest is the riot to whose incident another belongs: of those of the same
// citizen that are near in time and place the nearest in time, the earlier of
// two; "" when there is none.
func nearest(before []schemas.Riot, riot schemas.Riot) string {
	best, least := "", cooldown+1
	var at time.Time
	for _, other := range before {
		apart := riot.DetectedAt.Sub(other.DetectedAt).Abs()
		if apart > cooldown || peaceland.Meters(riot.Lat, riot.Lon, other.Lat, other.Lon) > nearbyM {
			continue
		}
		if apart < least || apart == least && other.DetectedAt.Before(at) {
			best, least, at = other.RiotID, apart, other.DetectedAt
		}
	}
	return best
}

// A live flight with faults, while the alerter is killed by SIGKILL every few
// seconds and the broker once. E2E_KILL_EVERY and E2E_LIVE make it longer.
func TestAlertsSurviveKills(t *testing.T) {
	often, live := duration(t, "E2E_KILL_EVERY", 7*time.Second), duration(t, "E2E_LIVE", 30*time.Second)
	s := running(t, live+3*time.Minute)
	const speed = 120
	from := time.Date(2026, 2, 14, 19, 0, 0, 0, time.UTC)
	window := []string{
		"--drones", "300", "--from", from.Format(time.RFC3339), "--for", (speed * live).String(),
		"--late", "2%", "--duplicate", "3%", "--reorder", "3%", "--corrupt", "1%",
	}
	expected := expectedOf(t, s, window)

	flight := s.program("simulator", slices.Concat(window, []string{"--speed", "120", "--json"})...)
	flight.Stderr = io.Discard
	if err := flight.Start(); err != nil {
		t.Fatal(err)
	}
	began, kills, brokerKilled := time.Now(), 0, false
	for time.Since(began) < live {
		alerter := s.program("alerter")
		if err := alerter.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(often)
		if !brokerKilled && time.Since(began) > live/2 {
			s.kill(t, "kafka")
			brokerKilled = true
		}
		if err := alerter.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = alerter.Wait() // it was killed
		kills++
	}
	if err := flight.Wait(); err != nil {
		t.Fatalf("simulator: %v", s.why(err))
	}
	t.Logf("killed the alerter %d times, the broker once: %v", kills, brokerKilled)
	s.run(t, 0, "alerter", "--idle-exit", "8s")
	alertsAreThoseOfTheRiots(t, s, expected.Totals.Riots, days{from, from.Add(speed * live)})
}
