package schemas

import (
	"cmp"
	"time"
)

// An Alert is one riot as told to the people who act.
type Alert struct {
	AlertID string `json:"alert_id"` // the riot_id that opened it
	Riot
	Severity  Severity  `json:"severity"`
	Place     string    `json:"place"`      // name of the nearest district
	AlertedAt time.Time `json:"alerted_at"` // UTC, to the millisecond
	Stale     bool      `json:"stale"`      // too old to page anyone for
}

// Severity says how urgent an alert is.
type Severity string

// The severities, mildest first.
const (
	Low      Severity = "low"
	High     Severity = "high"
	Critical Severity = "critical"
)

func (a Alert) valid() error {
	return cmp.Or(a.Riot.valid(), printable("alerted_at", a.AlertedAt))
}

func (a Alert) native() map[string]any {
	fields := a.Riot.native()
	fields["alert_id"] = a.AlertID
	fields["severity"] = string(a.Severity)
	fields["place"] = a.Place
	fields["alerted_at"] = a.AlertedAt
	fields["stale"] = a.Stale
	return fields
}

func alertOf(f record) Alert {
	return Alert{
		AlertID:   f.text("alert_id"),
		Riot:      riotOf(f),
		Severity:  Severity(f.text("severity")),
		Place:     f.text("place"),
		AlertedAt: f.time("alerted_at"),
		Stale:     f.bool("stale"),
	}
}
