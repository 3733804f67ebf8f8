package webhook

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheTallySaysWhatWasDone(t *testing.T) {
	tally := newTally()
	if got, want := tally.statsOf("r#1").String(), "webhook r#1: 0 sent, 0 retried, 0 undelivered, 0 skipped"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	for range 98 {
		tally.sent(4 * time.Millisecond)
	}
	tally.sent(50 * time.Millisecond)
	tally.sent(900 * time.Millisecond)
	tally.sent(-time.Hour)        // of a clock that is ahead
	tally.sent(3 * longest)       // of a topic older than any
	tally.retried(errors.New("")) // of which the next is the last
	tally.lost()
	tally.skipped()
	got := tally.statsOf("r#1")
	if got.Max < longest*99/100 || got.Max > longest*101/100 {
		t.Errorf("the greatest latency is %s, want that of a year", got.Max)
	}
	got.Max, got.Trouble = 0, nil
	want := Stats{Webhook: "r#1", Sent: 102, Retried: 1, Undelivered: 1, Skipped: 1, P50: 4 * time.Millisecond, P99: 900 * time.Millisecond}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
	want.Max = time.Second
	if want, got := "webhook r#1: 102 sent, 1 retried, 1 undelivered, 1 skipped; from alert to receiver: p50 4ms, p99 900ms, max 1s", want.String(); got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}

func TestTroubleIsMentionedNowAndThenUntilItIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tally, why := newTally(), errors.New("it answered 500")
		if tally.sent(0) {
			t.Error("trouble is over that never was")
		}
		said := 0
		for range 21 {
			if tally.retried(why) {
				said++
			}
			time.Sleep(sayAgain / 4)
		}
		if said != 6 || !errors.Is(tally.statsOf("").Trouble, why) {
			t.Errorf("said %d times, want 6; the trouble is %v", said, tally.statsOf("").Trouble)
		}
		if !tally.sent(0) || tally.sent(0) || tally.statsOf("").Trouble != nil {
			t.Error("trouble does not end once")
		}
	})
}
