package rule

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

// A twin decides as the package says it does, the slow and obvious way: from
// a plain list of all alerts so far, of which the last so many count.
type twin struct {
	limit  int
	alerts []schemas.Alert
}

func (w *twin) remembered() []schemas.Alert { return w.alerts[max(0, len(w.alerts)-w.limit):] }

func (w *twin) decide(riot schemas.Riot, now time.Time, settings Settings) Decision {
	for _, a := range w.remembered() {
		if a.RiotID == riot.RiotID {
			return Decision{Repeated: true}
		}
	}
	alert := alone(riot, now)
	if next, found := w.next(riot, settings); found {
		for _, a := range w.remembered() { // the last one of the incident counts
			if a.AlertID == next.AlertID {
				alert.AlertID, alert.Riots, alert.OpenedAt = a.AlertID, a.Riots+1, a.OpenedAt
				alert.Severity = graver(alone(riot, now).Severity, a.Severity)
			}
		}
	}
	w.alerts = append(w.alerts, alert)
	return Decision{Alert: alert}
}

// next is the alert that a riot happened next to.
func (w *twin) next(riot schemas.Riot, settings Settings) (next schemas.Alert, found bool) {
	var candidates []schemas.Alert
	for _, a := range w.remembered() {
		if a.CitizenID == riot.CitizenID &&
			a.DetectedAt.Sub(riot.DetectedAt).Abs() <= settings.Cooldown &&
			peaceland.Meters(a.Lat, a.Lon, riot.Lat, riot.Lon) <= settings.Nearby {
			candidates = append(candidates, a)
		}
	}
	slices.SortStableFunc(candidates, func(a, b schemas.Alert) int { return a.DetectedAt.Compare(b.DetectedAt) })
	for _, a := range candidates {
		away := a.DetectedAt.Sub(riot.DetectedAt)
		if !found || away <= 0 || away < next.DetectedAt.Sub(riot.DetectedAt).Abs() {
			next, found = a, true
		}
	}
	return next, found
}

// riots is a stream of a few citizens who move about, seen by several drones,
// with riots that come late, out of order, and again.
func riots(random *rand.Rand, n int) []schemas.Riot {
	var all []schemas.Riot
	minute := 0.0
	for i := range n {
		if len(all) > 0 && random.IntN(5) == 0 {
			back := random.IntN(min(len(all), []int{3, 30, 300}[random.IntN(3)]))
			all = append(all, all[len(all)-1-back])
			continue
		}
		minute += 4 * random.Float64()
		s := seen{minute: minute, metres: float64(random.IntN(6)) * 400, citizen: fmt.Sprint(random.IntN(3)), peacescore: 10 * random.Float64(), rioters: random.IntN(4)}
		switch random.IntN(6) {
		case 0:
			s.minute -= 60 * random.Float64() // late
		case 1:
			s.minute = float64(int(s.minute)) // at the same time as others
		case 2:
			s.minute = float64(int(s.minute)/10) * 10
		}
		r := s.riot(i)
		r.DetectedAt = r.DetectedAt.Truncate(time.Millisecond) // as everything that travelled
		all = append(all, r)
	}
	return all
}

// FuzzHistory holds the rule to its twin, and to what it would be if the
// alerter had been started again before any of the riots.
func FuzzHistory(f *testing.F) {
	for seed := range uint64(60) {
		f.Add(seed, uint8(seed*7))
	}
	f.Add(uint64(1), uint8(0))
	f.Fuzz(func(t *testing.T, seed uint64, room uint8) {
		random := rand.New(rand.NewPCG(seed, 0))
		limit := 1 + int(room)
		history, slow := NewHistory(limit), twin{limit: limit}
		opened, updated, repeated := 0, 0, 0
		for i, r := range riots(random, 400) {
			now := r.DetectedAt.Add(time.Duration(random.IntN(30)) * time.Minute)
			if random.IntN(20) == 0 {
				history = fromTopic(t, limit, slow.alerts)
			}
			var got Decision
			history, got = Decide(history, r, now, settings)
			if diff := cmp.Diff(slow.decide(r, now, settings), got); diff != "" {
				t.Fatalf("riot %d, %s (-the twin +got):\n%s", i, r.RiotID, diff)
			}
			switch {
			case got.Repeated:
				repeated++
			case got.Alert.Updates():
				updated++
			default:
				opened++
			}
			if want := min(limit, len(slow.alerts)); history.Len() != want {
				t.Fatalf("%d alerts are remembered, want %d", history.Len(), want)
			}
		}
		if limit > 10 && (opened < 10 || updated < 10 || repeated < 10) {
			t.Errorf("opened %d, updated %d, repeated %d: this proves little", opened, updated, repeated)
		}
	})
}

// fromTopic is the history as an alerter finds it that reads the last alerts
// in the topic.
func fromTopic(t *testing.T, limit int, alerts []schemas.Alert) History {
	t.Helper()
	codec, err := schemas.Alerts().Codec(schemas.Alerts().Schema())
	if err != nil {
		t.Fatal(err)
	}
	history := NewHistory(limit)
	for _, sent := range alerts[max(0, len(alerts)-limit):] {
		encoded, err := codec.Append(nil, sent)
		if err != nil {
			t.Fatal(err)
		}
		received, err := codec.Decode(encoded)
		if err != nil {
			t.Fatal(err)
		}
		history = history.Remember(received)
	}
	return history
}

func BenchmarkDecide(b *testing.B) {
	const limit, citizens = 50_000, 4_000
	random := rand.New(rand.NewPCG(1, 1))
	stream := make([]schemas.Riot, 4*limit)
	for i := range stream {
		s := seen{minute: float64(i) / 1000, metres: 300 * random.Float64(), citizen: fmt.Sprint("citizen-", random.IntN(citizens))}
		stream[i] = s.riot(i)
	}
	history := NewHistory(limit)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		history, _ = Decide(history, stream[i%len(stream)], noon, settings)
	}
}
