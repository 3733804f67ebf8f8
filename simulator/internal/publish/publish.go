// Package publish sends reports and their riots to Kafka, and counts what the
// brokers acknowledged. It does not know where the reports come from.
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

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
)

// A Publisher sends reports, keyed by drone, and riots, keyed by citizen. Its
// methods may not run at the same time, except Tally.
type Publisher struct {
	reports *lane[schemas.Report]
	riots   *lane[schemas.Riot]
}

// Writers encode the messages.
type Writers struct {
	Reports    registry.Writer[schemas.Report]
	OldReports registry.Writer[schemas.Report] // in version 1
	Riots      registry.Writer[schemas.Riot]
}

// A Message is one report as it is sent.
type Message struct {
	Report schemas.Report
	// OldSchema says that the drone still sends version 1 of the report.
	OldSchema bool
	// Damage is what happens to the framed bytes of the report on their way;
	// nil is nothing. The riots in it are not touched.
	Damage func(framed []byte) []byte
}

// NewWriters looks up the schemas. It fails when they are not registered.
func NewWriters(c *registry.Client) (w Writers, err error) {
	if w.Reports, err = registry.NewWriter(c, schemas.Reports()); err != nil {
		return w, err
	}
	if w.OldReports, err = registry.NewWriter(c, schemas.Reports().Version(1)); err != nil {
		return w, err
	}
	w.Riots, err = registry.NewWriter(c, schemas.Riots())
	return w, err
}

// A Tally is what became of the messages so far.
type Tally struct {
	Reports     int64 // delivered: acknowledged by all replicas in sync
	Riots       int64 // likewise
	Undelivered int64 // not acknowledged: yet, or, once closed, for good
	Bytes       int64 // of the values sent: Avro and its framing
	ReportBytes int64 // of those, the reports'
}

// Open starts the producers, without waiting for a broker. The Publisher must
// be closed.
//
// There are two, because a producer has one linger for everything it sends
// and one connection to each broker: riots leave at once and never stand
// behind reports, while reports gather into large batches.
func Open(servers string, writers Writers, log *slog.Logger) (*Publisher, error) {
	riots, err := openLane(servers, schemas.Riots(), writers.Riots, riotSettings(), log)
	if err != nil {
		return nil, err
	}
	reports, err := openLane(servers, schemas.Reports(), writers.Reports, reportSettings(), log)
	if err != nil {
		riots.abandon()
		return nil, err
	}
	return &Publisher{reports: reports, riots: riots}, nil
}

// Publish sends messages until there are no more, each after the riots in it.
// Where it must wait for room in a queue, it does so until patience ends. On
// an error the report at hand, or a part of it, is undelivered.
func (p *Publisher) Publish(patience context.Context, messages iter.Seq[Message]) error {
	var value []byte // reused: send copies it
	var err error
	for message := range messages {
		report := message.Report
		for _, riot := range schemas.RiotsIn(report) {
			if value, err = p.riots.send(patience, value, riot.CitizenID, riot); err != nil {
				return fmt.Errorf("send riot %s: %w", riot.RiotID, err)
			}
		}
		if value, err = p.reports.send(patience, value, report.DroneID, report); err != nil {
			return fmt.Errorf("send report %s: %w", report.ReportID, err)
		}
	}
	return nil
}

// Close waits until every message is acknowledged, or patience ends, and
// gives up the rest. The tally is final; the error says how many messages
// were not delivered, and why the last one was not.
func (p *Publisher) Close(patience context.Context) (Tally, error) {
	why := errors.Join(p.riots.close(patience), p.reports.close(patience))
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
	t := Tally{Reports: p.reports.delivered.Load(), Riots: p.riots.delivered.Load()}
	t.Undelivered = p.reports.due.Load() + p.riots.due.Load() - t.Reports - t.Riots
	t.ReportBytes = p.ReportBytes()
	t.Bytes = t.ReportBytes + p.riots.bytes.Load()
	return t
}

// ReportBytes is the tally's, alone: cheap enough to be asked for each report.
func (p *Publisher) ReportBytes() int64 { return p.reports.bytes.Load() }

// settings common to both producers, each with its reason.
func settings() kafka.ConfigMap {
	return kafka.ConfigMap{
		// A retry neither repeats a message nor changes the order of a key's;
		// that also asks for the acknowledgement of all replicas in sync.
		"enable.idempotence": true,
		"acks":               "all",
		// A broker may be away for as long as it takes: giving up is decided
		// by Close, not by a clock in the client.
		"message.timeout.ms": 0,
		// Look for a broker that is back every second, not every ten.
		"reconnect.backoff.max.ms": 1000,
		// The partition that Java clients choose for the same key, so that
		// they and Connect agree on where a drone's reports are.
		"partitioner": "murmur2_random",
		// The delivery reports are counted; copies of the messages in them
		// would only be garbage.
		"go.delivery.report.fields": "none",
	}
}

// reportSettings favour throughput.
func reportSettings() kafka.ConfigMap {
	s := settings()
	s["linger.ms"] = 20
	// lz4 costs a twentieth more CPU than no compression, zstd an eighth.
	s["compression.type"] = "lz4"
	// Bounds what waits in memory while the broker is away or slow.
	s["queue.buffering.max.messages"] = 200_000
	s["queue.buffering.max.kbytes"] = 128 << 10
	s["go.events.channel.size"] = 100_000
	return s
}

// riotSettings favour latency: no linger, nothing to compress.
func riotSettings() kafka.ConfigMap {
	s := settings()
	s["linger.ms"] = 0
	s["queue.buffering.max.messages"] = 100_000
	s["go.events.channel.size"] = 10_000
	return s
}
