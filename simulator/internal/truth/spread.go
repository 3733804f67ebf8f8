package truth

import (
	"math"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

var spreadColumns = []string{
	"square", "after", "after_riots", "chance_after", "usual", "usual_riots", "chance_usual", "ratio", "low", "high",
}

// Squares of 2 km, in degrees.
const (
	squareNorth = 0.018
	squareEast  = 0.025
	z95         = 1.959963984540054
)

// A window is half an hour of a square.
type window struct {
	halfHour    int64 // since 1970
	north, east int
}

func windowOf(at time.Time, lat, lon float64) window {
	return window{at.Unix() / 1800, int(math.Floor(lat / squareNorth)), int(math.Floor(lon / squareEast))}
}

func (w window) moved(halfHours int64, north, east int) window {
	return window{w.halfHour + halfHours, w.north + north, w.east + east}
}

// spread is what was looked at, and who rioted there.
type spread struct {
	observed map[window]bool
	rioters  map[window]map[string]bool
}

func newSpread() spread {
	return spread{map[window]bool{}, map[window]map[string]bool{}}
}

// observe is told of every report of the archive.
func (s spread) observe(r schemas.Report) {
	if w := windowOf(r.ReportedAt, r.Lat, r.Lon); !s.observed[w] {
		s.observed[w] = true
	}
}

func (s spread) riot(r schemas.Riot) {
	w := windowOf(r.DetectedAt, r.Lat, r.Lon)
	if s.rioters[w] == nil {
		s.rioters[w] = map[string]bool{}
	}
	s.rioters[w][r.CitizenID] = true
}

// othersRiot says that somebody riots in a window who did not riot before.
func (s spread) othersRiot(then, before window) bool {
	for citizen := range s.rioters[then] {
		if !s.rioters[before][citizen] {
			return true
		}
	}
	return false
}

// looks count looks, and those that found a riot.
type looks struct{ all, riots int64 }

func (l looks) chance() float64 { return float64(l.riots) / float64(l.all) }

func (s spread) rows() [][]any {
	const week = 7 * 48
	type key struct{ same, usual bool }
	found := map[key]*looks{}
	for before := range s.rioters {
		for _, later := range []int64{1, 1 + week, 1 - week} {
			for north := -1; north <= 1; north++ {
				for east := -1; east <= 1; east++ {
					then := before.moved(later, north, east)
					if !s.observed[then] {
						continue
					}
					k := key{north == 0 && east == 0, later != 1}
					if found[k] == nil {
						found[k] = &looks{}
					}
					found[k].all++
					if s.othersRiot(then, before) {
						found[k].riots++
					}
				}
			}
		}
	}
	rows := [][]any{}
	for _, square := range []string{"same", "around"} {
		after, usual := found[key{square == "same", false}], found[key{square == "same", true}]
		if after == nil && usual == nil {
			continue
		}
		rows = append(rows, compared(square, after, usual))
	}
	return rows
}

// compared leaves out what is not defined.
func compared(square string, after, usual *looks) []any {
	var a, u looks
	var chanceAfter, chanceUsual, ratio, low, high any
	if after != nil {
		a = *after
		chanceAfter = a.chance()
	}
	if usual != nil {
		u = *usual
		chanceUsual = u.chance()
	}
	if after != nil && u.riots > 0 {
		times := a.chance() / u.chance()
		ratio = times
		if a.riots > 0 {
			variance := 1/float64(a.riots) - 1/float64(a.all) + 1/float64(u.riots) - 1/float64(u.all)
			low, high = math.Exp(math.Log(times)-z95*math.Sqrt(variance)), math.Exp(math.Log(times)+z95*math.Sqrt(variance))
		}
	}
	return []any{square, a.all, a.riots, chanceAfter, u.all, u.riots, chanceUsual, ratio, low, high}
}
