// Package truth is what must be found in the end: how many reports and riots
// there are, which rows the archive holds, and the answer to every question of
// spark-jobs. It is told what is sent, one transmission after the other, and
// keeps sums of it. Its answers are plain folds: no SQL, and not a line shared
// with spark-jobs.
//
// A damaged report is in no table of the archive, while the riots in it are:
// each answer counts from the table that its question reads.
package truth

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/simulator/internal/fault"
)

// Truth is what is to be found once a flight is over and archived.
type Truth struct {
	Totals Totals `json:"totals"`
	// Faults are how many there are, by kind.
	Faults fault.Counts `json:"faults"`
	// Drones are in the order of their numbers, Hours in that of time. What was
	// neither reported nor rioted in is not listed.
	Drones  []DroneTally `json:"drones"`
	Hours   []HourTally  `json:"hours"`
	Answers []Answer     `json:"answers"`
	// Riots are in the order of time; of those in one report, in its order.
	Riots []schemas.Riot `json:"riots"`
}

// Totals are sums over the flight.
type Totals struct {
	// Reports and Riots are what the drones saw, each counted once.
	Reports int64 `json:"reports"`
	Riots   int64 `json:"riots"`
	// SentReports and SentRiots are the messages, copies included.
	SentReports int64 `json:"sent_reports"`
	SentRiots   int64 `json:"sent_riots"`
	// ArchivedReports and ArchivedRiots are the rows, copies included.
	ArchivedReports int64 `json:"archived_reports"`
	ArchivedRiots   int64 `json:"archived_riots"`
	// DeadLetters are the messages that cannot be archived, all of them reports.
	DeadLetters int64 `json:"dead_letters"`
}

// A DroneTally is what one drone saw.
type DroneTally struct {
	DroneID string `json:"drone_id"`
	Reports int64  `json:"reports"`
	Riots   int64  `json:"riots"`
}

// An HourTally is what was seen in one hour of event time.
type HourTally struct {
	Hour    time.Time `json:"hour"` // its beginning, UTC
	Reports int64     `json:"reports"`
	Riots   int64     `json:"riots"`
}

// An Answer is what `spark-jobs ask --json` must print for a question.
type Answer struct {
	Question string   `json:"question"`
	Columns  []string `json:"columns"`
	Rows     [][]any  `json:"rows"` // of string, int64, float64 or nil
}

// Of is the truth about transmissions and the reports in them. Each report
// comes once, and again only as its copy.
func Of(sent iter.Seq2[fault.Transmission, schemas.Report]) Truth {
	f := newFold()
	for transmission, report := range sent {
		f.add(transmission, report)
	}
	return f.truth()
}

// A fold is the sums so far. Memory grows with the fleet, the hours, the
// citizens, the words, the places and the riots, and not with the reports.
type fold struct {
	totals Totals
	faults fault.Counts
	drones []counts // by number
	hours  map[int64]*counts
	riots  []schemas.Riot

	places   places
	words    words
	citizens citizens
	spread   spread
	calm     calmness
	conducts conducts
}

// counts are of one drone, hour or place.
type counts struct{ reports, archived, riots int64 }

func newFold() *fold {
	return &fold{
		faults: fault.Counts{}, hours: map[int64]*counts{},
		places: newPlaces(), words: newWords(), citizens: newCitizens(),
		spread: newSpread(), calm: newCalm(), conducts: conducts{},
	}
}

func (f *fold) add(t fault.Transmission, r schemas.Report) {
	riots := schemas.RiotsIn(r)
	archived := int64(1)
	if t.Fault == fault.Corrupt {
		archived = 0
	}
	f.totals.SentReports++
	f.totals.SentRiots += int64(len(riots))
	f.totals.ArchivedReports += archived
	f.totals.ArchivedRiots += int64(len(riots))
	f.totals.DeadLetters += 1 - archived
	for kind := range t.Faults() {
		f.faults[kind]++
	}
	if t.Copy {
		return // every question counts an id once
	}

	f.totals.Reports++
	f.totals.Riots += int64(len(riots))
	f.riots = append(f.riots, riots...)
	seen := counts{reports: 1, archived: archived, riots: int64(len(riots))}
	if missing := t.Drone + 1 - len(f.drones); missing > 0 {
		f.drones = append(f.drones, make([]counts, missing)...)
	}
	f.drones[t.Drone].add(seen)
	hour := r.ReportedAt.Unix() / 3600
	if f.hours[hour] == nil {
		f.hours[hour] = &counts{}
	}
	f.hours[hour].add(seen)
	f.places.add(r, seen)
	if archived == 1 {
		f.words.add(r, len(riots) > 0)
		f.citizens.see(r.Citizens)
		f.spread.observe(r)
		f.calm.add(r)
		f.conducts.add(t.Drone, r, !t.OldSchema)
	}
	for _, riot := range riots {
		f.citizens.riot(riot.CitizenID)
		f.spread.riot(riot)
	}
}

func (c *counts) add(d counts) {
	c.reports += d.reports
	c.archived += d.archived
	c.riots += d.riots
}

func (f *fold) truth() Truth {
	t := Truth{
		Totals: f.totals, Faults: f.faults, Riots: append([]schemas.Riot{}, f.riots...),
		Drones: []DroneTally{}, Hours: []HourTally{},
		Answers: []Answer{
			{"weekend", weekendColumns, weekend(f.hours)},
			{"hours", placesColumns, f.places.rows()},
			{"words", wordsColumns, f.words.rows()},
			{"citizens", citizensColumns, f.citizens.rows()},
			{"spread", spreadColumns, f.spread.rows()},
			{"trend", trendColumns, trend(f.hours)},
			{"calm", calmColumns, f.calm.rows()},
			{"drones", dronesColumns, f.conducts.rows()},
		},
	}
	for number, c := range f.drones {
		if c.reports > 0 {
			t.Drones = append(t.Drones, DroneTally{schemas.DroneID(number), c.reports, c.riots})
		}
	}
	for hour, c := range f.hours {
		t.Hours = append(t.Hours, HourTally{time.Unix(hour*3600, 0).UTC(), c.reports, c.riots})
	}
	slices.SortFunc(t.Hours, func(a, b HourTally) int { return a.Hour.Compare(b.Hour) })
	slices.SortStableFunc(t.Riots, func(a, b schemas.Riot) int {
		return cmp.Or(a.DetectedAt.Compare(b.DetectedAt), cmp.Compare(a.ReportID, b.ReportID))
	})
	return t
}
