// Package world is the country as the drones see it: who is where, what is
// said, where people riot, and the state of each drone. A report is a
// function of the seed, the drone and the number of the report, and of
// nothing else: no report depends on one before it, so any part of any flight
// can be computed by anyone, again, with the same bytes.
//
// So that they are the same on every machine, products are converted to
// float64 before anything is added to them (a compiler may fuse the two
// otherwise), functions of package math that may round differently are not
// used, and every number that leaves is rounded to a few decimals.
//
// The package holds no client, goroutine, clock, environment or log, and does
// not know how reports travel. The simulator flies it; tests recompute with
// it what must have arrived.
package world

import (
	"math"
	"time"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

// A World is one country. It is a value that is never changed once made, and
// is safe for concurrent use.
type World struct {
	p         Parameters
	seed      draw
	period    int64 // ms
	speed     int64 // of a drone, mm/s
	stays     int64 // ms
	districts []peaceland.District
	unruly    []float64 // the factor of each district
	ground    ground
	people    []person
	regulars  [][]regular // of each block
}

// Epoch is the moment of report 0: no drone has flown before it.
func Epoch() time.Time { return moment(0) }

const (
	epochMs = 1_767_225_600_000 // 2026-01-01T00:00:00Z, a Thursday
	hourMs  = 3_600_000
	dayMs   = 24 * hourMs
)

// moment is a time that is given in milliseconds since the Epoch.
func moment(at int64) time.Time { return time.UnixMilli(epochMs + at).UTC() }

// sinceEpoch counts milliseconds from the Epoch, rounded up: what falls on a
// whole millisecond is at or after t exactly if it is at or after that.
func sinceEpoch(t time.Time) int64 {
	ms := t.UnixMilli()
	if t.Nanosecond()%int(time.Millisecond) > 0 {
		ms++
	}
	return ms - epochMs
}

// New makes the world of a seed. The error names every parameter that makes
// no world.
func New(seed uint64, p Parameters) (*World, error) {
	if err := p.validate(); err != nil {
		return nil, err
	}
	w := &World{p: p, seed: draw(mix(seed)), districts: peaceland.Districts()}
	w.period, w.speed = p.Period.Milliseconds(), int64(math.Round(1000*p.SpeedMps))
	w.stays = p.Stay.Milliseconds()
	w.unruly = p.unrulyDistricts(w.districts)
	w.ground = newGround(w.districts)
	w.populate()
	return w, nil
}

// Report is what a drone, counted from 0, sends as its report seq, counted
// from 0 at the Epoch.
func (w *World) Report(drone int, seq int64) schemas.Report {
	at := seq*w.period + w.offset(drone)
	return w.report(w.drone(drone), seq, w.outlook(at/hourMs))
}

// A drone is what does not change about a drone.
type drone struct {
	number int
	id     string
	offset int64 // when within its period it reports, in ms
	life   life
	patrol patrol
}

func (w *World) drone(number int) drone {
	return drone{
		number: number, id: schemas.DroneID(number), offset: w.offset(number),
		life: w.life(number), patrol: w.patrol(number),
	}
}

// offset is when within its period a drone reports, in milliseconds: the
// fleet does not report in one burst.
func (w *World) offset(drone int) int64 {
	return w.seed.about(ofOffset).and(int64(drone)).below(w.period)
}

// report is the report of a drone in an hour whose outlook is known.
func (w *World) report(d drone, seq int64, o outlook) schemas.Report {
	at := seq*w.period + d.offset
	condition := d.life.at(at)
	place := d.patrol.at(w.flown(condition.duty) * w.speed / 1000)
	below := w.look(d.number, w.ground.at(place), o, at)
	technical := w.technical(d.number, d.life, condition, at)
	return schemas.Report{
		ReportID:   schemas.ReportID(d.id, seq),
		DroneID:    d.id,
		Seq:        seq,
		ReportedAt: moment(at),
		Lat:        place.lat,
		Lon:        place.lon,
		Citizens:   below.citizens,
		Words:      w.words(d.number, at, below),
		Technical:  &technical,
	}
}
