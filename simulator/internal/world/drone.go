package world

import (
	"math"
	"time"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

// The patrol of a drone: around the centre of its home district and some way
// into the neighbours, at no more than 25 m/s.
const (
	reachMin     = 0.025 // degrees of latitude, to each side
	reachMax     = 0.045
	roundMinutes = 40 // the shortest time for a round, along either axis
	roundSpread  = 30 // how many minutes longer the longest takes
)

// position follows a Lissajous figure as long as the drone is in the air, and
// stands still while it charges. Drones with following numbers have their
// homes in different districts, so that every fleet covers the country.
func (w World) position(drone int, at int64) place {
	home := w.districts[drone%len(w.districts)]
	patrol := w.seed.about(ofPatrol).and(int64(drone))
	flown := w.cycle(drone, at).flown
	lat := home.Lat + swing(patrol.and(0), flown)
	lon := home.Lon + float64(swing(patrol.and(1), flown)/peaceland.LonScale)
	return place{lat: decimals(lat, 6), lon: decimals(lon, 6)}
}

// swing is how far along one axis of its patrol a drone is from home, in
// degrees of latitude.
func swing(axis draw, flown int64) float64 {
	reach := reachMin + float64(axis.and(0).fraction()*(reachMax-reachMin))
	round := (roundMinutes * time.Minute).Milliseconds() + axis.and(1).below((roundSpread * time.Minute).Milliseconds())
	return float64(reach * wave(flown+axis.and(2).below(round), round))
}

// A cycle is where a drone is between two charges.
type cycle struct {
	flown    int64 // ms in the air since the epoch, and some of the cycle before it
	inAir    int64 // ms in the air in this cycle
	charging int64 // ms on the charger in this cycle; 0 in the air
}

func (w World) cycle(drone int, at int64) cycle {
	flight, charge := w.p.Flight.Milliseconds(), w.p.Charge.Milliseconds()
	at += w.seed.about(ofCharging).and(int64(drone)).below(flight + charge)
	full, within := at/(flight+charge), at%(flight+charge)
	inAir := min(within, flight)
	return cycle{flown: full*flight + inAir, inAir: inAir, charging: within - inAir}
}

// technical is the drone's own state: a battery that a flight drains to 15%,
// motors that warm up and cool down within ten minutes, and a frame that
// vibrates the more the longer ago the last service was.
func (w World) technical(drone int, at int64) schemas.Technical {
	const (
		emptiest   = 15.0 // percent
		warmUp     = 10 * 60_000.0
		climateC   = 12.0
		dayC       = 5.0        // so much warmer is 15:00, and so much colder 3:00
		mild       = 9 * hourMs // the hour between them
		motorC     = 38.0
		standingMm = 0.05
		flyingMm   = 1.0
		wornMm     = 3.5
	)
	c := w.cycle(drone, at)
	noise := w.seed.about(ofNoise).and(int64(drone)).and(at)

	full, warm := 0.0, 0.0
	if c.charging > 0 {
		full = float64(c.charging) / float64(w.p.Charge.Milliseconds())
		warm = max(0, 1-float64(float64(c.charging)/warmUp))
	} else {
		full = 1 - float64(float64(c.inAir)/float64(w.p.Flight.Milliseconds()))
		warm = min(1, float64(c.inAir)/warmUp)
	}
	outside := climateC + float64(dayC*wave(at-mild, dayMs))

	hours := float64(w.seed.about(ofFlightHours).and(int64(drone)).below(2000)) + float64(c.flown)/hourMs
	sinceService := hours + float64(w.seed.about(ofService).and(int64(drone)).fraction()*w.p.ServiceEvery)
	worn := float64(sinceService/w.p.ServiceEvery) - math.Floor(sinceService/w.p.ServiceEvery)
	vibration := standingMm + float64(0.05*noise.and(1).fraction())
	if c.charging == 0 {
		vibration = flyingMm + float64(wornMm*float64(worn*worn)) + float64(0.4*noise.and(1).fraction())
	}
	return schemas.Technical{
		BatteryPct:   float32(decimals(emptiest+float64((100-emptiest)*full), 1)),
		MotorTempC:   float32(decimals(outside+float64(motorC*warm)+noise.and(0).fraction(), 1)),
		VibrationMmS: float32(decimals(vibration, 2)),
		FlightHours:  decimals(hours, 3),
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

// decimals rounds to n decimals: the float64 nearest to that decimal number.
func decimals(x float64, n int) float64 {
	scale := [...]float64{1, 10, 100, 1e3, 1e4, 1e5, 1e6}[n]
	return math.Round(x*scale) / scale
}
