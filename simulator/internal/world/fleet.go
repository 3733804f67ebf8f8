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
	world  World
	drones []flyer
}

type flyer struct {
	number int
	offset int64
}

// Fleet is the first so many drones of the world.
func (w World) Fleet(drones int) Fleet {
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
				if !yield(Due{Drone: drone.number, Seq: seq, At: time.UnixMilli(epochMs + at).UTC()}) {
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

// sinceEpoch counts milliseconds from the Epoch, rounded up: what falls on a
// whole millisecond is at or after t exactly if it is at or after that.
func sinceEpoch(t time.Time) int64 {
	ms := t.UnixMilli()
	if t.Nanosecond()%int(time.Millisecond) > 0 {
		ms++
	}
	return ms - epochMs
}
