package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/peacestate/peacestate/simulator/internal/fault"
	"github.com/peacestate/peacestate/simulator/internal/pace"
)

// register makes the flight's numbers known. They are read when somebody asks.
func (w *watcher) register(r prometheus.Registerer) {
	counter := func(name, help string, value func() int64) {
		r.MustRegister(prometheus.NewCounterFunc(
			prometheus.CounterOpts{Namespace: "peacestate", Subsystem: "simulator", Name: name, Help: help},
			func() float64 { return float64(value()) }))
	}
	gauge := func(name, help string, value func() float64) {
		r.MustRegister(prometheus.NewGaugeFunc(
			prometheus.GaugeOpts{Namespace: "peacestate", Subsystem: "simulator", Name: name, Help: help}, value))
	}
	counter("reports_total", "Reports acknowledged by Kafka.", func() int64 { return w.tally().Reports })
	counter("riots_total", "Riots acknowledged by Kafka.", func() int64 { return w.tally().Riots })
	counter("maintenance_total", "Failures and repairs acknowledged by Kafka.", func() int64 { return w.tally().Maintenance })
	counter("bytes_total", "Bytes of the values sent to the topic of reports: Avro and its framing.",
		func() int64 { return w.tally().ReportBytes })
	gauge("unacknowledged", "Messages sent that Kafka has not acknowledged yet.",
		func() float64 { return float64(w.tally().Undelivered) })
	gauge("simulated_timestamp_seconds", "Unix time, in the simulation, of the report sent last; 0 before the first.",
		func() float64 {
			position, _, _ := w.gate.look()
			if position.last.IsZero() {
				return 0
			}
			return float64(position.last.UnixMilli()) / 1e3
		})
	gauge("lag_seconds", "How far the flight is behind its pace; 0 if none was asked for.", func() float64 {
		_, _, lag := w.gate.look()
		return lag.Seconds()
	})
	for _, kind := range fault.Kinds() {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: "peacestate", Subsystem: "simulator", Name: "faults_total", Help: "Faults sent, by kind.",
			ConstLabels: prometheus.Labels{"fault": string(kind)},
		}, func() float64 { return float64(w.faults()[kind]) }))
	}
	target := w.gate.plan.pace.PerSecond
	switch w.gate.plan.pace.Unit {
	case pace.Speed:
		gauge("target_speed_ratio", "Simulated seconds per second that were asked for.", func() float64 { return target })
	case pace.Reports:
		gauge("target_reports_per_second", "Reports per second that were asked for.", func() float64 { return target })
	case pace.Waves:
		gauge("target_bytes_per_second", "Bytes of reports per second that were asked for.",
			func() float64 { return target * pace.WaveBytes })
	}
}
