package webhook

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

func TestTheTallySaysWhatWasDone(t *testing.T) {
	tally := newTally("alerts", "r#1")
	if got, want := tally.stats().String(), "webhook r#1 of alerts: 0 sent, 0 retried, 0 undelivered, 0 skipped"; got != want {
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
	got := tally.stats()
	if got.Max < longest*99/100 || got.Max > longest*101/100 {
		t.Errorf("the greatest latency is %s, want that of a year", got.Max)
	}
	got.Max, got.Trouble = 0, nil
	want := Stats{Topic: "alerts", Webhook: "r#1", Sent: 102, Retried: 1, Undelivered: 1, Skipped: 1, P50: 4 * time.Millisecond, P99: 900 * time.Millisecond}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
	want.Max = time.Second
	if want, got := "webhook r#1 of alerts: 102 sent, 1 retried, 1 undelivered, 1 skipped; from Kafka to receiver: p50 4ms, p99 900ms, max 1s", want.String(); got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}

func TestTroubleIsMentionedNowAndThenUntilItIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tally, why := newTally("alerts", "r#1"), errors.New("it answered 500")
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
		if said != 6 || !errors.Is(tally.stats().Trouble, why) {
			t.Errorf("said %d times, want 6; the trouble is %v", said, tally.stats().Trouble)
		}
		if !tally.sent(0) || tally.sent(0) || tally.stats().Trouble != nil {
			t.Error("trouble does not end once")
		}
	})
}

func TestPrometheusIsToldTheSame(t *testing.T) {
	tally, metrics := newTally("alerts", "r#1"), prometheus.NewRegistry()
	tally.register(metrics)
	for range 3 {
		tally.sent(4 * time.Millisecond)
	}
	tally.retried(errors.New("it answered 500"))
	tally.lost()
	tally.skipped()
	families, err := metrics.Gather()
	must(t, err)
	got := make(map[string]float64)
	for _, family := range families {
		for _, metric := range family.Metric {
			name := family.GetName()
			for _, label := range metric.Label {
				name += " " + label.GetName() + "=" + label.GetValue()
			}
			got[name] = metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + float64(metric.GetHistogram().GetSampleCount())
		}
	}
	want := map[string]float64{
		"peacestate_alerter_webhook_alerts_total topic=alerts webhook=r#1 what=sent":        3,
		"peacestate_alerter_webhook_alerts_total topic=alerts webhook=r#1 what=undelivered": 1,
		"peacestate_alerter_webhook_alerts_total topic=alerts webhook=r#1 what=skipped":     1,
		"peacestate_alerter_webhook_retries_total topic=alerts webhook=r#1":                 1,
		"peacestate_alerter_webhook_up topic=alerts webhook=r#1":                            0,
		"peacestate_alerter_webhook_latency_seconds topic=alerts webhook=r#1":               3,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}
