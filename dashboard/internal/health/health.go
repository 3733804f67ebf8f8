// Package health says how the pipeline is: numbers from its parts, and what
// they mean, in sentences. Judging is pure; collecting asks Kafka, Connect and
// the alerters.
package health

import (
	"github.com/peacestate/peacestate/dashboard/internal/incident"
)

// A Report is how the pipeline is at a time. Its JSON is that of the API.
type Report struct {
	OK      bool          `json:"ok"` // no check is false
	At      incident.Time `json:"at"`
	Checks  []Check       `json:"checks"`
	Numbers Numbers       `json:"numbers"`
}

// A Check is one thing that an operator looks at.
type Check struct {
	Name  string `json:"name"`
	OK    *bool  `json:"ok"` // nil when it cannot be known
	Value string `json:"value"`
	Says  string `json:"says"` // one sentence
}

// Numbers are what was measured; nil is what could not be.
type Numbers struct {
	Rates         map[string]*float64 `json:"rates"` // records/s by topic
	AlerterLag    *int64              `json:"alerter_lag"`
	SinkLags      map[string]*int64   `json:"sink_lags"` // by connector
	DashboardLag  *int64              `json:"dashboard_lag"`
	LatencyP50Ms  *float64            `json:"latency_p50_ms"`
	LatencyP99Ms  *float64            `json:"latency_p99_ms"`
	ArchiveDelayS *float64            `json:"archive_delay_s"`
	Connectors    []Connector         `json:"connectors"`
	DeadLetters   map[string]*int64   `json:"dead_letters"` // by topic
	Skipped       int64               `json:"skipped"`
	LastAlertAt   *incident.Time      `json:"last_alert_at"`
	Clients       int                 `json:"clients"`
}

// A Connector is one of Kafka Connect's.
type Connector struct {
	Name  string `json:"name"`
	State string `json:"state"`
	Tasks []Task `json:"tasks"`
}

// A Task is one of a connector's. A connector that runs may have tasks that do
// not.
type Task struct {
	ID     int    `json:"id"`
	State  string `json:"state"`
	Worker string `json:"worker"`
}
