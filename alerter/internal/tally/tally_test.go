package tally

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
)

var sent = time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)

// alert tells of one that was received and delivered so long after it was sent.
func alert(t *Tally, outcome deliver.Outcome, received, delivered time.Duration, stale bool) {
	source := deliver.Source{SentAt: sent, ReceivedAt: sent.Add(received)}
	t.Received(source)
	t.Delivered(deliver.Receipt{Source: source, Outcome: outcome, Stale: stale, At: sent.Add(delivered)})
}

const ms = time.Millisecond

func TestWhatIsCountedAndHowLongItTook(t *testing.T) {
	tally := New()
	for range 94 {
		alert(tally, deliver.Opened, 1*ms, 4*ms, false)
	}
	for range 4 {
		alert(tally, deliver.Updated, 2*ms, 7*ms, false)
	}
	alert(tally, deliver.Opened, 20*ms, 50*ms, true)
	alert(tally, deliver.Updated, 800*ms, 900*ms, true)
	tally.Repeated()
	tally.Undecodable()
	tally.Delivered(deliver.Receipt{Outcome: deliver.Dead, At: sent.Add(time.Hour)}) // no alert: no latency

	want := Summary{
		Counts:  Counts{Opened: 95, Updated: 5, Stale: 2, Repeated: 1, Undecodable: 1},
		Receive: Percentiles{1 * ms, 2 * ms, 20 * ms, 800 * ms},
		Deliver: Percentiles{3 * ms, 5 * ms, 30 * ms, 100 * ms},
		Total:   Percentiles{4 * ms, 7 * ms, 50 * ms, 900 * ms},
	}
	got := tally.Summary()
	nearly := cmp.Comparer(func(a, b time.Duration) bool { return (a - b).Abs() <= max(a, b)/1000 }) // three digits
	if diff := cmp.Diff(want, got, nearly); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	line := "95 alerts, 5 updates (2 stale), 1 repetitions, 1 undecodable; from riot to alert: p50 4ms p95 7ms p99 50ms max 900ms " +
		"(received p50 1ms p95 2ms p99 20ms max 800ms, delivered p50 3ms p95 5ms p99 30ms max 100ms)"
	if got.String() != line {
		t.Errorf("it says %q, want %q", got, line)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).LogAttrs(t.Context(), slog.LevelInfo, "alerts", got.Attributes()...)
	if want := `opened=95 updated=5 stale=2 repeated=1 undecodable=1 latency="p50 4ms p95 7ms p99 50ms max 900ms"`; !strings.Contains(log.String(), want) {
		t.Errorf("the log says %s, want %s", &log, want)
	}
}

func TestAWindowForgetsAndASummaryDoesNot(t *testing.T) {
	tally := New()
	alert(tally, deliver.Opened, 1*ms, 5*ms, false)
	if got := tally.Window(); got.Opened != 1 || got.Total.Max.Round(ms) != 5*ms {
		t.Errorf("the first window: %s", got)
	}
	if got := tally.Window(); got != (Summary{}) {
		t.Errorf("a window in which nothing happened: %s", got)
	}
	alert(tally, deliver.Updated, 1*ms, 3*ms, false)
	if got := tally.Window(); got.Opened != 0 || got.Updated != 1 || got.Total.Max.Round(ms) != 3*ms {
		t.Errorf("the third window: %s", got)
	}
	if got := tally.Summary(); got.Opened != 1 || got.Updated != 1 || got.Total.Max.Round(ms) != 5*ms || got.Total.P50.Round(ms) != 3*ms {
		t.Errorf("the summary: %s", got)
	}
}

func TestLatenciesOutOfReasonAreBounded(t *testing.T) {
	for _, test := range []struct {
		rule     string
		took     time.Duration
		min, max time.Duration
	}{
		{"a clock that is behind counts as no latency", -time.Hour, 0, 0},
		{"a riot older than any Kafka keeps counts as a year", 3 * longest, longest * 99 / 100, longest * 101 / 100},
	} {
		t.Run(test.rule, func(t *testing.T) {
			tally := New()
			alert(tally, deliver.Opened, test.took, test.took, false)
			if got := tally.Summary().Total.Max; got < test.min || got > test.max {
				t.Errorf("the greatest latency is %s, want %s to %s", got, test.min, test.max)
			}
		})
	}
}

func TestWithoutAlertsThereIsNoLatency(t *testing.T) {
	if got, want := New().Summary().String(), "0 alerts, 0 updates (0 stale), 0 repetitions, 0 undecodable"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}

func TestPrometheusIsToldTheSame(t *testing.T) {
	tally, registry := New(), prometheus.NewPedanticRegistry()
	tally.Register(registry)
	alert(tally, deliver.Opened, 1*ms, 4*ms, true)
	alert(tally, deliver.Updated, 1*ms, 90*ms, false)
	tally.Window() // does not take anything away
	tally.Repeated()
	tally.Undecodable()
	want := `
# HELP peacestate_alerter_alerts_total Alerts stored by Kafka: new ones (opened), and further riots of theirs (updated).
# TYPE peacestate_alerter_alerts_total counter
peacestate_alerter_alerts_total{what="opened"} 1
peacestate_alerter_alerts_total{what="updated"} 1
# HELP peacestate_alerter_repeated_riots_total Riots that were known, of which nothing was made.
# TYPE peacestate_alerter_repeated_riots_total counter
peacestate_alerter_repeated_riots_total 1
# HELP peacestate_alerter_stale_alerts_total Of the alerts, those whose riot was older than --max-age.
# TYPE peacestate_alerter_stale_alerts_total counter
peacestate_alerter_stale_alerts_total 1
# HELP peacestate_alerter_undecodable_riots_total Messages sent to the dead letters.
# TYPE peacestate_alerter_undecodable_riots_total counter
peacestate_alerter_undecodable_riots_total 1
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "peacestate_alerter_alerts_total",
		"peacestate_alerter_repeated_riots_total", "peacestate_alerter_stale_alerts_total", "peacestate_alerter_undecodable_riots_total"); err != nil {
		t.Error(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != "peacestate_alerter_latency_seconds" {
			continue
		}
		for _, metric := range family.GetMetric() {
			if h := metric.GetHistogram(); h.GetSampleCount() != 2 || metric.GetLabel()[0].GetName() != "stage" {
				t.Errorf("%v: %d latencies, want 2", metric.GetLabel(), h.GetSampleCount())
			}
		}
		if len(family.GetMetric()) != int(stages) {
			t.Errorf("%d stages, want %d", len(family.GetMetric()), stages)
		}
	}
}
