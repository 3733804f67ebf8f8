package webhook

import (
	"time"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
)

// A Subject is what people are told of: the records of one topic.
type Subject struct {
	noun               string // one of its records, in the log
	topic, undelivered string
	// read decodes a record. The error is registry.Reader's.
	read func(message []byte) (notice, error)
	// atMost is how old the records are at most with which a new outlet begins;
	// 0 for those to come alone.
	atMost time.Duration
	// lines says that the records are also written as lines, by a consumer of
	// their own.
	lines bool
}

// A notice is a record as far as it matters to whom it is told.
type notice struct {
	id string // of the record, for the log
	// about is what the record is about. Of several about the same, the first is
	// told, and each whose rank is above that of all before it.
	about string
	rank  int // 0 is never told
	// body is what is posted.
	body func(Format) ([]byte, error)
	// print writes it as a line, without waiting; nil unless Subject.lines.
	print func()
}

// Alerts tells of riots. Their lines are written before they are told (package
// stream).
func Alerts(reader *registry.Reader[schemas.Alert]) Subject {
	return Subject{
		noun: "alert", topic: schemas.Alerts().Topic, undelivered: schemas.Alerts().Undelivered(),
		read: func(message []byte) (notice, error) {
			alert, err := reader.Read(message)
			return ofAlert(alert), err
		},
	}
}

// ofAlert is news when it opens an incident, and when it raises its severity,
// unless it is stale.
func ofAlert(alert schemas.Alert) notice {
	n := notice{
		id: alert.RiotID, about: alert.AlertID, rank: rank(alert.Severity),
		body: func(f Format) ([]byte, error) { return f.encode("alert", bodyOf(alert)) },
	}
	if alert.Stale {
		n.rank = 0
	}
	return n
}

// rank orders the severities, from 1; no severity is 0. One that this build
// does not know counts as the mildest.
func rank(s schemas.Severity) int {
	switch s {
	case "":
		return 0
	case schemas.Critical:
		return 3
	case schemas.High:
		return 2
	default:
		return 1
	}
}

// stillFlies is how long a drone may still be in the air that was called in: as
// long as a prediction looks ahead.
const stillFlies = 7 * 24 * time.Hour

// CallIns tells the ground crew of drones to call in. Each is also written as a
// line.
func CallIns(reader *registry.Reader[schemas.CallIn], lines *deliver.Lines[schemas.CallIn]) Subject {
	return Subject{
		noun: "call-in", topic: schemas.CallIns().Topic, undelivered: schemas.CallIns().Undelivered(), atMost: stillFlies, lines: true,
		read: func(message []byte) (notice, error) {
			call, err := reader.Read(message)
			n := ofCallIn(call)
			n.print = func() { lines.Print(call) }
			return n, err
		},
	}
}

// ofCallIn is news once: what comes again until the drone is repaired has the
// same id.
func ofCallIn(call schemas.CallIn) notice {
	return notice{
		id: call.CallID, about: call.CallID, rank: 1,
		body: func(f Format) ([]byte, error) { return f.encode("call-in", callBodyOf(call)) },
	}
}
