package world

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

// Maintenance lists what the ground crew says at or after from and before to,
// in the order in which it happens: each failure, and its repair when that is
// done. Windows that touch neither share an event nor leave one out. A window
// may hold a repair without its failure, and the other way round.
func (f Fleet) Maintenance(from, to time.Time) iter.Seq[schemas.MaintenanceEvent] {
	return func(yield func(schemas.MaintenanceEvent) bool) {
		begin, end := max(0, sinceEpoch(from)), sinceEpoch(to)
		numbers := f.numbers()
		// Day by day: a flight may last a century, and nobody waits for all of it.
		for ; begin < end; begin += dayMs {
			for _, event := range f.world.maintenance(numbers, begin, min(begin+dayMs, end)) {
				if !yield(event) {
					return
				}
			}
		}
	}
}

// maintenance lists the events of drones from begin to before end, in ms since
// the Epoch.
func (w *World) maintenance(drones []int, begin, end int64) []schemas.MaintenanceEvent {
	var events []schemas.MaintenanceEvent
	for _, number := range drones {
		l := w.life(number)
		for span := (begin + l.lead) / (l.duty + l.repair); ; span++ {
			fails := l.failsAt(span)
			if fails >= end {
				break
			}
			if fails >= begin {
				events = append(events, w.event(number, l, span, schemas.FailureEvent, fails))
			}
			if repaired := fails + l.repair; repaired >= begin && repaired < end {
				events = append(events, w.event(number, l, span, schemas.RepairEvent, repaired))
			}
		}
	}
	slices.SortStableFunc(events, func(a, b schemas.MaintenanceEvent) int {
		return cmp.Or(a.HappenedAt.Compare(b.HappenedAt), cmp.Compare(a.DroneID, b.DroneID))
	})
	return events
}

// event is one of a drone's failure in a span.
func (w *World) event(number int, l life, span int64, kind schemas.MaintenanceKind, at int64) schemas.MaintenanceEvent {
	id, part := schemas.DroneID(number), l.part(span)
	flown := w.flown(span*l.duty + l.fails(span))
	patrol := w.patrol(number)
	place := patrol.at(flown * w.speed / 1000)
	work := ""
	if kind == schemas.RepairEvent {
		work = string(part) + " replaced"
	}
	return schemas.MaintenanceEvent{
		EventID: schemas.EventID(id, kind, span), DroneID: id, Kind: kind, HappenedAt: moment(at),
		FailureID: schemas.EventID(id, schemas.FailureEvent, span), Part: string(part), Work: work,
		FlightHours: l.hours(flown), Lat: place.lat, Lon: place.lon,
	}
}
