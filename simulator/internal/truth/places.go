package truth

import (
	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

var placesColumns = []string{"district", "hour", "riots", "reports", "riots_per_1000_reports"}

// places count by district and hour of the day.
type places map[string]*[24]counts

func newPlaces() places {
	p := places{}
	for _, d := range peaceland.Districts() {
		p[d.Name] = &[24]counts{}
	}
	return p
}

func (p places) add(r schemas.Report, seen counts) {
	p[peaceland.Nearest(r.Lat, r.Lon).Name][r.ReportedAt.UTC().Hour()].add(seen)
}

// rows leave out the riots of a place and hour without a report in the
// archive.
func (p places) rows() [][]any {
	rows := [][]any{}
	for _, d := range peaceland.Districts() {
		for hour, c := range p[d.Name] {
			if c.archived > 0 {
				rows = append(rows, []any{d.Name, int64(hour), c.riots, c.archived, float64(c.riots) * 1000 / float64(c.archived)})
			}
		}
	}
	return rows
}
