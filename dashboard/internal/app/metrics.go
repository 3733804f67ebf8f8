package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/peacestate/peacestate/dashboard/internal/api"
	"github.com/peacestate/peacestate/dashboard/internal/feed"
	"github.com/peacestate/peacestate/dashboard/internal/position"
	"github.com/peacestate/peacestate/dashboard/internal/store"
)

// register makes the dashboard known to Prometheus.
func register(r prometheus.Registerer, database *store.Store, reading *feed.Feed, served *api.API) {
	options := func(name, help string, labels prometheus.Labels) prometheus.Opts {
		return prometheus.Opts{Namespace: "peacestate", Subsystem: "dashboard", Name: name, Help: help, ConstLabels: labels}
	}
	for topic, label := range map[position.Topic]string{position.Alerts: "alerts", position.Actions: "alert-actions"} {
		r.MustRegister(prometheus.NewGaugeFunc(
			prometheus.GaugeOpts(options("next_offset", "Sum of the offsets of the next records to be read.", prometheus.Labels{"topic": label})),
			func() float64 {
				at, sum := database.Position(), int64(0)
				for partition := range at.Partitions(topic) {
					sum += at.Next(topic, partition)
				}
				return float64(sum)
			}))
	}
	r.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts(options("skipped_records", "Records that could not be decoded.", nil)),
			func() float64 { return float64(reading.Skipped()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts(options("clients", "Browsers that listen to events.", nil)),
			func() float64 { return float64(served.Clients()) }),
	)
}
