package world

import (
	"time"

	"github.com/peacestate/peacestate/peaceland"
)

// Citizens riot for one of two reasons: an agitator alone, for as long as a
// crowd stays, or anybody in the midst of unrest.

// unrest is a disturbance around one place of a district. The zero value is
// no unrest.
type unrest struct {
	heat  float64 // 0 to 1: how many are drawn in
	whose draw    // for what its people do
}

// riots says whether a citizen riots. Whoever joins in unrest is in it until
// the end of it, and all drones agree on that.
func (w World) riots(number int, around unrest, lone float64, at int64) bool {
	join := around.heat * w.p.JoinChance
	if w.people[number].agitator {
		if w.seed.about(ofLoneRiot).and(int64(number)).and(w.stay(at)).chance(lone) {
			return true
		}
		join = around.heat * w.p.AgitatorJoinChance
	}
	return join > 0 && around.whose.and(int64(number)).chance(join)
}

// unrestAround is the unrest of a district that reaches a place. Each hour may
// see one break out; as none lasts longer than an hour, the hour before is the
// only other one that matters. Of two that overlap the newer counts.
func (w World) unrestAround(district int, p place, at int64) unrest {
	for hour := at / hourMs; hour >= max(0, at/hourMs-1); hour-- {
		d := w.seed.about(ofUnrest).and(int64(district)).and(hour)
		if !d.and(0).chance(w.p.UnrestPerHour * w.tension(district, hour*hourMs)) {
			continue
		}
		begins := hour*hourMs + d.and(1).below(hourMs)
		lasts := d.and(2).between(w.p.UnrestMin.Milliseconds(), w.p.UnrestMax.Milliseconds())
		if at < begins || at >= begins+lasts {
			continue
		}
		const farthest = 0.015 // of its centre from that of the district, in degrees of latitude
		centre := w.districts[district]
		dLat := p.lat - centre.Lat - float64(farthest*d.and(3).spread())
		dLon := float64((p.lon-centre.Lon)*peaceland.LonScale) - float64(farthest*d.and(4).spread())
		reach := w.p.UnrestRadiusM / peaceland.MetersPerDegree
		if float64(dLat*dLat)+float64(dLon*dLon) < reach*reach {
			return unrest{heat: 0.4 + float64(0.6*d.and(5).fraction()), whose: d.and(6)}
		}
	}
	return unrest{}
}

// tension is what the chances of a riot are multiplied with at a time in a
// district.
func (w World) tension(district int, at int64) float64 {
	factor := w.unruly[district] * w.p.HourFactors[at%dayMs/hourMs]
	switch time.UnixMilli(epochMs + at).UTC().Weekday() {
	case time.Saturday, time.Sunday:
		return factor * w.p.WeekendFactor
	default:
		return factor
	}
}
