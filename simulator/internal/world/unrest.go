package world

import (
	"cmp"
	"slices"
	"time"

	"github.com/peacestate/peacestate/peaceland"
)

// Unrest is a disturbance of the world: for a while, whoever is near may join
// in and riot.
type Unrest struct {
	District string    `json:"district"`
	Begins   time.Time `json:"begins"`
	Ends     time.Time `json:"ends"`     // excluded
	Lat      float64   `json:"lat"`      // of its centre, degrees north
	Lon      float64   `json:"lon"`      // of its centre, degrees east
	RadiusM  float64   `json:"radius_m"` // how far it reaches, in metres
	Heat     float64   `json:"heat"`     // at its height, 0 to 1
	// SpreadFrom is the neighbouring district from which it spread; empty
	// where it broke out by itself.
	SpreadFrom string `json:"spread_from,omitempty"`
}

// Unrest lists the unrest that begins at or after from and before to, in the
// order in which it begins.
func (w *World) Unrest(from, to time.Time) []Unrest {
	var all []Unrest
	begin, end := max(0, sinceEpoch(from)), sinceEpoch(to)
	for hour := begin / hourMs; hour*hourMs < end; hour++ {
		for _, u := range w.begun(hour) {
			if u.begins < begin || u.begins >= end {
				continue
			}
			found := Unrest{
				District: w.districts[u.district].Name, Begins: moment(u.begins), Ends: moment(u.ends),
				Lat: decimals(u.centre.lat, 6), Lon: decimals(u.centre.lon, 6), RadiusM: w.p.UnrestRadiusM, Heat: decimals(u.heat, 3),
			}
			if u.spreadFrom >= 0 {
				found.SpreadFrom = w.districts[u.spreadFrom].Name
			}
			all = append(all, found)
		}
	}
	return all
}

// Unrest is that of the world below the fleet, whether a drone sees it or not.
func (f Fleet) Unrest(from, to time.Time) []Unrest { return f.world.Unrest(from, to) }

// unrest is Unrest as the world computes with it; times are in ms since the
// Epoch.
type unrest struct {
	district, spreadFrom int // spreadFrom is -1 where it broke out by itself
	begins, ends         int64
	centre               place
	heat                 float64
	whose                draw // for what its people do
}

// newUnrest is some unrest that begins at a time.
func (w *World) newUnrest(district, spreadFrom int, begins int64, d draw) unrest {
	return unrest{
		district: district, spreadFrom: spreadFrom,
		begins: begins,
		ends:   begins + d.and(0).between(w.p.UnrestMin.Milliseconds(), w.p.UnrestMax.Milliseconds()),
		centre: w.ground.centre(w.ground.somewhere(district, d.and(1))),
		heat:   0.4 + float64(0.6*d.and(2).fraction()),
		whose:  d.and(3),
	}
}

// outbreak is the unrest that breaks out by itself in a district in an hour,
// if any does.
func (w *World) outbreak(district int, hour int64) (unrest, bool) {
	d := w.seed.about(ofUnrest).and(int64(district)).and(hour)
	if !d.and(0).chance(w.p.UnrestPerHour * w.tension(district, hour*hourMs)) {
		return unrest{}, false
	}
	return w.newUnrest(district, -1, hour*hourMs+d.and(1).below(hourMs), d.and(2)), true
}

// begun lists all unrest that begins in an hour, the first first: what breaks
// out in it, and what spreads from what broke out in this hour or the one
// before. What has spread does not spread on.
func (w *World) begun(hour int64) []unrest {
	var all []unrest
	for district := range w.districts {
		for parents := max(0, hour-1); parents <= hour; parents++ {
			parent, is := w.outbreak(district, parents)
			if !is {
				continue
			}
			if parents == hour {
				all = append(all, parent)
			}
			for _, neighbour := range w.ground.neighbours[district] {
				d := parent.whose.and(int64(neighbour))
				if !d.and(0).chance(w.p.SpreadChance) {
					continue
				}
				begins := parent.begins + d.and(1).between(w.p.SpreadMin.Milliseconds(), w.p.SpreadMax.Milliseconds())
				if begins/hourMs == hour {
					all = append(all, w.newUnrest(neighbour, district, begins, d.and(2)))
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b unrest) int { return cmp.Compare(a.begins, b.begins) })
	return all
}

// An outlook is all unrest that can matter in one hour: none lasts longer
// than an hour, and none is felt more than an hour before it begins.
type outlook struct {
	hour   int64
	unrest []unrest
}

func (w *World) outlook(hour int64) outlook {
	o := outlook{hour: hour}
	for h := max(0, hour-1); h <= hour+1; h++ {
		o.unrest = append(o.unrest, w.begun(h)...)
	}
	return o
}

// heatAt is how heated unrest is at a time: 0 before and after; in between it
// grows for a quarter of the time from 40% of its height to all of it, and
// then cools down to 40% again.
func (u unrest) heatAt(at int64) float64 {
	if at < u.begins || at >= u.ends {
		return 0
	}
	gone := float64(at-u.begins) / float64(u.ends-u.begins)
	if gone < 0.25 {
		return float64(u.heat * (0.4 + float64(2.4*gone)))
	}
	return float64(u.heat * (1 - float64(0.8*(gone-0.25))))
}

// tension is what the chances of a riot are multiplied with at a time in a
// district.
func (w *World) tension(district int, at int64) float64 {
	factor := w.unruly[district] * w.p.HourFactors[at%dayMs/hourMs]
	if weekend(at) {
		return factor * w.p.WeekendFactor
	}
	return factor
}

// weekend says whether a time falls on a Saturday or a Sunday. The Epoch is a
// Thursday.
func weekend(at int64) bool {
	const saturday, sunday = 2, 3 // days after a Thursday
	day := at / dayMs % 7
	return day == saturday || day == sunday
}

// unrulyDistricts is the factor of each district.
func (p Parameters) unrulyDistricts(districts []peaceland.District) []float64 {
	factors := make([]float64, len(districts))
	for i, d := range districts {
		factor, named := p.DistrictFactors[d.Name]
		if !named {
			factor = 1
		}
		factors[i] = factor
	}
	return factors
}
