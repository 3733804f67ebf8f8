package fault

import (
	"cmp"
	"container/heap"
	"iter"
	"time"

	"github.com/peacestate/peacestate/simulator/internal/world"
)

// Transmissions lists what is sent, in the order of SentAt, given the reports
// of a window that ends at p.To, in the order of their times. What is still
// held when there are no more reports is sent then, in order: nothing is
// lost, and windows that touch leave nothing out. So a flight may end early: it
// only has to stop listing reports. Memory is bounded by what is held.
func (p Plan) Transmissions(dues iter.Seq[world.Due]) iter.Seq[Transmission] {
	if p.Shares == (Shares{}) {
		return undisturbed(dues)
	}
	return func(yield func(Transmission) bool) {
		var waiting backlog
		var last time.Time // when the last report was due
		var n int64
		for due := range dues {
			next := pending{p.of(due), n}
			for len(waiting) > 0 && waiting[0].beforeDue(next) {
				if !send(yield, heap.Pop(&waiting).(pending).Transmission) {
					return
				}
			}
			if next.SentAt.After(due.At) {
				heap.Push(&waiting, next)
			} else if !send(yield, next.Transmission) {
				return
			}
			last, n = due.At, n+1
		}
		for len(waiting) > 0 {
			t := heap.Pop(&waiting).(pending).Transmission
			if (t.Fault == Late || t.Fault == Reorder) && last.Before(t.At.Add(p.Period)) {
				t.Fault = None // the flight ended early: no younger report was due
			}
			if !send(yield, t) {
				return
			}
		}
	}
}

// Flown is Transmissions for a flight that takes its time: pass is called with
// the moment of each transmission before it is listed, and answers false when
// the flight is over. Then the drones come home: what they hold is listed at
// once, as sent at the moment that the flight had come to, and no other report.
func (p Plan) Flown(dues iter.Seq[world.Due], pass func(at time.Time) bool) iter.Seq[Transmission] {
	return func(yield func(Transmission) bool) {
		over := false
		flying := func(yield func(world.Due) bool) {
			for due := range dues {
				if over || !yield(due) {
					return
				}
			}
		}
		var now time.Time
		for t := range p.Transmissions(flying) {
			over = over || !pass(t.SentAt)
			if over {
				if t.At.After(now) {
					continue // the flight did not come to this report
				}
				t.SentAt = now
			}
			now = t.SentAt
			if !yield(t) {
				return
			}
		}
	}
}

// undisturbed is a flight without faults: as it must cost nothing, it looks
// at nothing.
func undisturbed(dues iter.Seq[world.Due]) iter.Seq[Transmission] {
	return func(yield func(Transmission) bool) {
		for due := range dues {
			if !yield(Transmission{Due: due, SentAt: due.At}) {
				return
			}
		}
	}
}

// send yields a transmission, and again if it is a duplicate.
func send(yield func(Transmission) bool, t Transmission) bool {
	if !yield(t) {
		return false
	}
	if t.Fault != Duplicate {
		return true
	}
	t.Copy = true
	return yield(t)
}

// pending is what is held, and the how-manieth report of the flight it is.
type pending struct {
	Transmission
	n int64
}

// compare orders what is sent. At the same moment the older report is first,
// except that one that changes places stands behind the other.
func (a pending) compare(b pending) int {
	return cmp.Or(a.SentAt.Compare(b.SentAt), cmp.Compare(a.behind(), b.behind()), cmp.Compare(a.n, b.n))
}

func (a pending) behind() int {
	if a.Fault == Reorder {
		return 1
	}
	return 0
}

// beforeDue says that a is sent before the moment at which a report is due,
// or at that moment and before the report.
func (a pending) beforeDue(report pending) bool {
	report.SentAt, report.Fault = report.At, None
	return a.compare(report) < 0
}

// backlog is the heap of what is held, the next to be sent on top.
type backlog []pending

func (b backlog) Len() int           { return len(b) }
func (b backlog) Less(i, j int) bool { return b[i].compare(b[j]) < 0 }
func (b backlog) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }
func (b *backlog) Push(x any)        { *b = append(*b, x.(pending)) }

func (b *backlog) Pop() any {
	last := len(*b) - 1
	top := (*b)[last]
	*b = (*b)[:last]
	return top
}
