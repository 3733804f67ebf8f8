package tally

import "github.com/prometheus/client_golang/prometheus"

// seconds are the buckets of latencies: three or four for each factor of ten
// from half a millisecond, which is as fast as Kafka is, to a minute, after
// which nothing is a matter of latency any more. The goals, 10 and 50 ms, are
// among them.
var seconds = []float64{
	.0005, .001, .002, .003, .005, .0075, .01, .015, .02, .03, .05, .075, .1, .15, .2, .3, .5, 1, 2, 5, 10, 30, 60,
}

// Metrics are what cannot be read from the figures when somebody asks.
type metrics struct{ took [stages]prometheus.Histogram }

// The beginning of every metric's name.
const namespace, subsystem = "peacestate", "alerter"

func newMetrics() (m metrics) {
	for s := range stages {
		m.took[s] = prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "latency_seconds",
			Help: "How long alerts take: until the riot is received (receive), from there until Kafka has stored " +
				"the alert (deliver), and from riot to alert (total).",
			ConstLabels: prometheus.Labels{"stage": s.String()},
			Buckets:     seconds,
		})
	}
	return m
}

// Register makes the tally known to Prometheus. What is no histogram is read
// when somebody asks.
func (t *Tally) Register(r prometheus.Registerer) {
	for _, histogram := range t.metrics.took {
		r.MustRegister(histogram)
	}
	counter := func(name, help string, labels prometheus.Labels, value func(Counts) int64) {
		r.MustRegister(prometheus.NewCounterFunc(
			prometheus.CounterOpts{Namespace: namespace, Subsystem: subsystem, Name: name, Help: help, ConstLabels: labels},
			func() float64 { return float64(value(t.counts())) }))
	}
	alerts := "Alerts stored by Kafka: new ones (opened), and further riots of theirs (updated)."
	counter("alerts_total", alerts, prometheus.Labels{"what": "opened"}, func(c Counts) int64 { return c.Opened })
	counter("alerts_total", alerts, prometheus.Labels{"what": "updated"}, func(c Counts) int64 { return c.Updated })
	counter("stale_alerts_total", "Of the alerts, those whose riot was older than --max-age.", nil,
		func(c Counts) int64 { return c.Stale })
	counter("repeated_riots_total", "Riots that were known, of which nothing was made.", nil,
		func(c Counts) int64 { return c.Repeated })
	counter("undecodable_riots_total", "Messages sent to the dead letters.", nil,
		func(c Counts) int64 { return c.Undecodable })
}

// Done is of how many riots something became so far, be it nothing.
func (t *Tally) Done() int64 {
	c := t.counts()
	return c.Opened + c.Updated + c.Repeated + c.Undecodable
}

// counts are those of everything so far.
func (t *Tally) counts() Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.before.counts.plus(t.since.counts)
}
