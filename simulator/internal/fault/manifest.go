package fault

import (
	"cmp"
	"fmt"
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

// Entries are the faults of a transmission. A duplicate is listed with its
// copy, and nothing else is listed with it again.
func (t Transmission) Entries() []Entry {
	if t.Fault == None && !t.OldSchema && !t.Lost {
		return nil
	}
	drone := schemas.DroneID(t.Drone)
	entry := Entry{ReportID: schemas.ReportID(drone, t.Seq), DroneID: drone, Seq: t.Seq, DueAt: t.At, SentAt: t.SentAt}
	var entries []Entry
	list := func(kind Kind) {
		e := entry
		e.Fault = kind
		entries = append(entries, e)
	}
	if t.Copy {
		list(Duplicate)
		entries[0].Copies = 2
		return entries
	}
	if t.Fault != None && t.Fault != Duplicate {
		list(t.Fault)
		entries[0].Damage = t.Damage()
	}
	if t.OldSchema {
		list(OldSchema)
	}
	if t.Lost {
		list(Lost)
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
