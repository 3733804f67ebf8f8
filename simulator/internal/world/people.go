package world

import (
	"fmt"
	"math"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

// A person is what does not change about a citizen. The citizens of a
// district stand in a ring, in the order of their numbers; neighbours in it
// are family and friends, and go about together.
type person struct {
	id       string
	name     string
	calm     int64 // the usual peacescore, in tenths
	agitator bool
}

// populate makes all citizens, district by district.
func (w World) populate() []person {
	people := make([]person, len(w.districts)*w.p.CitizensPerDistrict)
	for i := range people {
		d := w.seed.about(ofPerson).and(int64(i))
		p := person{
			id:       fmt.Sprintf("citizen-%06d", i),
			name:     firstNames[d.and(0).below(int64(len(firstNames)))] + " " + lastNames[d.and(1).below(int64(len(lastNames)))],
			calm:     d.and(2).between(550, 950),
			agitator: d.and(3).chance(w.p.AgitatorShare),
		}
		if p.agitator {
			p.calm = d.and(2).between(300, 600)
		}
		people[i] = p
	}
	return people
}

// The cells of a district: squares of a kilometre around its centre, wide
// enough that drones do not leave them.
const (
	cellDegrees = 0.009 // of latitude
	cellsAcross = 18
	cells       = cellsAcross * cellsAcross
)

// cellAt numbers the cell of a district that a place is in.
func cellAt(d peaceland.District, p place) int64 {
	row := along((p.lat - d.Lat) / cellDegrees)
	column := along((p.lon - d.Lon) * peaceland.LonScale / cellDegrees)
	return row*cellsAcross + column
}

// along counts cells from the edge of the district; what lies beyond belongs
// to the last one.
func along(fromCentre float64) int64 {
	return min(max(int64(math.Floor(fromCentre))+cellsAcross/2, 0), cellsAcross-1)
}

// crowdIn lists the citizens, by number, who are in a cell at a time. Nobody
// is in two cells at once: at any time the cells divide up the ring of their
// district, which turns when a crowd has stayed long enough; and where
// visitors are, the crowds in the same cell of every district have changed
// places.
func (w World) crowdIn(district int, cell, at int64) []int {
	stay := w.stay(at)
	d := w.seed.about(ofCrowd).and(cell).and(stay)
	home := district
	if d.and(0).chance(w.p.VisitorShare) {
		home = (district + 1 + int(d.and(1).below(int64(len(w.districts)-1)))) % len(w.districts)
	}
	ring := int64(w.p.CitizensPerDistrict)
	turned := w.seed.about(ofRing).and(int64(home)).and(stay).below(ring)
	crowd := make([]int, d.and(2).and(int64(district)).between(int64(w.p.CrowdMin), int64(w.p.CrowdMax)))
	for i := range crowd {
		at := (cell*int64(w.p.CrowdMax) + int64(i) + turned) % ring
		crowd[i] = home*int(ring) + int(at)
	}
	return crowd
}

// stay numbers the spans of time for which crowds stay together.
func (w World) stay(at int64) int64 { return at / w.p.CrowdStays.Milliseconds() }

// citizensNear lists the citizens whom a drone sees, with the scores that it
// gives them, and says whether any of them riots.
func (w World) citizensNear(drone int, p place, district int, at int64) (near []schemas.Citizen, riot bool) {
	crowd := w.crowdIn(district, cellAt(w.districts[district], p), at)
	around := w.unrestAround(district, p, at)
	lone := w.p.LoneRiotChance * w.tension(district, at)
	seen := w.seed.about(ofScore).and(int64(drone)).and(at)
	near = make([]schemas.Citizen, len(crowd))
	for i, number := range crowd {
		var tenths int64
		if w.riots(number, around, lone, at) {
			riot = true
			tenths = seen.and(int64(i)).below(rioting)
		} else {
			tenths = max(rioting, min(peace, w.temper(number, around, at)+seen.and(int64(i)).between(-30, 30)))
		}
		near[i] = schemas.Citizen{
			CitizenID:  w.people[number].id,
			Name:       w.people[number].name,
			Peacescore: float64(tenths) / 10,
		}
	}
	return near, riot
}

// Peacescores in tenths.
const (
	rioting = 10 * schemas.RiotThreshold // anything below
	peace   = 1000                       // at most
)

// temper is the peacescore, in tenths, that any drone would give a citizen who
// does not riot, give or take a little: the usual one and the mood of the
// hour, less the fright of unrest nearby.
func (w World) temper(number int, around unrest, at int64) int64 {
	mood := w.seed.about(ofMood).and(int64(number)).and(at/hourMs).between(-100, 100)
	return w.people[number].calm + mood - int64(300*around.heat)
}
