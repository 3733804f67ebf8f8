package rule

import (
	"cmp"
	"slices"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

// A timeline is what is remembered of one citizen, in the order of event time;
// what is of the same time is in the order of the topic.
type timeline struct {
	citizenID string
	sightings []*sighting
}

// from is the index of the first sighting at a time or later.
func (t *timeline) from(at int64) int {
	i, _ := slices.BinarySearchFunc(t.sightings, at, func(s *sighting, at int64) int { return cmp.Compare(s.at, at) })
	return i
}

func (t *timeline) add(s *sighting) {
	t.sightings = slices.Insert(t.sightings, t.from(s.at+1), s)
}

// remove takes a sighting out and says whether others are left.
func (t *timeline) remove(s *sighting) (left bool) {
	i := t.from(s.at)
	for t.sightings[i] != s {
		i++
	}
	if i == 0 {
		// Nearly always: the oldest of the topic are the oldest in time.
		t.sightings[0] = nil
		t.sightings = t.sightings[1:]
	} else {
		t.sightings = slices.Delete(t.sightings, i, i+1)
	}
	return len(t.sightings) > 0
}

// incidentOf is the incident of the sighting that a riot happened next to:
// among those nearby, the last that is not later or the first that is,
// whichever is closer in time, the earlier if both are as close. It is nil
// when there is none within the cooldown.
func (t *timeline) incidentOf(riot schemas.Riot, settings Settings) *incident {
	at, cooldown := riot.DetectedAt.UnixMilli(), settings.Cooldown.Milliseconds()
	nearby := func(s *sighting) bool {
		return peaceland.Meters(s.lat, s.lon, riot.Lat, riot.Lon) <= settings.Nearby
	}
	var next *incident
	later := t.from(at + 1)
	for _, s := range slices.Backward(t.sightings[:later]) {
		if at-s.at > cooldown {
			break
		}
		if nearby(s) {
			next, cooldown = s.of, at-s.at-1 // what is later must be closer
			break
		}
	}
	for _, s := range t.sightings[later:] {
		if s.at-at > cooldown {
			break
		}
		if nearby(s) {
			return s.of
		}
	}
	return next
}
