package app

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/peacestate/peacestate/alerter/internal/stream"
)

func TestItIsReadyWhileRiotsBecomeAlerts(t *testing.T) {
	start := time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	after := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	fine := stream.State{At: start, Joined: true, Partitions: 6}
	with := func(change func(*stream.State)) stream.State {
		state := fine
		change(&state)
		return state
	}
	type told struct {
		state stream.State
		done  int64
	}
	waiting := func(s int, done int64) told {
		return told{with(func(s2 *stream.State) { s2.At, s2.Waiting = after(s), 3 }), done}
	}
	for _, test := range []struct {
		rule string
		told []told
		now  time.Time
		want string // in the reason; nothing when ready
	}{
		{"the loop has its partitions and is at their end", []told{{fine, 0}}, start, ""},
		{"there is a lag, and it is known", []told{{with(func(s *stream.State) { s.Lag = 1e6 }), 0}}, start, ""},
		{"one alerter more than there are partitions stands by", []told{{with(func(s *stream.State) { s.Partitions = 0 }), 0}}, start, ""},
		{"nothing was told yet", nil, start, "waiting for Kafka and the schema registry"},
		{"the group has not answered", []told{{with(func(s *stream.State) { s.Joined = false }), 0}}, start, "consumer group"},
		{"the lag is not known", []told{{with(func(s *stream.State) { s.Lag = stream.Unknown }), 0}}, start, "how many riots wait"},
		{"riots wait for something", []told{{with(func(s *stream.State) { s.Trouble = "Kafka is away" }), 0}}, start, "Kafka is away"},
		{"the last poll is long ago", []told{{fine, 0}}, after(7), "not been polled for 7s"},
		{"the last poll is a little ago", []told{{fine, 0}}, after(4), ""},
		{"alerts wait for a moment", []told{{fine, 0}, waiting(4, 0)}, after(4), ""},
		{"alerts wait, and others are acknowledged", []told{{fine, 0}, waiting(4, 10), waiting(8, 20)}, after(8), ""},
		{"alerts wait, and none is acknowledged", []told{{fine, 0}, waiting(1, 10), waiting(7, 10)}, after(7), "nothing for 6s, and 3 alerts wait"},
		{"alerts waited, and are acknowledged", []told{{fine, 0}, waiting(7, 0), {with(func(s *stream.State) { s.At = after(8) }), 3}}, after(8), ""},
	} {
		t.Run(test.rule, func(t *testing.T) {
			var h health
			for _, told := range test.told {
				h.tell(told.state, told.done)
			}
			err := h.ready(test.now)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("ready says %v, want %q", err, test.want)
			}
		})
	}
}

func TestItIsNotReadyWhileAWebhookIsNot(t *testing.T) {
	at := time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	var h health
	var trouble error
	h.reach(func() error { return trouble })
	h.tell(stream.State{At: at, Joined: true}, 0)
	if err := h.ready(at); err != nil {
		t.Errorf("not ready, though all is well: %v", err)
	}
	trouble = errors.New("no answer")
	if err := h.ready(at); !errors.Is(err, trouble) {
		t.Errorf("ready says %v, want %v", err, trouble)
	}
}

func TestPrometheusIsToldHowTheLoopIs(t *testing.T) {
	var h health
	registry := prometheus.NewPedanticRegistry()
	h.register(registry)
	h.tell(stream.State{At: time.UnixMilli(1772884800500), Joined: true, Partitions: 3, Lag: 17, Waiting: 2}, 0)
	want := `
# HELP peacestate_alerter_lag_riots Riots that Kafka has in the partitions assigned and that were not received yet; -1 while that is not known.
# TYPE peacestate_alerter_lag_riots gauge
peacestate_alerter_lag_riots 17
# HELP peacestate_alerter_partitions Partitions of the topic riots that are assigned.
# TYPE peacestate_alerter_partitions gauge
peacestate_alerter_partitions 3
# HELP peacestate_alerter_polled_timestamp_seconds Unix time when Kafka was last polled; 0 before the first time.
# TYPE peacestate_alerter_polled_timestamp_seconds gauge
peacestate_alerter_polled_timestamp_seconds 1.7728848005e+09
# HELP peacestate_alerter_unacknowledged Alerts and dead letters sent that Kafka has not acknowledged yet.
# TYPE peacestate_alerter_unacknowledged gauge
peacestate_alerter_unacknowledged 2
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}
