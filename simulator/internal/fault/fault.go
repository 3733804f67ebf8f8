// Package fault is what goes wrong between a drone and Kafka, on demand: which
// reports are late, doubled, out of order, damaged, of an old version or held
// back while the drone is out of coverage. It is a function of the seed and
// the report, as the world is: whoever knows the seed knows every fault, and
// all shards of a fleet agree. It sends nothing.
package fault

import (
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/peacestate/peacestate/simulator/internal/world"
)

// A Kind of fault.
type Kind string

// The kinds. A report has at most one of the first four; the last two are
// independent of them and of each other.
const (
	None Kind = "" // no fault

	Late      Kind = "late"       // sent after younger reports of the same drone
	Duplicate Kind = "duplicate"  // sent twice, with its riots
	Reorder   Kind = "reorder"    // sent right after the next one
	Corrupt   Kind = "corrupt"    // sent as bytes that do not decode; its riots are intact
	OldSchema Kind = "old_schema" // sent in version 1, without technical fields
	Lost      Kind = "lost"       // held until the drone was back in coverage
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{Late, Duplicate, Reorder, Corrupt, OldSchema, Lost} }

// Shares are how much goes wrong, each a share from 0 to 1. Of Late, Duplicate
// and Corrupt it is the share of the reports, of Reorder that of the pairs of
// following reports, and of Lost that of the time. Of large shares of Late and
// Reorder less comes true: both need a next report that is sent in time.
type Shares struct{ Late, Duplicate, Reorder, Corrupt, OldSchema, Lost float64 }

// maxLost leaves the drones enough coverage to send what they hold.
const maxLost = 0.5

