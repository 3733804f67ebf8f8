// Package rule decides: what a riot means for the people who act. It is pure.
// Values come in and values go out; no client, clock, environment, randomness
// or log. What is done with an alert is for package stream.
package rule

import (
	"time"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

// The peacescores below which a riot is more than of low severity. The bands
// are unequal on purpose: of riots spread evenly over 0 to 10, one in five is
// critical, so that the word keeps its meaning.
const (
	criticalBelow = 2.0
	highBelow     = 5.0
)

// Settings are what whoever runs the alerter decides.
type Settings struct {
	// MaxAge is how old a riot may be when it is decided on; an older one is
	// stale. It is positive.
	MaxAge time.Duration
}

// Decide makes the one alert that a riot calls for. now is when it decides;
// the alert carries it in UTC, cut to the millisecond. A riot detected later
// than now is not stale: drones' clocks, and simulated ones, may run ahead.
// The alert shares the riot's words.
func Decide(riot schemas.Riot, now time.Time, settings Settings) schemas.Alert {
	return schemas.Alert{
		AlertID:   riot.RiotID,
		Riot:      riot,
		Severity:  severity(riot.Peacescore),
		Place:     peaceland.Nearest(riot.Lat, riot.Lon).Name,
		AlertedAt: now.UTC().Truncate(time.Millisecond),
		Stale:     now.Sub(riot.DetectedAt) > settings.MaxAge,
	}
}

// severity is critical for a peacescore below 2, high below 5, otherwise low;
// also low for one that is no riot at all (schemas.RiotThreshold and above):
// the drone asked for help, and who acts may judge.
func severity(peacescore float64) schemas.Severity {
	switch {
	case peacescore < criticalBelow:
		return schemas.Critical
	case peacescore < highBelow:
		return schemas.High
	default:
		return schemas.Low
	}
}
