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
	// direct are ways past goavro; nil where they would not earn their place.
	direct []direct[T]
}

// A direct way is between values and their Avro binary in one schema, without
// the maps of goavro, which were most of the cost of a message.
type direct[T any] struct {
	schema string
	append func(dst []byte, v T) []byte // the bytes that goavro makes of native
	read   func(in *input) T            // the value that typed makes of what goavro reads; nil leaves it to them
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

// AnswersTopic is the topic of the newest answer to each question that the
// archive is asked, keyed by the question's name. Its records are JSON, not
// Avro: docs/answers.md has their fields.
const AnswersTopic = "answers"

// ActionsTopic is the topic of what people did about alerts, keyed by
// alert_id. Its records are JSON, too: docs/actions.md has their fields.
const ActionsTopic = "alert-actions"

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
	//go:embed testdata/riot.v1.avsc
	riotV1 string
	//go:embed riot.avsc
	riotV2 string
	//go:embed testdata/alert.v1.avsc
	alertV1 string
	//go:embed alert.avsc
	alertV2 string
	//go:embed maintenance.avsc
	maintenanceV1 string
	//go:embed call-in.avsc
	callInV1 string
)

// Reports is what every drone sends once per period, keyed by drone_id.
func Reports() Contract[Report] {
	return Contract[Report]{
		Topic:    "reports",
		Versions: []string{reportV1, reportV2},
		shape: shape[Report]{
			name: "peacestate.Report", native: Report.native, typed: reportOf, valid: Report.valid,
			direct: []direct[Report]{{reportV1, appendReportV1, nil}, {reportV2, appendReportV2, nil}},
		},
	}
}

// Riots is what a drone sends at once for every citizen it sees rioting,
// keyed by citizen_id.
func Riots() Contract[Riot] {
	return Contract[Riot]{
		Topic:    "riots",
		Versions: []string{riotV1, riotV2},
		shape: shape[Riot]{
			name: "peacestate.Riot", native: Riot.native, typed: riotOf, valid: Riot.valid,
			direct: []direct[Riot]{{riotV1, appendRiotV1, readRiotV1}, {riotV2, appendRiotV2, readRiotV2}},
		},
	}
}

// Alerts is what the alerter tells the people who act, keyed by citizen_id.
func Alerts() Contract[Alert] {
	return Contract[Alert]{
		Topic:    "alerts",
		Versions: []string{alertV1, alertV2},
		shape: shape[Alert]{
			name: "peacestate.Alert", native: Alert.native, typed: alertOf, valid: Alert.valid,
			direct: []direct[Alert]{{alertV1, appendAlertV1, readAlertV1}, {alertV2, appendAlertV2, readAlertV2}},
		},
	}
}

// Maintenance is what the ground crew says about the drones, keyed by
// drone_id. A drone fails every few days at most, so goavro is fast enough.
func Maintenance() Contract[MaintenanceEvent] {
	return Contract[MaintenanceEvent]{
		Topic:    "maintenance",
		Versions: []string{maintenanceV1},
		shape: shape[MaintenanceEvent]{
			name: "peacestate.Maintenance", native: MaintenanceEvent.native, typed: maintenanceOf, valid: MaintenanceEvent.valid,
		},
	}
}

// CallIns is which drones the ground crew should call in, keyed by drone_id.
func CallIns() Contract[CallIn] {
	return Contract[CallIn]{
		Topic:    "call-ins",
		Versions: []string{callInV1},
		shape:    shape[CallIn]{name: "peacestate.CallIn", native: CallIn.native, typed: callInOf, valid: CallIn.valid},
	}
}
