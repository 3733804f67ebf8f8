package schemas

import (
	"cmp"
	"math"
	"time"
)

// An Alert is one riot as told to the people who act. Riots of one citizen at
// one place and time are one incident, which AlertID names: the first opens
// the alert, each further one updates it and has another RiotID.
type Alert struct {
	AlertID string `json:"alert_id"` // the riot_id that opened it
	Riot
	Severity  Severity  `json:"severity"`
	Place     string    `json:"place"`      // name of the nearest district
	AlertedAt time.Time `json:"alerted_at"` // UTC, to the millisecond
	Stale     bool      `json:"stale"`      // too old to page anyone for
	// Since version 2; else each riot is an incident of its own.
	Riots    int64     `json:"riots"`     // of the incident so far, this one among them
	OpenedAt time.Time `json:"opened_at"` // DetectedAt of the riot that opened it
}

// Updates reports whether the alert is a further riot of an incident.
func (a Alert) Updates() bool { return a.AlertID != a.RiotID }

// Severity says how urgent an alert is.
type Severity string

// The severities, mildest first.
const (
	Low      Severity = "low"
	High     Severity = "high"
	Critical Severity = "critical"
)

func (a Alert) valid() error {
	return cmp.Or(
		a.Riot.valid(),
		printable("alerted_at", a.AlertedAt),
		printable("opened_at", a.OpenedAt),
		within("riots", float64(a.Riots), 0, math.MaxInt64),
	)
}

func (a Alert) native() map[string]any {
	fields := a.Riot.native()
	fields["alert_id"] = a.AlertID
	fields["severity"] = string(a.Severity)
	fields["place"] = a.Place
	fields["alerted_at"] = a.AlertedAt
	fields["stale"] = a.Stale
	fields["riots"] = a.Riots
	fields["opened_at"] = map[string]any{"long.timestamp-millis": a.OpenedAt}
	return fields
}

func alertOf(f record) Alert {
	a := Alert{
		AlertID:   f.text("alert_id"),
		Riot:      riotOf(f),
		Severity:  Severity(f.text("severity")),
		Place:     f.text("place"),
		AlertedAt: f.time("alerted_at"),
		Stale:     f.bool("stale"),
		Riots:     f.long("riots", 1),
	}
	a.OpenedAt = a.DetectedAt
	if f.present("opened_at") {
		a.OpenedAt = f.time("opened_at")
	}
	return a
}

// appendAlertV1 appends the Avro binary of version 1: the riot's, between what
// is the alert's own.
func appendAlertV1(dst []byte, a Alert) []byte {
	dst = appendText(dst, a.AlertID)
	dst = appendRiotV1(dst, a.Riot)
	dst = appendText(dst, string(a.Severity))
	dst = appendText(dst, a.Place)
	dst = appendLong(dst, a.AlertedAt.UnixMilli())
	return appendBool(dst, a.Stale)
}

// appendAlertV2 is version 1, the rioters, and what is known of the incident.
func appendAlertV2(dst []byte, a Alert) []byte {
	dst = appendAlertV1(dst, a)
	dst = appendLong(dst, int64(a.Rioters))
	dst = appendLong(dst, a.Riots)
	return appendLong(append(dst, present), a.OpenedAt.UnixMilli())
}

func readAlertV1(in *input) Alert {
	a := Alert{
		AlertID:   in.readText(),
		Riot:      readRiotV1(in),
		Severity:  Severity(in.readText()),
		Place:     in.readText(),
		AlertedAt: in.readTime(),
		Stale:     in.readBool(),
		Riots:     1,
	}
	a.OpenedAt = a.DetectedAt
	return a
}

func readAlertV2(in *input) Alert {
	a := readAlertV1(in)
	a.Rioters = in.readInt()
	a.Riots = in.readLong()
	if in.readPresent() {
		a.OpenedAt = in.readTime()
	}
	return a
}
