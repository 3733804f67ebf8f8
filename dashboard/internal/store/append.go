package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/peacestate/peacestate/dashboard/internal/incident"
	"github.com/peacestate/peacestate/dashboard/internal/position"
	"github.com/peacestate/peacestate/schemas"
)

// A Record is one of the two topics. Alert is set in topic alerts, and AlertID
// and Action in topic alert-actions; none of them is when it could not be
// decoded.
type Record struct {
	Topic     position.Topic
	Partition int
	Offset    int64
	SentAt    time.Time // Kafka's time
	Alert     *schemas.Alert
	AlertID   string
	Action    *incident.Action
}

// A Change is what one record did.
type Change struct {
	Seq       int64             // ascending in this database, for good
	After     position.Position // of all that was read up to and including the record
	Incident  incident.Incident // as it is now
	Topic     position.Topic
	Partition int
	Offset    int64
	SentAt    incident.Time
	RiotID    string      // of an alert
	Action    *ActionDone // of an action
}

// An ActionDone is an action, and whether it changed something. Its JSON is
// that of the API.
type ActionDone struct {
	incident.Action
	Effective bool `json:"effective"`
}

// Append writes records, in their order, with the offsets behind them, in one
// transaction. Those that are in the database already are left out. An action
// on an incident that is not known yet is kept, and is no change.
func (s *Store) Append(ctx context.Context, records []Record) ([]Change, error) {
	var changes []Change
	w := writing{at: s.Position(), seq: s.last, incidents: map[string]*touched{}}
	err := within(ctx, s.writes, func(tx *sql.Tx) (err error) {
		w.tx = tx
		changes, err = w.write(ctx, records)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("write %d records into the database: %w", len(records), err)
	}
	s.last = w.seq
	s.skipped.Add(w.skipped)
	s.position.Store(&w.at)
	return changes, nil
}

// A writing is one transaction of Append.
type writing struct {
	tx        *sql.Tx
	at        position.Position
	seq       int64
	skipped   int64
	incidents map[string]*touched
}

// A touched incident is one that some of the records are of.
type touched struct {
	incident.Incident
	actions map[string]bool // whether each changed something, by id
}

func (w *writing) write(ctx context.Context, records []Record) ([]Change, error) {
	changes := make([]Change, 0, len(records))
	insert, err := w.tx.PrepareContext(ctx, `INSERT INTO records (seq, topic, partition, "offset", alert_id, at_ms, sent_ms, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = insert.Close() }() // the transaction's end closes it anyway
	skips := map[Record]int64{}
	for _, r := range records {
		if r.Offset < w.at.Next(r.Topic, r.Partition) {
			continue
		}
		w.at = w.at.With(r.Topic, r.Partition, r.Offset+1)
		id, at, body, err := r.body()
		if err != nil {
			return nil, err
		}
		if id == "" {
			w.skipped++
			skips[Record{Topic: r.Topic, Partition: r.Partition}]++
			continue
		}
		w.seq++
		if _, err := insert.ExecContext(ctx, w.seq, r.Topic, r.Partition, r.Offset, id, at.UnixMilli(), r.SentAt.UnixMilli(), body); err != nil {
			return nil, err
		}
		if err := w.touch(ctx, id, r.Alert); err != nil {
			return nil, err
		}
		changes = append(changes, r.change(w.seq, id, w.at))
	}
	for id, t := range w.incidents {
		if err := w.judge(ctx, id, t); err != nil {
			return nil, fmt.Errorf("incident %s: %w", id, err)
		}
	}
	for _, topic := range []position.Topic{position.Alerts, position.Actions} {
		for partition := range w.at.Partitions(topic) {
			if _, err := w.tx.ExecContext(ctx, `INSERT INTO partitions (topic, partition, next, skipped) VALUES (?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET next = excluded.next, skipped = skipped + excluded.skipped`,
				topic, partition, w.at.Next(topic, partition), skips[Record{Topic: topic, Partition: partition}]); err != nil {
				return nil, err
			}
		}
	}
	return w.known(changes), nil
}

// body is what is kept of a record; the id is empty when that is nothing.
func (r Record) body() (alertID string, at time.Time, body []byte, err error) {
	switch {
	case r.Alert != nil:
		body, err = json.Marshal(incident.Sighting(*r.Alert, r.SentAt))
		return r.Alert.AlertID, r.Alert.AlertedAt, body, err
	case r.Action != nil:
		body, err = json.Marshal(r.Action)
		return r.AlertID, r.Action.At.Time, body, err
	default:
		return "", time.Time{}, nil, nil
	}
}

func (r Record) change(seq int64, alertID string, after position.Position) Change {
	c := Change{
		Seq: seq, After: after, Incident: incident.Incident{AlertID: alertID},
		Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, SentAt: incident.At(r.SentAt),
	}
	if r.Alert != nil {
		c.RiotID = r.Alert.RiotID
	}
	if r.Action != nil {
		c.Action = &ActionDone{Action: *r.Action}
	}
	return c
}

// touch adds an alert, if there is one, to its incident.
func (w *writing) touch(ctx context.Context, id string, alert *schemas.Alert) error {
	t := w.incidents[id]
	if t == nil {
		found, err := incidentOf(ctx, w.tx, id)
		if err != nil && !errors.Is(err, ErrUnknown) {
			return err
		}
		t = &touched{Incident: found}
		w.incidents[id] = t
	}
	if alert != nil {
		t.Incident = t.With(*alert)
	}
	return nil
}

// judge finds what people made of an incident that was touched, and keeps it.
func (w *writing) judge(ctx context.Context, id string, t *touched) error {
	actions, err := actionsOf(ctx, w.tx, id)
	if err != nil {
		return err
	}
	if t.AlertID == "" {
		return nil // its alert is yet to come
	}
	if len(actions) > 0 {
		alerted, err := alertedOf(ctx, w.tx, id)
		if err != nil {
			return err
		}
		var effective []bool
		t.Standing, effective = incident.Judge(alerted, actions)
		t.actions = map[string]bool{}
		for i, a := range actions {
			t.actions[a.ID] = t.actions[a.ID] || effective[i]
		}
	}
	body, err := json.Marshal(t.Incident)
	if err != nil {
		return err
	}
	_, err = w.tx.ExecContext(ctx, `INSERT OR REPLACE INTO incidents
		(alert_id, last_ms, opened_ms, state, severity, district, citizen_id, lat, lon, haystack, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, t.LastAt.UnixMilli(), t.OpenedAt.UnixMilli(), t.State.Number(), incident.Rank(t.Severity), t.District, t.CitizenID, t.Lat, t.Lon,
		haystack(t.Incident), body)
	return err
}

// haystack is what a search looks in.
func haystack(i incident.Incident) string {
	var nobody string
	texts := append([]string{i.CitizenName, i.CitizenID, i.DroneID, i.District, *cmp.Or(i.Assignee, &nobody), i.AlertID}, i.Words...)
	return strings.ToLower(strings.Join(texts, "\n"))
}

// known are the changes whose incident is known, as it is now.
func (w *writing) known(changes []Change) []Change {
	known := changes[:0]
	for _, c := range changes {
		t := w.incidents[c.Incident.AlertID]
		if t.AlertID == "" {
			continue
		}
		c.Incident = t.Incident
		if c.Action != nil {
			c.Action.Effective = t.actions[c.Action.ID]
		}
		known = append(known, c)
	}
	return known
}
