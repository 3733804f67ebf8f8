//go:build e2e

package e2e

import (
	"io"
	"os"
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

// alertsAreThoseOfTheRiots compares topic alerts with a plain fold over topic
// riots: one record for each riot that the drones saw, however often it was
// sent, in the incident that it belongs to, and no other.
func alertsAreThoseOfTheRiots(t *testing.T, s *system, seen int) {
	t.Helper()
	got := map[string]string{} // alert ids, by riot
	for _, alert := range decoded(t, s, schemas.Alerts()) {
		if _, known := got[alert.RiotID]; known {
			t.Errorf("riot %s is alerted on again", alert.RiotID)
		}
		got[alert.RiotID] = alert.AlertID
	}
	want := map[string]string{}
	sightings := map[string][]schemas.Riot{} // by citizen, each riot once
	opened := 0
	for _, riot := range decoded(t, s, schemas.Riots()) {
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

// alertsSurvive flies live with faults, while the alerter is killed by SIGKILL
// every few seconds and the broker once. E2E_KILL_EVERY and E2E_LIVE make it
// longer.
func alertsSurvive(t *testing.T, s *system, before int) {
	t.Helper()
	often, live := duration(t, "E2E_KILL_EVERY", 7*time.Second), duration(t, "E2E_LIVE", 30*time.Second)
	const speed = 120
	window := []string{
		"--drones", "300", "--from", "2026-02-14T19:00:00Z", "--for", (speed * live).String(),
		"--late", "2%", "--duplicate", "3%", "--reorder", "3%", "--corrupt", "1%",
	}
	foretold := parse[truth](t, s.run(t, 0, "simulator", slices.Concat([]string{"truth", "--json"}, window)...))

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
		t.Fatalf("simulator: %v", err)
	}
	t.Logf("killed the alerter %d times, the broker once: %v", kills, brokerKilled)
	s.run(t, 0, "alerter", "--idle-exit", "8s")
	alertsAreThoseOfTheRiots(t, s, before+foretold.Totals.Riots)
}

func duration(t *testing.T, name string, usual time.Duration) time.Duration {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return d
}
