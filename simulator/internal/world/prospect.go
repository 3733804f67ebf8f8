package world

import (
	"iter"
	"slices"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

// A Prospect is whether a drone will fail soon, and how likely that was to
// whoever knows all but the draws of the future: the parameters, all that has
// happened to the drone, and its sign without the noise of the sensors. Nobody
// who knows less can foresee more: it is the ceiling of every prediction.
type Prospect struct {
	Drone   int       `json:"-"`
	DroneID string    `json:"drone_id"`
	At      time.Time `json:"at"`
	OnDuty  bool      `json:"on_duty"` // not failed and waiting for its repair; nothing below is meant otherwise
	// Chance is the probability that the drone fails after At and no later than
	// a given time from it; nil when it is not on duty.
	Chance *float64 `json:"chance"`
	Fails  bool     `json:"fails"` // whether it does
	// Of the next failure: when it is, what fails, whether that gives no sign,
	// and how strong the sign is by now.
	NextFailureAt time.Time `json:"next_failure_at"`
	Part          Part      `json:"part"`
	Sudden        bool      `json:"sudden"`
	Strength      float64   `json:"strength"`
}

// Prospects lists those of every drone at from, and again every so often,
// before to: the drones in the order of their numbers.
func (f Fleet) Prospects(from, to time.Time, every, within time.Duration) iter.Seq[Prospect] {
	return func(yield func(Prospect) bool) {
		w := f.world
		var lives []life
		numbers := f.numbers()
		for _, number := range numbers {
			lives = append(lives, w.life(number))
		}
		for at := from; at.Before(to); at = at.Add(every) {
			for i, number := range numbers {
				p := lives[i].prospect(sinceEpoch(at), within.Milliseconds())
				p.Drone, p.DroneID, p.At = number, schemas.DroneID(number), at
				if !yield(p) {
					return
				}
			}
		}
	}
}

// numbers are those of the drones, in their order.
func (f Fleet) numbers() []int {
	var numbers []int
	for _, d := range f.drones {
		numbers = append(numbers, d.number)
	}
	slices.Sort(numbers)
	return numbers
}

// prospect is that of a life at a time in ms since the Epoch.
func (l life) prospect(at, within int64) Prospect {
	c := l.at(at)
	if c.grounded >= 0 {
		return Prospect{}
	}
	span := l.next(c.duty)
	sign, shows := l.sign(span)
	left := span*l.duty + l.fails(span) - c.duty // nothing interrupts the time until the next failure
	chance := decimals(l.chance(c.duty, within), 6)
	p := Prospect{
		OnDuty: true, Chance: &chance, Fails: left <= within,
		NextFailureAt: moment(at + left), Part: sign.part, Sudden: !shows,
	}
	if shows {
		p.Strength = decimals(sign.strength(c.duty), 4)
	}
	return p
}

// chance is the probability that a drone that is on duty fails after a time on
// duty and no later than so long after it, given that it has not until then
// and what its sign is.
//
// A failure is as likely at any moment from first to last of its span. What
// has been seen narrows that down:
//
//   - With a sign that shows, begun at b and growing to full strength in g, the
//     part breaks at b + strength·g, and every strength is as likely as another:
//     so the failure is as likely at any moment from b + breaksFrom·g to b +
//     breaksTo·g that is still ahead and in the span.
//   - Without one, a failure u ahead must be a sudden one, or one whose sign
//     takes less than u: its likelihood is in proportion to the share of failures
//     with a shorter sign than u, of which shorter is the integral.
func (l life) chance(duty, within int64) float64 {
	span := l.next(duty)
	first, last := l.possible(span)
	now, until := float64(duty), float64(duty+within)
	if s, shows := l.sign(span); shows && s.begins < duty {
		first = max(first, float64(s.begins)+float64(breaksFrom*float64(s.grows)))
		last = min(last, float64(s.begins)+float64(breaksTo*float64(s.grows)))
		first = max(first, now)
		if last <= first {
			return 1 // rounding left no time: it fails now
		}
		return max(0, min(1, (until-first)/(last-first)))
	}
	first = max(first, now)
	until = max(first, min(last, until))
	before := l.shorter(first - now)
	all := l.shorter(last-now) - before
	if all <= 0 {
		return 1
	}
	return (l.shorter(until-now) - before) / all
}

// possible is when a drone can fail in a span, in ms on duty.
func (l life) possible(span int64) (first, last float64) {
	begins, half := float64(span*l.duty), float64(float64(l.duty)*l.spread/2)
	middle := begins + float64(0.5*float64(l.duty))
	return middle - half, middle + half
}

// shorter is the integral, from 0 to x ms, of the share of failures whose sign
// takes less time than that until the part breaks: x itself for those without
// a sign. For a sign that would grow in g, it is 0 up to breaksFrom·g, x minus
// the mean time from breaksTo·g on, and a parabola between; the mean over all g
// is taken at steps.
func (l life) shorter(x float64) float64 {
	const steps = 400
	sum := 0.0
	for i := range steps {
		g := float64(l.growth) * (0.5 + (float64(i)+0.5)/steps)
		from, to := float64(breaksFrom*g), float64(breaksTo*g)
		switch {
		case x >= to:
			sum += x - float64((from+to)/2)
		case x > from:
			sum += float64((x-from)*(x-from)) / float64(2*(to-from))
		}
	}
	return float64(l.sudden*x) + float64((1-l.sudden)*float64(sum/steps))
}
