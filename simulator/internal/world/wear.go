package world

import (
	"cmp"
	"slices"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

// The life of a drone is a chain of equal spans. In each it is on duty for
// LifeMean, in turns in the air and on its charger, and at one moment of the
// span it fails, lands where it is, and is repaired, which takes RepairTakes.
// So the time on duty at any moment is known without adding up a past.

// A Part is what fails of a drone.
type Part string

// The parts. Most give a sign before they fail: a battery empties faster, a
// motor runs hotter, a bearing vibrates.
const (
	Battery Part = "battery"
	Motor   Part = "motor"
	Bearing Part = "bearing"
)

// A Failure is one breakdown of a drone.
type Failure struct {
	Drone       int       `json:"-"`
	DroneID     string    `json:"drone_id"`
	Part        Part      `json:"part"`
	FailedAt    time.Time `json:"failed_at"`    // from here on it stands
	RepairedAt  time.Time `json:"repaired_at"`  // from here on it is on duty again
	FlightHours float64   `json:"flight_hours"` // in the air until then
}

// Failures lists the failures of the fleet at or after from and before to, in
// the order in which they happen.
func (f Fleet) Failures(from, to time.Time) []Failure {
	w := f.world
	begin, end := max(0, sinceEpoch(from)), sinceEpoch(to)
	var all []Failure
	for _, flyer := range f.drones {
		l := w.life(flyer.number)
		for span := (begin + l.lead) / (l.duty + l.repair); ; span++ {
			at := l.failsAt(span)
			if at >= end {
				break
			}
			if at < begin {
				continue
			}
			onDuty := span*l.duty + l.fails(span)
			all = append(all, Failure{
				Drone: flyer.number, DroneID: schemas.DroneID(flyer.number), Part: l.part(span),
				FailedAt: moment(at), RepairedAt: moment(at + l.repair), FlightHours: l.hours(w.flown(onDuty)),
			})
		}
	}
	slices.SortStableFunc(all, func(a, b Failure) int {
		return cmp.Or(a.FailedAt.Compare(b.FailedAt), cmp.Compare(a.Drone, b.Drone))
	})
	return all
}

// A life is what is drawn once for a drone. Times are in ms.
type life struct {
	duty, repair int64 // the two parts of a span
	lead         int64 // how far into its first span the drone is at the Epoch
	spread       float64
	sudden       float64 // share of failures without a sign
	growth       int64   // ms on duty in which a sign comes to full strength, in the mean
	flownBefore  int64   // ms in the air before the Epoch
	cyclesBefore int64   // charges of its battery before the Epoch
	draw         draw
}

func (w *World) life(drone int) life {
	d := w.seed.about(ofLife).and(int64(drone))
	duty, repair := w.p.LifeMean.Milliseconds(), w.p.RepairTakes.Milliseconds()
	return life{
		duty: duty, repair: repair, spread: w.p.LifeSpread,
		sudden: w.p.SuddenShare, growth: w.p.SignsLead.Milliseconds(),
		lead:         d.and(0).below(duty + repair),
		flownBefore:  d.and(1).below(2000 * hourMs),
		cyclesBefore: d.and(2).below(int64(w.p.BatteryCycles)),
		draw:         d.and(3),
	}
}

// fails is the time on duty within a span at which the drone fails.
func (l life) fails(span int64) int64 {
	return int64(float64(l.duty) * (0.5 + float64(l.spread*(l.draw.and(span).and(0).fraction()-0.5))))
}

// failsAt is when it fails in a span, in ms since the Epoch, and before it when
// that is below 0.
func (l life) failsAt(span int64) int64 { return span*(l.duty+l.repair) + l.fails(span) - l.lead }

// part is what fails in a span.
func (l life) part(span int64) Part {
	return [...]Part{Battery, Motor, Bearing}[l.draw.and(span).and(1).below(3)]
}

// A sign is how a part that is about to fail shows it: from nothing, growing
// evenly with time on duty, until it breaks. No sensor tells when that will be:
// where a sign has come to, and how fast it grows, leaves the time open, because
// parts break at different strengths of it.
type sign struct {
	part   Part
	begins int64 // ms on duty since the first span began
	grows  int64 // ms on duty in which it would come to full strength
}

// The strengths of a sign, of which 1 is the full one, between which parts
// break, each as likely as the other.
const (
	breaksFrom = 0.5
	breaksTo   = 1.0
)

// sign is that of the failure in a span. It is false when there is none.
func (l life) sign(span int64) (sign, bool) {
	d := l.draw.and(span)
	if d.and(2).chance(l.sudden) {
		return sign{part: l.part(span)}, false
	}
	grows := int64(float64(l.growth) * (0.5 + d.and(3).fraction()))
	breaks := breaksFrom + float64((breaksTo-breaksFrom)*d.and(4).fraction())
	return sign{part: l.part(span), begins: span*l.duty + l.fails(span) - int64(float64(grows)*breaks), grows: grows}, true
}

// strength is that of the sign at a time on duty, from 0 to 1.
func (s sign) strength(duty int64) float64 {
	return max(0, min(1, float64(duty-s.begins)/float64(s.grows)))
}

func (l life) hours(flown int64) float64 { return decimals(float64(l.flownBefore+flown)/hourMs, 3) }

// A condition is how a drone is at a moment.
type condition struct {
	duty     int64 // ms on duty since its first span began
	grounded int64 // ms since it failed; -1 when it is on duty
	rested   int64 // ms on duty since its last repair
}

func (l life) at(ms int64) condition {
	ms += l.lead
	span, within := ms/(l.duty+l.repair), ms%(l.duty+l.repair)
	fails := l.fails(span)
	switch {
	case within < fails:
		return condition{duty: span*l.duty + within, grounded: -1, rested: within + l.duty - l.fails(span-1)}
	case within < fails+l.repair:
		return condition{duty: span*l.duty + fails, grounded: within - fails, rested: fails + l.duty - l.fails(span-1)}
	default:
		within -= l.repair
		return condition{duty: span*l.duty + within, grounded: -1, rested: within - fails}
	}
}

// next is the span of the next failure at a time on duty: at the moment of a
// failure, its own.
func (l life) next(duty int64) int64 {
	span := duty / l.duty
	if duty > span*l.duty+l.fails(span) {
		span++
	}
	return span
}

// worn is how long a drone has been on duty since its last repair, in mean
// lives; which part fails next, and how strong its sign is, 0 to 1.
func (l life) worn(duty int64) (age float64, next Part, strength float64) {
	span := l.next(duty)
	age = float64(duty-(span-1)*l.duty-l.fails(span-1)) / float64(l.duty)
	if sign, shows := l.sign(span); shows {
		return age, sign.part, sign.strength(duty)
	}
	return age, l.part(span), 0
}

// flown is how long a drone has been in the air after so long on duty, in ms.
func (w *World) flown(duty int64) int64 {
	flight, cycle := w.p.Flight.Milliseconds(), w.p.Flight.Milliseconds()+w.p.Charge.Milliseconds()
	return duty/cycle*flight + min(duty%cycle, flight)
}

// technical is what a drone's own sensors say: a battery that a flight drains,
// the deeper the older it is; motors that warm up and cool down within ten
// minutes; and a frame that vibrates the more the longer the last repair is
// ago. None of it knows when the drone will fail.
func (w *World) technical(drone int, l life, c condition, at int64) schemas.Technical {
	const (
		warmUp     = 10 * 60_000.0
		climateC   = 12.0
		dayC       = 5.0        // so much warmer is 15:00, and so much colder 3:00
		mild       = 9 * hourMs // the hour between them
		motorC     = 38.0
		standingMm = 0.05
		flyingMm   = 1.0
	)
	noise := w.seed.about(ofNoise).and(int64(drone)).and(at)
	flight, charge := w.p.Flight.Milliseconds(), w.p.Charge.Milliseconds()
	cycle, within := c.duty/(flight+charge), c.duty%(flight+charge)
	flying := within < flight && c.grounded < 0
	age, next, strength := l.worn(c.duty)

	// How deep this flight drains the battery is settled when it begins.
	_, thenNext, thenStrength := l.worn(c.duty - within)
	batteryAge := float64((l.cyclesBefore+cycle)%int64(w.p.BatteryCycles)) / float64(w.p.BatteryCycles)
	drain := w.p.BatteryDrain + float64(w.p.BatteryAgeing*batteryAge)
	if thenNext == Battery {
		drain += float64(w.p.BatterySign * thenStrength)
	}
	drain = min(drain, 97)
	full := 1 - float64(float64(min(within, flight))/float64(flight))
	if within > flight {
		full = float64(within-flight) / float64(charge)
	}

	// Motors run while in the air, since the start or the last repair.
	ran := min(within, flight, max(0, c.rested-max(0, within-flight)))
	cooling := max(0, within-flight)
	if c.grounded >= 0 {
		cooling += c.grounded
	}
	warm := max(0, min(1, float64(float64(ran)/warmUp))-float64(float64(cooling)/warmUp))
	motor := motorC
	if next == Motor {
		motor += float64(w.p.MotorSign * strength)
	}
	outside := climateC + float64(dayC*wave(at-mild, dayMs))

	vibration := standingMm + float64(0.05*noise.and(1).fraction())
	if flying {
		vibration = flyingMm + float64(w.p.VibrationWear*age) + float64(w.p.VibrationNoise*noise.and(1).fraction())
		if next == Bearing {
			vibration += float64(w.p.BearingSign * float64(strength*strength))
		}
	}
	return schemas.Technical{
		BatteryPct:   float32(decimals(100-float64(drain*(1-full)), 1)),
		MotorTempC:   float32(decimals(outside+float64(motor*warm)+float64(w.p.TempNoise*noise.and(0).fraction()), 1)),
		VibrationMmS: float32(decimals(vibration, 2)),
		FlightHours:  l.hours(w.flown(c.duty)),
	}
}

// wave goes from 0 up to 1, down to -1 and back to 0 once a round, smoothly:
// two parabolas, at most 0.06 from a sine. t and round are in milliseconds;
// t may be negative.
func wave(t, round int64) float64 {
	within := t % round
	if within < 0 {
		within += round
	}
	phase := float64(within) / float64(round)
	if phase < 0.5 {
		return float64(16 * phase * (0.5 - phase))
	}
	return float64(-16 * (phase - 0.5) * (1 - phase))
}
