package world

import "math"

// A patrol is the round that a drone flies again and again: straight lines
// between points, back to the first.
type patrol struct {
	points [patrolPoints]place
	legs   [patrolPoints]int64 // mm, from each point to the next
	round  int64               // mm
}

const patrolPoints = 6

// patrol draws the round of a drone. Most of its points are in the drone's
// own district. Drones with following numbers have different districts, so
// that every fleet covers the country.
func (w *World) patrol(drone int) patrol {
	d := w.seed.about(ofPatrol).and(int64(drone))
	own := drone % len(w.districts)
	var p patrol
	for i := range p.points {
		district, point := own, d.and(int64(i))
		if point.and(0).chance(w.p.RoamShare) {
			neighbours := w.ground.neighbours[own]
			district = neighbours[point.and(1).below(int64(len(neighbours)))]
		}
		p.points[i] = w.ground.centre(w.ground.somewhere(district, point.and(2)))
	}
	for i := range p.points {
		p.legs[i] = int64(math.Round(1000 * meters(p.points[i], p.points[(i+1)%patrolPoints])))
		p.round += p.legs[i]
	}
	return p
}

// at is where the drone is after so many millimetres.
func (p *patrol) at(flown int64) place {
	here := p.points[0]
	if p.round > 0 {
		flown %= p.round
		leg := 0
		for flown >= p.legs[leg] {
			flown -= p.legs[leg]
			leg++
		}
		from, to := p.points[leg], p.points[(leg+1)%patrolPoints]
		share := float64(flown) / float64(p.legs[leg])
		here.lat = from.lat + float64(share*(to.lat-from.lat))
		here.lon = from.lon + float64(share*(to.lon-from.lon))
	}
	return place{lat: decimals(here.lat, 6), lon: decimals(here.lon, 6)}
}
