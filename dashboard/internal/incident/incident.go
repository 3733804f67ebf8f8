// Package incident turns alerts, and what people did about them, into
// incidents. It is pure: both are read and kept elsewhere.
//
// Two topics say what an incident is, and nothing says how records of one
// stand to records of the other. So that every instance finds the same, the
// result depends on the order within each topic alone, and where the two meet,
// on the times in the records.
package incident

import (
	"slices"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

// An Alert is one sighting of the incident, as topic alerts has it. Its JSON
// is that of the API.
type Alert struct {
	RiotID     string           `json:"riot_id"`
	DroneID    string           `json:"drone_id"`
	DetectedAt Time             `json:"detected_at"`
	Lat        float64          `json:"lat"`
	Lon        float64          `json:"lon"`
	District   string           `json:"district"`
	Severity   schemas.Severity `json:"severity"`
	Peacescore float64          `json:"peacescore"`
	Words      []string         `json:"words"`
	Rioters    int              `json:"rioters"`
	Riots      int64            `json:"riots"` // of the incident up to this one
	Stale      bool             `json:"stale"`
	AlertedAt  Time             `json:"alerted_at"`
	SentAt     Time             `json:"kafka_timestamp"` // Kafka's time of the record
}

// A State is what has become of an incident.
type State string

// The states.
const (
	Open         State = "open"
	Acknowledged State = "acknowledged"
	Closed       State = "closed"
)

// An Incident is all alerts with one alert_id, and what people did. What is of
// one sighting is of the last. Its JSON is that of the API.
type Incident struct {
	AlertID     string           `json:"alert_id"`
	CitizenID   string           `json:"citizen_id"`
	CitizenName string           `json:"citizen_name"`
	DroneID     string           `json:"drone_id"`
	District    string           `json:"district"`
	Lat         float64          `json:"lat"`
	Lon         float64          `json:"lon"`
	Severity    schemas.Severity `json:"severity"`  // the highest
	OpenedAt    Time             `json:"opened_at"` // the first riot; see seenAt
	LastAt      Time             `json:"last_at"`   // the last one
	Riots       int64            `json:"riots"`
	Rioters     int              `json:"rioters"`
	Peacescore  float64          `json:"peacescore"`
	Words       []string         `json:"words"`
	Stale       bool             `json:"stale"`
	Standing
	AlertedAt Time `json:"alerted_at"`
}

// A Standing is what people made of an incident.
type Standing struct {
	State    State   `json:"state"`
	Assignee *string `json:"assignee"` // nil is nobody
	// ActedBy and ActedAt are of the last action that changed something; nil
	// before the first.
	ActedBy *string `json:"acted_by"`
	ActedAt *Time   `json:"acted_at"`
}

// Sighting is what of an alert is one sighting's.
func Sighting(a schemas.Alert, sentAt time.Time) Alert {
	return Alert{
		RiotID: a.RiotID, DroneID: a.DroneID, DetectedAt: At(a.DetectedAt), Lat: a.Lat, Lon: a.Lon, District: a.Place,
		Severity: severity(a), Peacescore: a.Peacescore, Words: append([]string{}, a.Words...), Rioters: a.Rioters, Riots: a.Riots,
		Stale: a.Stale, AlertedAt: At(a.AlertedAt), SentAt: At(sentAt),
	}
}

// With is the incident with one more alert of it. Of its zero value it is the
// incident that the alert opens. The order of alerts matters only between two
// of the same millisecond.
func (i Incident) With(a schemas.Alert) Incident {
	known := i
	seen, opened := seenAt(a), noLater(a.OpenedAt, a.AlertedAt)
	if i.AlertID == "" || !seen.Before(i.LastAt.Time) {
		i = Incident{
			AlertID: a.AlertID, CitizenID: a.CitizenID, CitizenName: a.CitizenName, DroneID: a.DroneID, District: a.Place,
			Lat: a.Lat, Lon: a.Lon, Severity: severity(a), OpenedAt: opened, LastAt: seen, Riots: a.Riots,
			Rioters: a.Rioters, Peacescore: a.Peacescore, Words: append([]string{}, a.Words...), Stale: a.Stale,
			Standing: Standing{State: Open}, AlertedAt: At(a.AlertedAt),
		}
	}
	if known.AlertID == "" {
		return i
	}
	i.Standing = known.Standing
	i.Riots = max(known.Riots, a.Riots)
	if known.OpenedAt.Before(i.OpenedAt.Time) {
		i.OpenedAt = known.OpenedAt
	}
	if opened.Before(i.OpenedAt.Time) {
		i.OpenedAt = opened
	}
	i.Severity = severities[max(Rank(known.Severity), Rank(a.Severity))]
	return i
}

// seenAt is when an alert's riot was seen. A drone's clock may run ahead, and
// that of a simulation does: no riot is seen after the alert that tells of it,
// lest what is to come hides what happens now.
func seenAt(a schemas.Alert) Time { return noLater(a.DetectedAt, a.AlertedAt) }

func noLater(at, than time.Time) Time {
	if at.After(than) {
		at = than
	}
	return At(at)
}

// severities are those that there are, mildest first.
var severities = [...]schemas.Severity{schemas.Low, schemas.High, schemas.Critical}

// Rank orders the severities: 0 low, 1 high, 2 critical. One that this build
// does not know is the mildest.
func Rank(s schemas.Severity) int { return max(0, slices.Index(severities[:], s)) }

func severity(a schemas.Alert) schemas.Severity { return severities[Rank(a.Severity)] }

// Number is the state as the map's points have it: 0 open, 1 acknowledged, 2
// closed.
func (s State) Number() int {
	return max(0, slices.Index([]State{Open, Acknowledged, Closed}, s))
}