// Validate names every share that is impossible.
func (s Shares) Validate() error {
	var problems []error
	require := func(holds bool, format string, args ...any) {
		if !holds {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	for kind, share := range s.all() {
		require(share >= 0 && share <= 1, "the share of %s must be from 0 to 1, not %v", kind, share)
	}
	require(s.Late+s.Duplicate+s.Reorder+s.Corrupt <= 1,
		"a report has at most one of late, duplicate, reorder and corrupt: together they may be at most 100%%")
	require(s.Lost <= maxLost, "a drone may be lost for at most half of the time")
	return errors.Join(problems...)
}

func (s Shares) all() iter.Seq2[Kind, float64] {
	return func(yield func(Kind, float64) bool) {
		_ = yield(Late, s.Late) && yield(Duplicate, s.Duplicate) && yield(Reorder, s.Reorder) &&
			yield(Corrupt, s.Corrupt) && yield(OldSchema, s.OldSchema) && yield(Lost, s.Lost)
	}
}

// A Transmission is one report as it is sent.
type Transmission struct {
	world.Due
	// SentAt is when, in simulated time, it is sent: At, or later.
	SentAt time.Time
	// Fault is None or one of the first four kinds.
	Fault Kind
	// Copy says that this is the second transmission of a duplicate.
	Copy bool
	// OldSchema says that it is sent in version 1.
	OldSchema bool
	// Lost says that it was held until the drone was back in coverage.
	Lost bool

	damage draw
}

// A Plan is the faults of one flight.
type Plan struct {
	Shares
	Seed uint64
	// Period is the time between two reports of a drone.
	Period time.Duration
	// To is the end of the flight, excluded.
	To time.Time
}

// of is how one report is sent, if the flight lasts until p.To.
func (p Plan) of(due world.Due) Transmission {
	t := Transmission{
		Due:       due,
		Fault:     p.drawn(due.Drone, due.Seq),
		OldSchema: p.OldSchema > 0 && drawFor(p.Seed, ofOldSchema, due.Drone).and(due.Seq).fraction() < p.OldSchema,
	}
	t.SentAt, t.Lost = p.inCoverage(due.Drone, due.At)
	switch t.Fault {
	case Late:
		at, lost := p.inCoverage(due.Drone, due.At.Add(p.delay(due)))
		if !p.nextIsSentBefore(due, at) {
			t.Fault = None
			break
		}
		t.SentAt, t.Lost = at, lost
	case Reorder:
		at, lost := p.inCoverage(due.Drone, due.At.Add(p.Period))
		if t.Lost || lost || !at.Before(p.To) || p.drawn(due.Drone, due.Seq+1) != None {
			t.Fault = None
			break
		}
		t.SentAt = at
	case Corrupt:
		t.damage = drawFor(p.Seed, ofDamage, due.Drone).and(due.Seq)
	}
	return t
}

// nextIsSentBefore says that the drone's next report is sent before a moment:
// otherwise this one is not late, but in order, as when both come back from
// the same gap, or go when the flight ends.
func (p Plan) nextIsSentBefore(due world.Due, moment time.Time) bool {
	next, _ := p.inCoverage(due.Drone, due.At.Add(p.Period))
	switch p.drawn(due.Drone, due.Seq+1) {
	case Late, Reorder:
		return false
	default:
		return next.Before(moment)
	}
}

// drawn is which of the first four kinds the report was drawn for. A reorder
// needs more than the draw: of always looks whether it can be.
func (p Plan) drawn(drone int, seq int64) Kind {
	x := drawFor(p.Seed, ofFault, drone).and(seq).fraction()
	switch {
	case x < p.Late:
		return Late
	case x < p.Late+p.Duplicate:
		return Duplicate
	case x < p.Late+p.Duplicate+p.Reorder:
		// Reports change places in pairs, of which the even one decides.
		if seq%2 == 0 {
			return Reorder
		}
		return None
	case x < p.Late+p.Duplicate+p.Reorder+p.Corrupt:
		return Corrupt
	default:
		return None
	}
}

// maxDelay is by how much a report is late at most, unless two periods are
// longer.
const maxDelay = 2 * time.Hour

// delay is by how much a late report is late: by two periods at least, so
// that a younger one is sent before it.
func (p Plan) delay(due world.Due) time.Duration {
	low, high := 2*p.Period.Milliseconds(), maxDelay.Milliseconds()
	ms := drawFor(p.Seed, ofDelay, due.Drone).and(due.Seq).between(low, max(low, high))
	return time.Duration(ms) * time.Millisecond
}

// A gap is when a drone is out of coverage: 10 minutes to an hour. Time is cut
// into slots, each drone's at its own moments, and each slot holds one gap; the
// slots are as long as makes the gaps the share of time that is asked for.
const (
	minGap  = 10 * time.Minute
	maxGap  = time.Hour
	meanGap = (minGap + maxGap) / 2
)

// inCoverage is when a drone sends what it would send at a moment: at once, or,
// if it is lost, at the end of the gap; but when the flight ends, whatever else.
func (p Plan) inCoverage(drone int, at time.Time) (sent time.Time, lost bool) {
	if p.Lost > 0 && at.Before(p.To) {
		at, lost = p.afterGaps(drone, at)
	}
	if at.After(p.To) {
		at = p.To
	}
	return at, lost
}

func (p Plan) afterGaps(drone int, at time.Time) (back time.Time, lost bool) {
	slot := int64(float64(meanGap.Milliseconds()) / p.Lost)
	phase := drawFor(p.Seed, ofPhase, drone).below(slot)
	gaps := drawFor(p.Seed, ofGap, drone)
	for ms := at.UnixMilli(); ; {
		number := (ms + phase) / slot
		gap := gaps.and(number)
		length := gap.and(0).between(minGap.Milliseconds(), maxGap.Milliseconds())
		begin := number*slot - phase + gap.and(1).between(0, slot-length)
		if ms < begin || ms >= begin+length {
			return at, lost
		}
		// The gap of the next slot may follow without a pause: look again.
		ms = begin + length
		at, lost = time.UnixMilli(ms).UTC(), true
	}
}
