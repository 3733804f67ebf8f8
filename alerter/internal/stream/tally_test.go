package stream

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
)

func TestTheTallyCountsReceiptsByWhatTheyAreFor(t *testing.T) {
	sent := time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	tally := newTally()
	alert := func(outcome deliver.Outcome, took time.Duration, stale bool) {
		tally.Delivered(deliver.Receipt{Source: deliver.Source{SentAt: sent}, Outcome: outcome, Stale: stale, At: sent.Add(took)})
	}
	for range 98 {
		alert(deliver.Opened, 4*time.Millisecond, false)
	}
	alert(deliver.Opened, 50*time.Millisecond, true)
	alert(deliver.Updated, 900*time.Millisecond, true)
	tally.Repeated()
	tally.Delivered(deliver.Receipt{Outcome: deliver.Dead, At: sent.Add(time.Hour)}) // no alert: no latency

	want := Summary{Opened: 99, Updated: 1, Stale: 2, Repeated: 1, Undecodable: 1, P50: 4 * time.Millisecond, P99: 50 * time.Millisecond, Max: 900 * time.Millisecond}
	got := tally.summary()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	if want := "99 alerts, 1 updates (2 stale), 1 repetitions, 1 undecodable; from riot to alert: p50 4ms, p99 50ms, max 900ms"; got.String() != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}

func TestLatenciesOutOfReasonAreBounded(t *testing.T) {
	sent := time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		rule     string
		took     time.Duration
		min, max time.Duration
	}{
		{"a clock that is behind counts as no latency", -time.Hour, 0, 0},
		{"a riot older than any Kafka keeps counts as a year", 3 * longest, longest * 99 / 100, longest * 101 / 100},
	} {
		t.Run(test.rule, func(t *testing.T) {
			tally := newTally()
			tally.Delivered(deliver.Receipt{Source: deliver.Source{SentAt: sent}, At: sent.Add(test.took)})
			if got := tally.summary().Max; got < test.min || got > test.max {
				t.Errorf("the greatest latency is %s, want %s to %s", got, test.min, test.max)
			}
		})
	}
}

func TestWithoutAlertsThereIsNoLatency(t *testing.T) {
	if got, want := newTally().summary().String(), "0 alerts, 0 updates (0 stale), 0 repetitions, 0 undecodable"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}
