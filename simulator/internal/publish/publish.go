// Package publish sends reports and their riots, and what the ground crew says,
// to Kafka, and counts what the brokers acknowledged. It does not know where
// they come from.
//
// A message that was accepted is never dropped: while the brokers are away it
// waits, and when the queue is full the caller waits. Only the end of the
// patience that Publish and Close are given makes a message undelivered, and
// then it is counted.
package publish

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
)

// A Publisher sends reports and maintenance, keyed by drone, and riots, keyed by
// citizen. Its methods may not run at the same time, except Tally.
type Publisher struct {
	writers Writers
	reports *lane
	riots   *lane
	crew    *lane // of maintenance
}

// Writers encode the messages.
type Writers struct {
	Reports    registry.Writer[schemas.Report]
	OldReports registry.Writer[schemas.Report] // in version 1
	Riots      registry.Writer[schemas.Riot]
	Crew       registry.Writer[schemas.MaintenanceEvent]
}

// A Message is one report as it is sent, or what the ground crew says.
type Message struct {
	// Maintenance, if it is not nil, is sent, and no report.
	Maintenance *schemas.MaintenanceEvent

	Report schemas.Report
	// OldSchema says that the drone still sends version 1 of the report.
	OldSchema bool
	// Damage is what happens to the framed bytes of the report on their way:
	// it may change them and returns what arrives; nil is nothing. The riots in
	// the report are not touched.
	Damage func(framed []byte) []byte
}

// appendReport appends the value that is sent for the report itself.
func (w Writers) appendReport(dst []byte, m Message) ([]byte, error) {
	writer := w.Reports
	if m.OldSchema {
		writer = w.OldReports
	}
	value, err := writer.Append(dst, m.Report)
	if err != nil || m.Damage == nil {
		return value, err
	}
	return append(dst, m.Damage(value[len(dst):])...), nil
}

// NewWriters looks up the schemas. It fails when they are not registered.
func NewWriters(c *registry.Client) (w Writers, err error) {
	if w.Reports, err = registry.NewWriter(c, schemas.Reports()); err != nil {
		return w, err
	}
	if w.OldReports, err = registry.NewWriter(c, schemas.Reports().Version(1)); err != nil {
		return w, err
	}
	if w.Riots, err = registry.NewWriter(c, schemas.Riots()); err != nil {
		return w, err
	}
	w.Crew, err = registry.NewWriter(c, schemas.Maintenance())
	return w, err
}

// A Tally is what became of the messages so far.
type Tally struct {
	Reports     int64 // delivered: acknowledged by all replicas in sync
	Riots       int64 // likewise
	Maintenance int64 // likewise
	Undelivered int64 // not acknowledged: yet, or, once closed, for good
	Bytes       int64 // of the values sent: Avro and its framing
	ReportBytes int64 // of those, the reports': what waves are counted in
}

// Open starts the producers, without waiting for a broker. The Publisher must
// be closed.
//
// There are several, because a producer has one linger for everything it sends
// and one connection to each broker: riots leave at once and never stand
// behind reports, while reports gather into large batches. A lane has one
// topic, so maintenance has a producer too, with the riots' settings: it is
// rarer still.
func Open(servers string, writers Writers, log *slog.Logger) (*Publisher, error) {
	riots, err := openLane(servers, schemas.Riots().Topic, riotSettings(), log)
	if err != nil {
		return nil, err
	}
	reports, err := openLane(servers, schemas.Reports().Topic, reportSettings(), log)
	if err != nil {
		riots.abandon()
		return nil, err
	}
	crew, err := openLane(servers, schemas.Maintenance().Topic, riotSettings(), log)
	if err != nil {
		riots.abandon()
		reports.abandon()
		return nil, err
	}
	return &Publisher{writers: writers, reports: reports, riots: riots, crew: crew}, nil
}

// Publish sends messages until there are no more, each after the riots in it.
// Where it must wait for room in a queue, it does so until patience ends. On
// an error the report at hand, or a part of it, is undelivered.
func (p *Publisher) Publish(patience context.Context, messages iter.Seq[Message]) error {
	for message := range messages {
		if err := p.send(patience, message); err != nil {
			return err
		}
	}
	return nil
}

func (p *Publisher) send(patience context.Context, m Message) error {
	if event := m.Maintenance; event != nil {
		err := p.crew.send(patience, event.DroneID, func(dst []byte) ([]byte, error) {
			return p.writers.Crew.Append(dst, *event)
		})
		if err != nil {
			return fmt.Errorf("send maintenance %s: %w", event.EventID, err)
		}
		return nil
	}
	for _, riot := range schemas.RiotsIn(m.Report) {
		err := p.riots.send(patience, riot.CitizenID, func(dst []byte) ([]byte, error) {
			return p.writers.Riots.Append(dst, riot)
		})
		if err != nil {
			return fmt.Errorf("send riot %s: %w", riot.RiotID, err)
		}
	}
	err := p.reports.send(patience, m.Report.DroneID, func(dst []byte) ([]byte, error) {
		return p.writers.appendReport(dst, m)
	})
	if err != nil {
		return fmt.Errorf("send report %s: %w", m.Report.ReportID, err)
	}
	return nil
}

// Close waits until every message is acknowledged, or patience ends, and
// gives up the rest. The tally is final; the error says how many messages
// were not delivered, and why the last one was not.
func (p *Publisher) Close(patience context.Context) (Tally, error) {
	why := errors.Join(p.riots.close(patience), p.reports.close(patience), p.crew.close(patience))
	tally := p.Tally()
	if tally.Undelivered == 0 {
		return tally, nil
	}
	if why == nil {
		why = errors.New("no acknowledgement came in time")
	}
	return tally, fmt.Errorf("%d messages were not delivered: %w", tally.Undelivered, why)
}

// Tally counts the messages so far. It may be called at any time.
func (p *Publisher) Tally() Tally {
	// Delivered is read before due: it can only fall behind.
	t := Tally{
		Reports: p.reports.delivered(), Riots: p.riots.delivered(), Maintenance: p.crew.delivered(),
		ReportBytes: p.ReportBytes(),
	}
	t.Undelivered = p.reports.due.Load() + p.riots.due.Load() + p.crew.due.Load() - t.Reports - t.Riots - t.Maintenance
	t.Bytes = t.ReportBytes + p.riots.bytes.Load() + p.crew.bytes.Load()
	return t
}

// ReportBytes is the tally's, alone: cheap enough to be asked for each report.
func (p *Publisher) ReportBytes() int64 { return p.reports.bytes.Load() }
