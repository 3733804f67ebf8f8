package webhook

import "github.com/prometheus/client_golang/prometheus"

// seconds are the buckets of latencies: from what a receiver in the same rack
// takes to the five minutes after which an alert is usually given up.
var seconds = []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60, 300}

func newHistogram(topic, webhook string) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: "peacestate", Subsystem: "alerter", Name: "webhook_latency_seconds",
		Help:        "How long it took from a record in Kafka until the webhook's receiver took it.",
		ConstLabels: prometheus.Labels{"topic": topic, "webhook": webhook},
		Buckets:     seconds,
	})
}

// Register makes the webhooks known to Prometheus, each under its topic and Name. It
// panics when they are known already.
func (w *Webhooks) Register(r prometheus.Registerer) {
	for _, h := range w.hooks {
		h.tally.register(r)
	}
}

func (t *tally) register(r prometheus.Registerer) {
	r.MustRegister(t.took)
	options := func(name, help, what string) prometheus.Opts {
		labels := prometheus.Labels{"topic": t.topic, "webhook": t.webhook}
		if what != "" {
			labels["what"] = what
		}
		return prometheus.Opts{Namespace: "peacestate", Subsystem: "alerter", Name: name, Help: help, ConstLabels: labels}
	}
	counter := func(name, help, what string, value func(Stats) int64) {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts(options(name, help, what)),
			func() float64 { return float64(value(t.stats())) }))
	}
	const alerts = "Alerts, or call-ins, that a webhook is done with: taken by the receiver (sent), given up (undelivered), not to be told (skipped)."
	counter("webhook_alerts_total", alerts, "sent", func(s Stats) int64 { return s.Sent })
	counter("webhook_alerts_total", alerts, "undelivered", func(s Stats) int64 { return s.Undelivered })
	counter("webhook_alerts_total", alerts, "skipped", func(s Stats) int64 { return s.Skipped })
	counter("webhook_retries_total", "Attempts after the first of their record.", "", func(s Stats) int64 { return s.Retried })
	r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts(options("webhook_up", "1 while the receiver's last answer was good, or none was needed yet.", "")),
		func() float64 {
			if t.stats().Trouble != nil {
				return 0
			}
			return 1
		}))
}
