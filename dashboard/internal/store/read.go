package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peacestate/peacestate/dashboard/internal/incident"
	"github.com/peacestate/peacestate/dashboard/internal/position"
)

// ErrUnknown says that there is no such incident.
var ErrUnknown = errors.New("no such incident")

// ErrTooFar says that a position is further back than was asked for.
var ErrTooFar = errors.New("too far back")

// mostOfIncident is how many alerts and actions of one incident are read.
const mostOfIncident = 200

// MostPoints is how many points are read at most.
const MostPoints = 100_000

// A Filter says which incidents are asked for. Its zero value is all.
type Filter struct {
	States   []int // as incident.State.Number
	Ranks    []int // as incident.Rank
	District string
	Citizen  string
	Since    time.Time // LastAt at or after it
	Until    time.Time // LastAt before it
	Text     string    // contained, whatever the case
}

// A Cursor is where a page begins: behind the incident of this time and id.
type Cursor struct {
	LastMs  int64  `json:"l"`
	AlertID string `json:"a"`
}

// A Page is some incidents, newest first.
type Page struct {
	Incidents []incident.Incident
	Next      *Cursor // nil on the last page
	Total     int     // of all pages
	Position  position.Position
}

// conditions are a WHERE clause and its arguments.
type conditions struct {
	clauses []string
	values  []any
}

func (c *conditions) add(clause string, values ...any) {
	c.clauses = append(c.clauses, clause)
	c.values = append(c.values, values...)
}

func (c *conditions) among(column string, numbers []int) {
	if len(numbers) == 0 {
		return
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(numbers)), ", ")
	values := make([]any, len(numbers))
	for i, n := range numbers {
		values[i] = n
	}
	c.add(column+" IN ("+marks+")", values...)
}

func (c conditions) where() string {
	if len(c.clauses) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.clauses, " AND ")
}

func (f Filter) conditions() conditions {
	var c conditions
	c.among("state", f.States)
	c.among("severity", f.Ranks)
	if f.District != "" {
		c.add("district = ?", f.District)
	}
	if f.Citizen != "" {
		c.add("citizen_id = ?", f.Citizen)
	}
	if !f.Since.IsZero() {
		c.add("last_ms >= ?", ceilMs(f.Since))
	}
	if !f.Until.IsZero() {
		c.add("last_ms < ?", ceilMs(f.Until))
	}
	if f.Text != "" {
		c.add("instr(haystack, ?) > 0", strings.ToLower(f.Text))
	}
	return c
}

// ceilMs is the first millisecond at or after t.
func ceilMs(t time.Time) int64 { return t.Add(time.Millisecond - 1).UnixMilli() }

// pageSQL is the query of a page, and countSQL that of its total.
func pageSQL(c conditions) string {
	return "SELECT body FROM incidents" + c.where() + " ORDER BY last_ms DESC, alert_id DESC LIMIT ?"
}

func countSQL(c conditions) string { return "SELECT count(*) FROM incidents" + c.where() }

// Page reads incidents, newest first, beginning behind the cursor, if any.
func (s *Store) Page(ctx context.Context, f Filter, behind *Cursor, limit int) (p Page, err error) {
	err = within(ctx, s.reads, func(tx *sql.Tx) error {
		if p.Position, _, err = positionOf(ctx, tx); err != nil {
			return err
		}
		c := f.conditions()
		if err := tx.QueryRowContext(ctx, countSQL(c), c.values...).Scan(&p.Total); err != nil {
			return err
		}
		if behind != nil {
			c.add("(last_ms, alert_id) < (?, ?)", behind.LastMs, behind.AlertID)
		}
		p.Incidents, err = bodies[incident.Incident](ctx, tx, pageSQL(c), append(c.values, limit+1)...)
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("read a page of incidents: %w", err)
	}
	if len(p.Incidents) > limit {
		p.Incidents = p.Incidents[:limit]
		last := p.Incidents[limit-1]
		p.Next = &Cursor{LastMs: last.LastAt.UnixMilli(), AlertID: last.AlertID}
	}
	return p, nil
}

// bodies reads the rows of a query that selects nothing but JSON.
func bodies[T any](ctx context.Context, tx *sql.Tx, query string, values ...any) (found []T, err error) {
	return collect(ctx, tx, func(rows *sql.Rows) (v T, err error) {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return v, err
		}
		return v, json.Unmarshal(body, &v)
	}, query, values...)
}

