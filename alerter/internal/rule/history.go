package rule

import (
	"strings"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

// A History is what the last alerts of one partition say: which riots are
// known, and which incidents there are. It forgets the oldest alert when it
// would remember more than its limit, and an incident with its last alert. So
// it takes bounded memory, and the same alerts, told from the last so many in
// the topic, make the same History.
//
// It is a value with one future. Remember and Decide take it over and answer
// the next one; to use the old one again is a mistake that panics. What it
// holds is changed in place, as a copy for each of 50,000 riots a second would
// be most of the work.
type History struct {
	memory *memory
	step   uint64 // of the memory, when this value was answered
}

// NewHistory knows nothing, and will remember so many alerts, at least one.
func NewHistory(limit int) History {
	return History{memory: &memory{
		limit:     limit,
		byRiot:    make(map[string]*sighting),
		incidents: make(map[string]*incident),
		timelines: make(map[string]*timeline),
	}}
}

// Knows says whether an alert of that riot is remembered.
func (h History) Knows(riotID string) bool {
	_, known := h.current().byRiot[riotID]
	return known
}

// Len is how many alerts are remembered.
func (h History) Len() int { return len(h.current().ring) }

// Remember adds the alert that the topic holds next.
func (h History) Remember(alert schemas.Alert) History {
	m := h.current()
	m.remember(alert)
	m.step++
	return History{memory: m, step: m.step}
}

func (h History) current() *memory {
	if h.memory.step != h.step {
		panic("rule: a History that was already taken over is used again")
	}
	return h.memory
}

// incidentOf is the incident that a riot belongs to, nil when it opens one.
func (h History) incidentOf(riot schemas.Riot, settings Settings) *incident {
	t, found := h.current().timelines[riot.CitizenID]
	if !found {
		return nil
	}
	return t.incidentOf(riot, settings)
}

// A memory is what a History holds.
type memory struct {
	limit int
	step  uint64
	// ring holds what is remembered; once it is full, the oldest is at next,
	// otherwise it is the first.
	ring      []*sighting
	next      int
	byRiot    map[string]*sighting // the last of each riot
	incidents map[string]*incident // by alert id
	timelines map[string]*timeline // by citizen
}

// A sighting is one alert that is remembered.
type sighting struct {
	riotID   string
	at       int64 // of event time, in Unix milliseconds
	lat, lon float64
	of       *incident
	on       *timeline
}

// An incident is as its last alert in the topic has it.
type incident struct {
	alertID    string
	openedAt   time.Time
	severity   schemas.Severity
	riots      int64
	remembered int // alerts
}

// remember keeps none of the alert's own texts: each would keep the whole
// message that it came in.
func (m *memory) remember(alert schemas.Alert) {
	of, found := m.incidents[alert.AlertID]
	if !found {
		of = &incident{alertID: strings.Clone(alert.AlertID)}
		m.incidents[of.alertID] = of
	}
	of.openedAt, of.severity, of.riots = alert.OpenedAt, graver(schemas.Low, alert.Severity), alert.Riots
	of.remembered++
	on, found := m.timelines[alert.CitizenID]
	if !found {
		on = &timeline{citizenID: strings.Clone(alert.CitizenID)}
		m.timelines[on.citizenID] = on
	}
	s := &sighting{at: alert.DetectedAt.UnixMilli(), lat: alert.Lat, lon: alert.Lon, of: of, on: on}
	if alert.Updates() {
		s.riotID = strings.Clone(alert.RiotID)
	} else {
		s.riotID = of.alertID
	}
	m.byRiot[s.riotID] = s
	on.add(s)
	if len(m.ring) < m.limit {
		m.ring = append(m.ring, s)
		return
	}
	m.forget(m.ring[m.next])
	m.ring[m.next] = s
	m.next = (m.next + 1) % m.limit
}

func (m *memory) forget(s *sighting) {
	if m.byRiot[s.riotID] == s {
		delete(m.byRiot, s.riotID)
	}
	if s.of.remembered--; s.of.remembered == 0 {
		delete(m.incidents, s.of.alertID)
	}
	if !s.on.remove(s) {
		delete(m.timelines, s.on.citizenID)
	}
}
