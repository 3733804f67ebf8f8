// Package rule decides: what a riot means for the people who act. It is pure.
// Values come in and values go out; no client, clock, environment, randomness
// or log. What is done with an alert is for package stream.
//
// # Incidents
//
// A riot is alerted on once. Riots of one citizen that are near each other, in
// place (Settings.Nearby) and in event time (Settings.Cooldown), are one
// incident: the first opens an alert, the others update it. When riots come
// late or out of order, each still joins the incident of the riot that it
// happened next to. A riot whose id is known is a repetition, and no news.
//
// What is known is what the last alerts of a partition say, and nothing else:
// a History can always be told again from them.
package rule

import (
	"time"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

// What makes a riot more than of low severity: a peacescore below the bound,
// or at least so many citizens who riot in the same report. The bands of the
// peacescore are unequal on purpose: of riots spread evenly over 0 to 10, one
// in five is critical, so that the word keeps its meaning.
const (
	criticalBelow, criticalRioters = 2.0, 3
	highBelow, highRioters         = 5.0, 2
)

// Settings are what whoever runs the alerter decides.
type Settings struct {
	// MaxAge is how old a riot may be when it is decided on; an older one is
	// stale. It is positive.
	MaxAge time.Duration
	// Cooldown is how far apart in event time, to the millisecond, two riots of
	// one citizen may be and still follow each other in one incident, and
	// Nearby how far apart the drones that saw them, in metres; both inclusive
	// and not negative.
	Cooldown time.Duration
	Nearby   float64
}

// A Decision is what a riot calls for.
type Decision struct {
	// Repeated says that the riot is known: it calls for nothing.
	Repeated bool
	// Alert is the one to record, otherwise. It opens an incident, or updates
	// one (schemas.Alert.Updates). It shares the riot's words.
	Alert schemas.Alert
}

// Decide judges a riot by what is known, and answers what is known after it:
// the alert is remembered. It takes the history over, as append takes a slice.
//
// now is when it decides; the alert carries it in UTC, cut to the millisecond,
// and is stale by it, but joins an incident by event time alone. A riot
// detected later than now is not stale: drones' clocks, and simulated ones,
// may run ahead.
func Decide(history History, riot schemas.Riot, now time.Time, settings Settings) (History, Decision) {
	if history.Knows(riot.RiotID) {
		return history, Decision{Repeated: true}
	}
	alert := schemas.Alert{
		AlertID:   riot.RiotID,
		Riot:      riot,
		Severity:  severity(riot),
		Place:     peaceland.Nearest(riot.Lat, riot.Lon).Name,
		AlertedAt: now.UTC().Truncate(time.Millisecond),
		Stale:     now.Sub(riot.DetectedAt) > settings.MaxAge,
		Riots:     1,
		OpenedAt:  riot.DetectedAt,
	}
	if of := history.incidentOf(riot, settings); of != nil {
		alert.AlertID = of.alertID
		alert.Severity = graver(of.severity, alert.Severity)
		alert.Riots = of.riots + 1
		alert.OpenedAt = of.openedAt
	}
	return history.Remember(alert), Decision{Alert: alert}
}

// severity is that of one riot by itself. It is low also for a peacescore that
// is no riot at all (schemas.RiotThreshold and above): the drone asked for
// help, and who acts may judge.
func severity(riot schemas.Riot) schemas.Severity {
	switch {
	case riot.Peacescore < criticalBelow || riot.Rioters >= criticalRioters:
		return schemas.Critical
	case riot.Peacescore < highBelow || riot.Rioters >= highRioters:
		return schemas.High
	default:
		return schemas.Low
	}
}

// graver is the higher of two severities: that of an incident never falls. A
// text that is none counts as low.
func graver(a, b schemas.Severity) schemas.Severity {
	for _, s := range []schemas.Severity{schemas.Critical, schemas.High} {
		if a == s || b == s {
			return s
		}
	}
	return schemas.Low
}