// collect reads the rows of a query.
func collect[T any](ctx context.Context, tx *sql.Tx, read func(*sql.Rows) (T, error), query string, values ...any) (found []T, err error) {
	rows, err := tx.QueryContext(ctx, query, values...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	found = []T{}
	for rows.Next() {
		v, err := read(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, v)
	}
	return found, rows.Err()
}

func incidentOf(ctx context.Context, tx *sql.Tx, id string) (incident.Incident, error) {
	found, err := bodies[incident.Incident](ctx, tx, "SELECT body FROM incidents WHERE alert_id = ?", id)
	if err != nil {
		return incident.Incident{}, err
	}
	if len(found) == 0 {
		return incident.Incident{}, ErrUnknown
	}
	return found[0], nil
}

func actionsOf(ctx context.Context, tx *sql.Tx, id string) ([]incident.Action, error) {
	return bodies[incident.Action](ctx, tx, `SELECT body FROM records WHERE alert_id = ? AND topic = ? ORDER BY partition, "offset"`, id, position.Actions)
}

// alertedOf is when each alert of an incident was decided.
func alertedOf(ctx context.Context, tx *sql.Tx, id string) ([]time.Time, error) {
	return collect(ctx, tx, func(rows *sql.Rows) (time.Time, error) {
		var ms int64
		err := rows.Scan(&ms)
		return time.UnixMilli(ms).UTC(), err
	}, "SELECT at_ms FROM records WHERE alert_id = ? AND topic = ?", id, position.Alerts)
}

// A Detail is an incident with its newest alerts, newest first, and what
// people did last, in its order.
type Detail struct {
	incident.Incident
	Alerts   []incident.Alert
	Actions  []ActionDone
	Position position.Position
}

// Incident reads one incident. Without one the error is ErrUnknown.
func (s *Store) Incident(ctx context.Context, id string) (d Detail, err error) {
	err = within(ctx, s.reads, func(tx *sql.Tx) error {
		if d.Position, _, err = positionOf(ctx, tx); err != nil {
			return err
		}
		if d.Incident, err = incidentOf(ctx, tx, id); err != nil {
			return err
		}
		d.Alerts, err = bodies[incident.Alert](ctx, tx,
			`SELECT body FROM records WHERE alert_id = ? AND topic = ? ORDER BY partition DESC, "offset" DESC LIMIT ?`, id, position.Alerts, mostOfIncident)
		if err != nil {
			return err
		}
		d.Actions, err = actionsDone(ctx, tx, id)
		return err
	})
	if err != nil {
		return Detail{}, fmt.Errorf("read incident %.100q: %w", id, err)
	}
	d.Actions = d.Actions[max(0, len(d.Actions)-mostOfIncident):]
	return d, nil
}

func actionsDone(ctx context.Context, tx *sql.Tx, id string) ([]ActionDone, error) {
	actions, err := actionsOf(ctx, tx, id)
	if err != nil || len(actions) == 0 {
		return []ActionDone{}, err
	}
	alerted, err := alertedOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	_, effective := incident.Judge(alerted, actions)
	done := make([]ActionDone, len(actions))
	for i, a := range actions {
		done[i] = ActionDone{Action: a, Effective: effective[i]}
	}
	return done, nil
}

// A Point is an incident on the map.
type Point struct {
	Lon, Lat         float64
	LastMs, OpenedMs int64
	Rank, State      int
	AlertID          string
}

const pointsSQL = `SELECT lon, lat, last_ms, opened_ms, severity, state, alert_id FROM incidents
	WHERE last_ms >= ? AND opened_ms < ? ORDER BY last_ms DESC, alert_id DESC LIMIT ?`

// Points reads the newest incidents, newest first, that were not over before
// since and had begun by until; zero times are no bounds. There are more when
// truncated.
func (s *Store) Points(ctx context.Context, since, until time.Time) (points []Point, truncated bool, at position.Position, err error) {
	from, to := int64(-1<<62), int64(1<<62)
	if !since.IsZero() {
		from = ceilMs(since)
	}
	if !until.IsZero() {
		to = ceilMs(until)
	}
	err = within(ctx, s.reads, func(tx *sql.Tx) error {
		if at, _, err = positionOf(ctx, tx); err != nil {
			return err
		}
		points, err = collect(ctx, tx, func(rows *sql.Rows) (p Point, err error) {
			return p, rows.Scan(&p.Lon, &p.Lat, &p.LastMs, &p.OpenedMs, &p.Rank, &p.State, &p.AlertID)
		}, pointsSQL, from, to, MostPoints+1)
		return err
	})
	if err != nil {
		return nil, false, at, fmt.Errorf("read the points: %w", err)
	}
	if truncated = len(points) > MostPoints; truncated {
		points = points[:MostPoints]
	}
	return points, truncated, at, nil
}

// Beyond reads what the records that a position does not cover did, in the
// order in which this instance read them, and the seq and the position of the
// last record that there is. The error is ErrTooFar when there are more than
// limit. The position must be covered by that of the store.
func (s *Store) Beyond(ctx context.Context, from position.Position, limit int) (changes []Change, last int64, at position.Position, err error) {
	err = within(ctx, s.reads, func(tx *sql.Tx) error {
		if at, _, err = positionOf(ctx, tx); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM records").Scan(&last); err != nil {
			return err
		}
		changes, err = changesBeyond(ctx, tx, from, at, limit)
		return err
	})
	if err != nil {
		return nil, last, at, fmt.Errorf("read what is beyond a position: %w", err)
	}
	return changes, last, at, nil
}

