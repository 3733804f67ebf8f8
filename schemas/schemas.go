// Package schemas is the contract between the parts of PeaceState: the Avro
// schema of every message, the Go type of its values and the topic it travels
// on. Every program that writes or reads a message imports it; it never
// imports a Kafka client.
//
// The framing of a message is in package wire, the schema registry in package
// registry.
package schemas

import (
	_ "embed"
)

// RiotThreshold is the peacescore below which a citizen is rioting.
const RiotThreshold = 10.0

// A Contract binds a topic to the schemas of its messages and to the Go type
// T of its values. Contracts are values: copy them freely.
type Contract[T any] struct {
	// Topic is the Kafka topic; its dead letters go to DeadLetters().
	Topic string
	// Versions holds every schema ever published for the topic, oldest first.
	// The last one is what this build writes; all of them can be read.
	Versions []string

	shape shape[T]
}

// A shape is how values of T map to Avro records, the same in every version.
type shape[T any] struct {
	name   string // the record's full name
	native func(T) map[string]any
	typed  func(record) T
	valid  func(T) error // nil when every field is within its range
	// direct are encoders that need no goavro; nil where they would not earn
	// their place.
	direct []direct[T]
}

// A direct encoder appends the Avro binary of values in one schema: the bytes
// that goavro makes of native, without the maps.
type direct[T any] struct {
	schema string
	append func(dst []byte, v T) []byte
}

// Version is the contract as it was when version n, counted from 1, was the
// newest.
func (c Contract[T]) Version(n int) Contract[T] {
	c.Versions = c.Versions[:n]
	return c
}

// Subject is the name of the contract in the schema registry.
func (c Contract[T]) Subject() string { return c.Topic + "-value" }

// DeadLetters is the topic for messages of this contract that could not be
// decoded.
func (c Contract[T]) DeadLetters() string { return c.Topic + "-dlq" }

// Undelivered is the topic for messages of this contract that a webhook could
// not be brought to take.
func (c Contract[T]) Undelivered() string { return c.Topic + "-undelivered" }

// Schema is the newest version, the one that this build writes.
func (c Contract[T]) Schema() string { return c.Versions[len(c.Versions)-1] }

var (
	//go:embed testdata/report.v1.avsc
	reportV1 string
	//go:embed report.avsc
	reportV2 string
	//go:embed riot.avsc
	riotV1 string
	//go:embed alert.avsc
	alertV1 string
)

// Reports is what every drone sends once per period, keyed by drone_id.
func Reports() Contract[Report] {
	return Contract[Report]{
		Topic:    "reports",
		Versions: []string{reportV1, reportV2},
		shape: shape[Report]{
			name: "peacestate.Report", native: Report.native, typed: reportOf, valid: Report.valid,
			direct: []direct[Report]{{reportV1, appendReportV1}, {reportV2, appendReportV2}},
		},
	}
}

// Riots is what a drone sends at once for every citizen it sees rioting,
// keyed by citizen_id.
func Riots() Contract[Riot] {
	return Contract[Riot]{
		Topic:    "riots",
		Versions: []string{riotV1},
		shape:    shape[Riot]{name: "peacestate.Riot", native: Riot.native, typed: riotOf, valid: Riot.valid},
	}
}

// Alerts is what the alerter tells the people who act, keyed by citizen_id.
func Alerts() Contract[Alert] {
	return Contract[Alert]{
		Topic:    "alerts",
		Versions: []string{alertV1},
		shape:    shape[Alert]{name: "peacestate.Alert", native: Alert.native, typed: alertOf, valid: Alert.valid},
	}
}
