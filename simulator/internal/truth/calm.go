package truth

import (
	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

var calmColumns = []string{"district", "peacescore", "sightings", "percent", "mean"}

// calmness counts, by district, the scores that drones of the archive gave, in
// bands of ten points.
type calmness map[string]*sightings

type sightings struct {
	bands [10]int64
	sum   float64 // of the scores
}

func newCalm() calmness {
	c := calmness{}
	for _, d := range peaceland.Districts() {
		c[d.Name] = &sightings{}
	}
	return c
}

func (c calmness) add(r schemas.Report) {
	s := c[peaceland.Nearest(r.Lat, r.Lon).Name]
	for _, citizen := range r.Citizens {
		s.bands[min(int(citizen.Peacescore/10), 9)]++ // 100 is in the last
		s.sum += citizen.Peacescore
	}
}

func (c calmness) rows() [][]any {
	rows := [][]any{}
	for _, d := range peaceland.Districts() {
		s := c[d.Name]
		var all int64
		for _, n := range s.bands {
			all += n
		}
		for band, n := range s.bands {
			if n > 0 {
				rows = append(rows, []any{d.Name, int64(10 * band), n, float64(n) * 100 / float64(all), s.sum / float64(all)})
			}
		}
	}
	return rows
}
