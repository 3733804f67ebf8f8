package world

import (
	"testing"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

// sample folds four weeks of a squadron: every 7th report of 30 drones.
func sample(w World, fold func(r schemas.Report, riots []schemas.Riot)) {
	for drone := range 30 {
		for seq := int64(4 * aDay); seq < 32*aDay; seq += 7 {
			r := w.Report(drone, seq)
			fold(r, schemas.RiotsIn(r))
		}
	}
}

func TestFewReportsHoldARiotButSomeDo(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3} {
		var reports, withRiot float64
		sample(newWorld(t, seed), func(_ schemas.Report, riots []schemas.Riot) {
			reports++
			if len(riots) > 0 {
				withRiot++
			}
		})
		if share := withRiot / reports; share <= 0.002 || share >= 0.01 {
			t.Errorf("seed %d: %.2f%% of the reports hold a riot, want above 0.2%% and below 1%%", seed, 100*share)
		}
	}
}

// The world has to be worth asking about: these are the answers that the
// analysis is to find in it.
func TestRiotsFollowTheFactors(t *testing.T) {
	type exposure struct{ reports, riots float64 }
	rate := func(e exposure) float64 { return e.riots / e.reports }
	var weekend, week, evening, night, parliament, hillcrest exposure
	citizens := map[string]float64{}
	cry, cryElsewhere, riots, withRiot, withoutRiot := 0.0, 0.0, 0.0, 0.0, 0.0

	w := newWorld(t, 1)
	loud := map[string]bool{}
	for _, c := range cries {
		loud[c] = true
	}
	sample(w, func(r schemas.Report, found []schemas.Riot) {
		count := func(e *exposure) { e.reports++; e.riots += float64(len(found)) }
		switch r.ReportedAt.Weekday() {
		case time.Saturday, time.Sunday:
			count(&weekend)
		default:
			count(&week)
		}
		switch hour := r.ReportedAt.Hour(); {
		case hour >= 18 && hour < 22:
			count(&evening)
		case hour < 6:
			count(&night)
		}
		switch w.districts[w.districtAt(place{r.Lat, r.Lon})].Name {
		case "Parliament":
			count(&parliament)
		case "Hillcrest":
			count(&hillcrest)
		}
		for _, riot := range found {
			citizens[riot.CitizenID]++
			riots++
		}
		heard := 0.0
		for _, word := range r.Words {
			if loud[word] {
				heard = 1
			}
		}
		if len(found) > 0 {
			withRiot++
			cry += heard
		} else {
			withoutRiot++
			cryElsewhere += heard
		}
	})
	var ofAgitators, agitators float64
	for _, p := range w.people {
		if p.agitator {
			agitators++
			ofAgitators += citizens[p.id]
		}
	}
	tests := map[string]struct{ got, low, high float64 }{
		"weekends have far more than weeks":       {rate(weekend) / rate(week), 1.4, 2.3},
		"evenings have far more than nights":      {rate(evening) / rate(night), 2.5, 8},
		"Parliament has far more than Hillcrest":  {rate(parliament) / rate(hillcrest), 3, 20},
		"one citizen in a hundred is an agitator": {agitators / float64(len(w.people)), 0.008, 0.012},
		"agitators make most riots":               {ofAgitators / riots, 0.5, 0.85},
		"cries are heard in most riots":           {cry / withRiot, 0.8, 1},
		"cries are rare elsewhere":                {cryElsewhere / withoutRiot, 0.01, 0.2},
	}
	for rule, tt := range tests {
		if tt.got < tt.low || tt.got > tt.high {
			t.Errorf("%s: %.3f, want %.3f to %.3f", rule, tt.got, tt.low, tt.high)
		}
	}
}

func TestAWorldWithoutChancesIsAtPeace(t *testing.T) {
	w := newWorld(t, 1, func(p *Parameters) { p.LoneRiotChance, p.UnrestPerHour = 0, 0 })
	sample(w, func(r schemas.Report, riots []schemas.Riot) {
		if len(riots) > 0 {
			t.Fatalf("a riot in %+v", r)
		}
	})
}

// Two drones over the same crowd see the same riots, whatever score each gives.
func TestDronesAgreeOnWhoRiots(t *testing.T) {
	w := newWorld(t, 1)
	agreed := 0
	for at := int64(0); at < 28*dayMs; at += hourMs {
		for district, d := range w.districts {
			p := place{lat: d.Lat, lon: d.Lon}
			one, riotOne := w.citizensNear(1, p, district, at)
			two, riotTwo := w.citizensNear(2, p, district, at)
			if riotOne != riotTwo {
				t.Fatalf("in %s at %d only one drone sees a riot", d.Name, at)
			}
			for i := range one {
				if one[i].CitizenID != two[i].CitizenID || one[i].Rioting() != two[i].Rioting() {
					t.Fatalf("in %s at %d: %+v and %+v", d.Name, at, one[i], two[i])
				}
			}
			if riotOne {
				agreed++
			}
		}
	}
	if agreed == 0 {
		t.Error("no riot was seen, so nothing is proven")
	}
}
