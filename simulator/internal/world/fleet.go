package world

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

// A Fleet is a number of drones of a world, counted from 0. It is a value
// that is never changed once made, and is safe for concurrent use.
type Fleet struct {
	world  *World
	drones []flyer
}

// A flyer is a drone of the fleet; what else there is to know of it is
// computed when it is needed.
type flyer struct {
	number int
	offset int64 // when within its period it reports, in ms
}

// Fleet is the first so many drones of the world.
func (w *World) Fleet(drones int) Fleet {
	f := Fleet{world: w, drones: make([]flyer, drones)}
	for n := range f.drones {
		f.drones[n] = flyer{number: n, offset: w.offset(n)}
	}
	slices.SortFunc(f.drones, func(a, b flyer) int {
		return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.number, b.number))
	})
	return f
}

// Shard is one of several parts of the fleet, counted from 0: every parts-th
// drone. The parts share no drone and together are the fleet.
func (f Fleet) Shard(part, parts int) Fleet {
	return Fleet{world: f.world, drones: slices.DeleteFunc(slices.Clone(f.drones), func(d flyer) bool {
		return d.number%parts != part
	})}
}

// A Due says which report falls at a moment.
type Due struct {
	Drone int
	Seq   int64
	At    time.Time // UTC
}

// Report is the report itself.
func (f Fleet) Report(d Due) schemas.Report { return f.world.Report(d.Drone, d.Seq) }

// Reporter is Report, much faster for many reports of the same hours: it
// remembers what it knows of the drones and of the last hours. It may not be
// called by two goroutines at once; each can have its own.
func (f Fleet) Reporter() func(Due) schemas.Report {
	drones := map[int]*drone{}
	var hours [2]outlook // of even and odd hours
	hours[0].hour, hours[1].hour = -1, -1
	return func(due Due) schemas.Report {
		d, known := drones[due.Drone]
		if !known {
			made := f.world.drone(due.Drone)
			d = &made
			drones[due.Drone] = d
		}
		hour := (due.Seq*f.world.period + d.offset) / hourMs
		o := &hours[hour%2]
		if o.hour != hour {
			*o = f.world.outlook(hour)
		}
		return f.world.report(*d, due.Seq, *o)
	}
}

// Between lists the reports of the fleet that fall at or after from and
// before to, in the order of their times. Windows that touch neither share a
// report nor leave one out, so a flight may continue where another ended.
// Nothing falls before the Epoch.
func (f Fleet) Between(from, to time.Time) iter.Seq[Due] {
	return func(yield func(Due) bool) {
		begin, end := max(0, sinceEpoch(from)), sinceEpoch(to)
		for seq := begin / f.world.period; len(f.drones) > 0; seq++ {
			for _, drone := range f.drones {
				at := seq*f.world.period + drone.offset
				if at >= end {
					return
				}
				if at < begin {
					continue
				}
				if !yield(Due{Drone: drone.number, Seq: seq, At: moment(at)}) {
					return
				}
			}
		}
	}
}

// Count is how many reports Between lists.
func (f Fleet) Count(from, to time.Time) int64 {
	begin, end := max(0, sinceEpoch(from)), sinceEpoch(to)
	var count int64
	for _, drone := range f.drones {
		count += max(0, f.firstFrom(drone, end)-f.firstFrom(drone, begin))
	}
	return count
}

// firstFrom is the number of the first report of a drone at or after a time.
func (f Fleet) firstFrom(drone flyer, at int64) int64 {
	return max(0, (at-drone.offset+f.world.period-1)/f.world.period)
}