func changesBeyond(ctx context.Context, tx *sql.Tx, from, at position.Position, limit int) ([]Change, error) {
	var found []Change
	for _, topic := range []position.Topic{position.Alerts, position.Actions} {
		for partition := range at.Partitions(topic) {
			if from.Next(topic, partition) >= at.Next(topic, partition) {
				continue
			}
			these, err := collect(ctx, tx, func(rows *sql.Rows) (Change, error) { return readChange(rows, topic, partition) },
				`SELECT seq, "offset", alert_id, sent_ms, body FROM records WHERE topic = ? AND partition = ? AND "offset" >= ? ORDER BY "offset" LIMIT ?`,
				topic, partition, from.Next(topic, partition), limit+1-len(found))
			if err != nil {
				return nil, err
			}
			if found = append(found, these...); len(found) > limit {
				return nil, ErrTooFar
			}
		}
	}
	slices.SortFunc(found, func(a, b Change) int { return cmp.Compare(a.Seq, b.Seq) })
	incidents := map[string]Detail{}
	known := found[:0]
	for _, c := range found {
		from = from.With(c.Topic, c.Partition, c.Offset+1)
		c.After = from
		id := c.Incident.AlertID
		now, met := incidents[id]
		if !met {
			var err error
			if now.Incident, err = incidentOf(ctx, tx, id); err != nil && !errors.Is(err, ErrUnknown) {
				return nil, err
			}
			if now.Actions, err = actionsDone(ctx, tx, id); err != nil {
				return nil, err
			}
			incidents[id] = now
		}
		if now.AlertID == "" {
			continue
		}
		c.Incident = now.Incident
		if c.Action != nil {
			c.Action.Effective = slices.ContainsFunc(now.Actions, func(a ActionDone) bool { return a.ID == c.Action.ID && a.Effective })
		}
		known = append(known, c)
	}
	return known, nil
}

func readChange(rows *sql.Rows, topic position.Topic, partition int) (Change, error) {
	c := Change{Topic: topic, Partition: partition}
	var sentMs int64
	var body []byte
	if err := rows.Scan(&c.Seq, &c.Offset, &c.Incident.AlertID, &sentMs, &body); err != nil {
		return Change{}, err
	}
	c.SentAt = incident.At(time.UnixMilli(sentMs))
	if topic == position.Actions {
		c.Action = &ActionDone{}
		return c, json.Unmarshal(body, &c.Action.Action)
	}
	var sighting incident.Alert
	err := json.Unmarshal(body, &sighting)
	c.RiotID = sighting.RiotID
	return c, err
}

// LastAlertAt is Kafka's time of the newest alert that was read; nil before
// the first.
func (s *Store) LastAlertAt(ctx context.Context) (*incident.Time, error) {
	var ms int64
	err := s.reads.QueryRowContext(ctx, "SELECT sent_ms FROM records WHERE topic = ? ORDER BY seq DESC LIMIT 1", position.Alerts).Scan(&ms)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	at := incident.At(time.UnixMilli(ms))
	return &at, err
}
