package app

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/peacestate/peacestate/alerter/internal/stream"
)

// tooQuiet is for how long the loop may be busy with one thing, or Kafka
// acknowledge nothing, before that is no longer ready.
const tooQuiet = 5 * time.Second

// Health is how the alerter is, by what its loop tells. It is safe for
// concurrent use.
type health struct {
	mu    sync.Mutex
	state stream.State // as told last
	// moved is when a riot was done with, or nothing waited for Kafka, for the
	// last time; done is how many riots had been by then.
	moved time.Time
	done  int64
	// webhooks says which of them does not take alerts; nil until they are at work.
	webhooks func() error
}

// tell keeps a state. done is how many riots were done with so far.
func (h *health) tell(state stream.State, done int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.state = state
	if state.Waiting == 0 || done > h.done {
		h.moved, h.done = state.At, done
	}
}

func (h *health) told() stream.State {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state
}

// reach is told of the webhooks once they are at work.
func (h *health) reach(webhooks func() error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.webhooks = webhooks
}

// ready says why riots are not alerted on, or alerts do not reach everyone, if
// so it is.
func (h *health) ready(now time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.state
	stuck := s.At.Sub(h.moved)
	switch {
	case s.At.IsZero():
		return errors.New("waiting for Kafka and the schema registry")
	case now.Sub(s.At) >= tooQuiet:
		return fmt.Errorf("Kafka has not been polled for %s", now.Sub(s.At).Round(time.Second))
	case s.Trouble != "":
		return errors.New(s.Trouble)
	case !s.Joined:
		return errors.New("waiting for the consumer group to share out the partitions")
	case s.Lag == stream.Unknown:
		return errors.New("Kafka has not told yet how many riots wait")
	case s.Waiting > 0 && stuck >= tooQuiet:
		return fmt.Errorf("Kafka has acknowledged nothing for %s, and %d alerts wait", stuck.Round(time.Second), s.Waiting)
	case h.webhooks != nil:
		return h.webhooks()
	default:
		return nil
	}
}

// register makes it known to Prometheus.
func (h *health) register(r prometheus.Registerer) {
	gauge := func(name, help string, value func(stream.State) float64) {
		r.MustRegister(prometheus.NewGaugeFunc(
			prometheus.GaugeOpts{Namespace: "peacestate", Subsystem: "alerter", Name: name, Help: help},
			func() float64 { return value(h.told()) }))
	}
	gauge("lag_riots", "Riots that Kafka has in the partitions assigned and that were not received yet; -1 while that is not known.",
		func(s stream.State) float64 { return float64(s.Lag) })
	gauge("partitions", "Partitions of the topic riots that are assigned.",
		func(s stream.State) float64 { return float64(s.Partitions) })
	gauge("unacknowledged", "Alerts and dead letters sent that Kafka has not acknowledged yet.",
		func(s stream.State) float64 { return float64(s.Waiting) })
	gauge("polled_timestamp_seconds", "Unix time when Kafka was last polled; 0 before the first time.",
		func(s stream.State) float64 {
			if s.At.IsZero() {
				return 0
			}
			return float64(s.At.UnixMilli()) / 1e3
		})
}
