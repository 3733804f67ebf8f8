package app

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peacestate/peacestate/simulator/internal/publish"
)

// station is a watcher of a flight that goes at a report a second, and its log.
// It must be made in a bubble of synctest.
func station(tally func() publish.Tally) (*watcher, *shared) {
	log := new(shared)
	g := newGate(plan{
		from: time.Unix(0, 0).UTC(), to: time.Unix(1e9, 0), duration: maxFlight,
		pace: rate(1),
	}, func() int64 { return 0 })
	return &watcher{gate: g, tally: tally, log: slog.New(slog.NewTextHandler(log, nil))}, log
}

func TestALineIsSaidEveryFiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, log := station(func() publish.Tally { return publish.Tally{Reports: 7} })
		w.gate.land() // so that it is not late, too
		stop := w.watch(t.Context(), func() {})
		time.Sleep(20 * time.Second)
		stop()
		if said := log.take(); strings.Count(said, "msg=flying reports=7") != 4 || strings.Count(said, "\n") != 4 {
			t.Errorf("said in twenty seconds:\n%s", said)
		}
	})
}

func TestAFlightBehindItsPaceIsSaidOnceUntilItIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, log := station(func() publish.Tally { return publish.Tally{} })
		pass := func() {
			if !w.gate.pass(t.Context(), time.Unix(60, 0)) {
				t.Error("the flight has ended")
			}
		}
		saidSince := func(when string, want ...string) {
			t.Helper()
			synctest.Wait()
			var got []string
			for line := range strings.Lines(log.take()) {
				if !strings.Contains(line, "msg=flying") {
					got = append(got, line)
				}
			}
			if len(got) != len(want) {
				t.Fatalf("%s: said %q, want %q", when, got, want)
			}
			for i := range want {
				if !strings.Contains(got[i], want[i]) {
					t.Errorf("%s: said %q, want %q", when, got[i], want[i])
				}
			}
		}
		stop := w.watch(t.Context(), func() {})
		for range 10 {
			pass()
		}
		saidSince("on pace")
		time.Sleep(tooLate) // while the last one is held up
		saidSince("nearly late")
		time.Sleep(10 * time.Second)
		saidSince("late", `level=WARN msg="cannot keep the pace;`)
		for range 15 {
			pass()
		}
		time.Sleep(readEvery)
		saidSince("back", `level=INFO msg="back on pace"`)
		time.Sleep(10 * time.Second)
		saidSince("late again", "cannot keep the pace")
		w.gate.land()
		time.Sleep(time.Minute)
		stop()
		saidSince("landed")
	})
}

func TestAFlightIsReadyWhileKafkaAcknowledges(t *testing.T) {
	var tally publish.Tally
	// Each step changes the tally, lets time go by, and asks.
	type step struct {
		reports, undelivered int64
		after                time.Duration
		want                 string // why it is not ready; nothing when it is
	}
	const silent = "Kafka has acknowledged nothing for 10s, and 5 messages wait"
	tests := map[string][]step{
		"a flight that has sent nothing yet":    {{0, 0, time.Hour, ""}},
		"a report a day, acknowledged":          {{1, 0, 24 * time.Hour, ""}, {2, 0, 24 * time.Hour, ""}},
		"a queue that moves":                    {{1, 5, 9 * time.Second, ""}, {2, 5, 9 * time.Second, ""}},
		"a queue that does not":                 {{1, 5, 9 * time.Second, ""}, {1, 5, time.Second, silent}},
		"nothing acknowledged from the start":   {{0, 5, 10 * time.Second, silent}},
		"Kafka away after a long time of quiet": {{1, 0, time.Hour, ""}, {1, 5, 9 * time.Second, ""}, {1, 5, time.Second, silent}},
		"Kafka back":                            {{1, 5, 10 * time.Second, silent}, {2, 5, 0, ""}},
	}
	for name, steps := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, _ := station(func() publish.Tally { return tally })
				for i, s := range steps {
					tally = publish.Tally{Reports: s.reports, Undelivered: s.undelivered}
					w.observe() // as the watch does, several times a second
					time.Sleep(s.after)
					err := w.ready()
					if err == nil && s.want != "" || err != nil && err.Error() != s.want {
						t.Errorf("step %d: %v, want %q", i, err, s.want)
					}
				}
			})
		})
	}
	t.Run("a flight that has landed", func(t *testing.T) {
		w, _ := station(func() publish.Tally { return publish.Tally{Undelivered: 3} })
		w.gate.land()
		if err := w.ready(); err == nil || err.Error() != "the flight is over; 3 messages wait for their acknowledgement" {
			t.Errorf("ready says %v", err)
		}
	})
}
