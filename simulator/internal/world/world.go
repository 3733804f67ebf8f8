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
	"slices"
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
	districts []peaceland.District
	unruly    []float64 // the factor of each district
	people    []person
}

// Epoch is the moment of report 0: no drone has flown before it.
func Epoch() time.Time { return time.UnixMilli(epochMs).UTC() }

const (
	epochMs = 1_767_225_600_000 // 2026-01-01T00:00:00Z, a Thursday
	hourMs  = 3_600_000
	dayMs   = 24 * hourMs
)

// New makes the world of a seed. The error names every parameter that makes
// no world.
func New(seed uint64, p Parameters) (World, error) {
	if err := p.validate(); err != nil {
		return World{}, err
	}
	w := World{p: p, seed: draw(mix(seed)), period: p.Period.Milliseconds(), districts: peaceland.Districts()}
	for _, d := range w.districts {
		factor, named := p.DistrictFactors[d.Name]
		if !named {
			factor = 1
		}
		w.unruly = append(w.unruly, factor)
	}
	w.people = w.populate()
	return w, nil
}

// Report is what a drone, counted from 0, sends as its report seq, counted
// from 0 at the Epoch.
func (w World) Report(drone int, seq int64) schemas.Report {
	at := seq*w.period + w.offset(drone)
	place := w.position(drone, at)
	district := w.districtAt(place)
	citizens, riot := w.citizensNear(drone, place, district, at)
	technical := w.technical(drone, at)
	id := schemas.DroneID(drone)
	return schemas.Report{
		ReportID:   schemas.ReportID(id, seq),
		DroneID:    id,
		Seq:        seq,
		ReportedAt: time.UnixMilli(epochMs + at).UTC(),
		Lat:        place.lat,
		Lon:        place.lon,
		Citizens:   citizens,
		Words:      w.words(drone, at, riot),
		Technical:  &technical,
	}
}

// offset is when within its period a drone reports, in milliseconds: the
// fleet does not report in one burst.
func (w World) offset(drone int) int64 {
	return w.seed.about(ofOffset).and(int64(drone)).below(w.period)
}

// A place is where a drone is, as its report says it.
type place struct{ lat, lon float64 }

// districtAt is the index of the district that a place belongs to.
func (w World) districtAt(p place) int {
	nearest := peaceland.Nearest(p.lat, p.lon)
	return slices.IndexFunc(w.districts, func(d peaceland.District) bool { return d.Name == nearest.Name })
}
