package world

import "fmt"

// A person is what does not change about a citizen.
type person struct {
	id, name string
	calm     int64 // the usual peacescore, in tenths
	agitator bool
	nature   nature
}

// A nature is what makes the whims of a citizen.
type nature struct {
	draw  draw
	shift int64 // ms by which the stays of this person are shifted
}

// stay numbers the spans of time for which a citizen stays somewhere.
func (w *World) stay(n nature, at int64) int64 { return (at + n.shift) / w.stays }

// whim is what a citizen feels like during a stay.
func (n nature) whim(stay int64) draw { return n.draw.and(stay) }

// mood is what the hour is like for a citizen.
func (n nature) mood(hour int64) draw { return n.draw.and(-1 - hour) }

// A haunt is why a citizen is at times in a block.
type haunt int8

const (
	home haunt = iota
	work
	walk
	stroll
	haunts // how many there are
)

// A regular is a citizen who has a haunt in a block.
type regular struct {
	nature nature // of that citizen, here because it is looked at so often
	person int32
	haunt  haunt
}

// populate makes all citizens, district by district, and lists the regulars
// of every block. Each citizen lives in a block, works in another, perhaps of
// another district, and walks in two near home.
func (w *World) populate() {
	w.people = make([]person, len(w.districts)*w.p.CitizensPerDistrict)
	w.regulars = make([][]regular, len(w.ground.district))
	for i := range w.people {
		d := w.seed.about(ofPerson).and(int64(i))
		p := person{
			id:       fmt.Sprintf("citizen-%06d", i),
			name:     firstNames[d.and(0).below(int64(len(firstNames)))] + " " + lastNames[d.and(1).below(int64(len(lastNames)))],
			calm:     d.and(2).between(550, 950),
			agitator: d.and(3).chance(w.p.AgitatorShare),
			nature:   nature{draw: d.and(5), shift: d.and(4).below(w.stays)},
		}
		if p.agitator {
			p.calm = d.and(2).between(300, 600)
		}
		w.people[i] = p

		lives := i / w.p.CitizensPerDistrict
		works := lives
		if d.and(6).chance(w.p.CommuterShare) {
			works = int(d.and(7).below(int64(len(w.districts))))
		}
		at := w.ground.somewhere(lives, d.and(8))
		for h, b := range [haunts]block{
			home: at, work: w.ground.somewhere(works, d.and(9)),
			walk: w.ground.near(at, d.and(10)), stroll: w.ground.near(at, d.and(11)),
		} {
			w.regulars[b] = append(w.regulars[b], regular{p.nature, int32(i), haunt(h)})
		}
	}
}

// custom is how many of the citizens are where at a time: at home below the
// first number, at work below the second, and else out walking.
type custom struct{ atHome, atHomeOrWork float64 }

func (w *World) custom(at int64) custom {
	hour := at % dayMs / hourMs
	atWork := w.p.WorkByHour[hour]
	if weekend(at) {
		atWork *= w.p.WeekendWork
	}
	atHome := w.p.HomeByHour[hour]
	return custom{atHome, atHome + atWork}
}

// isAt is the haunt where a citizen is at a time. Who goes somewhere stays
// there for a while, and is nowhere else.
func (w *World) isAt(n nature, c custom, at int64) haunt {
	whim := n.whim(w.stay(n, at))
	switch f := whim.fraction(); {
	case f < c.atHome:
		return home
	case f < c.atHomeOrWork:
		return work
	case whim&1 == 0: // the fraction leaves the last bits to other uses
		return walk
	default:
		return stroll
	}
}
