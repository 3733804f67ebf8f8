package fault

import (
	"cmp"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

// An Entry is one fault of one report, as manifests list it.
type Entry struct {
	Fault    Kind   `json:"fault"`
	ReportID string `json:"report_id"`
	DroneID  string `json:"drone_id"`
	Seq      int64  `json:"seq"`
	// DueAt and SentAt are in simulated time: when the drone made the report,
	// and when it sent it.
	DueAt  time.Time `json:"due_at"`
	SentAt time.Time `json:"sent_at"`
	// Copies is how often a duplicate is sent in all.
	Copies int `json:"copies,omitempty"`
	// Damage is what was done to a corrupt report.
	Damage Damage `json:"damage,omitempty"`
	// SHA256 is that of the bytes of a corrupt report as they were sent, in
	// hex, and so of the value of its dead letter. Only a flight knows it: a
	// frame holds the registry's number for the schema.
	SHA256 string `json:"sha256,omitempty"`
}

// Faults lists the kinds of the faults of a transmission. A duplicate is
// listed with its copy, and nothing else is listed with it again.
func (t Transmission) Faults() iter.Seq[Kind] {
	return func(yield func(Kind) bool) {
		if t.Copy {
			yield(Duplicate)
			return
		}
		_ = (t.Fault == None || t.Fault == Duplicate || yield(t.Fault)) &&
			(!t.OldSchema || yield(OldSchema)) &&
			(!t.Lost || yield(Lost))
	}
}

// Entries are its faults as manifests list them.
func (t Transmission) Entries() []Entry {
	var entries []Entry
	for kind := range t.Faults() {
		drone := schemas.DroneID(t.Drone)
		e := Entry{
			Fault: kind, ReportID: schemas.ReportID(drone, t.Seq), DroneID: drone, Seq: t.Seq, DueAt: t.At, SentAt: t.SentAt,
		}
		switch kind {
		case Duplicate:
			e.Copies = 2
		case Corrupt:
			e.Damage = t.Damage()
		}
		entries = append(entries, e)
	}
	return entries
}

// Counts are how many faults there are of each kind.
type Counts map[Kind]int64

// String is "3 late, 1 corrupt", or "none".
func (c Counts) String() string {
	var parts []string
	for _, kind := range Kinds() {
		if n := c[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ReplaceAll(string(kind), "_", " ")))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "none")
}
