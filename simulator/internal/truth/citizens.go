package truth

import (
	"maps"
	"slices"

	"github.com/peacestate/peacestate/schemas"
)

var citizensColumns = []string{"group", "citizens", "riots", "share"}

// citizens are those whom any report in the archive names, and how often those
// who rioted did: a rioter whom only damaged reports name is in the second
// alone.
type citizens struct {
	seen  map[string]bool
	riots map[string]int64
}

func newCitizens() citizens { return citizens{map[string]bool{}, map[string]int64{}} }

func (c citizens) see(near []schemas.Citizen) {
	for _, citizen := range near {
		if !c.seen[citizen.CitizenID] { // nearly all are known: reading is cheaper
			c.seen[citizen.CitizenID] = true
		}
	}
}

func (c citizens) riot(id string) { c.riots[id]++ }

// rows say how many riots the most riotous parts of all citizens account for.
func (c citizens) rows() [][]any {
	ranking := slices.Sorted(maps.Values(c.riots))
	slices.Reverse(ranking)
	var all int64
	for _, n := range ranking {
		all += n
	}
	rows := [][]any{}
	for _, group := range []struct {
		name    string
		percent int
	}{{"top 1%", 1}, {"top 10%", 10}, {"all", 100}} {
		people := (len(c.seen)*group.percent + 99) / 100 // rounded up
		riots := all
		if group.percent < 100 {
			riots = 0
			for _, n := range ranking[:min(people, len(ranking))] {
				riots += n
			}
		}
		var share any // of no riots: not defined
		if all > 0 {
			share = float64(riots) / float64(all)
		}
		rows = append(rows, []any{group.name, int64(people), riots, share})
	}
	return rows
}
