package world

import (
	"slices"
	"testing"
	"time"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/schemas"
)

// sample folds four weeks of a squadron: every 7th report of 30 drones.
func sample(w *World, fold func(r schemas.Report, riots []schemas.Riot)) {
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
		switch peaceland.Nearest(r.Lat, r.Lon).Name {
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
		"cries are rare elsewhere":                {cryElsewhere / withoutRiot, 0.01, 0.05},
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

// Two drones over the same block see the same riots, whatever score each
// gives.
func TestDronesAgreeOnWhoRiots(t *testing.T) {
	w := newWorld(t, 1)
	agreed := 0
	for _, u := range w.Unrest(Epoch(), Epoch().Add(60*24*time.Hour)) {
		at := u.Begins.UnixMilli() - epochMs + (u.Ends.UnixMilli()-u.Begins.UnixMilli())/4
		below, o := w.ground.at(place{u.Lat, u.Lon}), w.outlook(at/hourMs)
		one, two := w.look(1, below, o, at), w.look(2, below, o, at)
		if one.riot != two.riot || len(one.citizens) != len(two.citizens) {
			t.Fatalf("in %s at %s the drones see different things", u.District, u.Begins)
		}
		for i := range one.citizens {
			a, b := one.citizens[i], two.citizens[i]
			if a.CitizenID != b.CitizenID || a.Rioting() != b.Rioting() {
				t.Fatalf("in %s at %s: %+v and %+v", u.District, u.Begins, a, b)
			}
		}
		if one.riot {
			agreed++
		}
	}
	if agreed < 20 {
		t.Errorf("only %d riots were seen, so little is proven", agreed)
	}
}

func TestUnrestSpreadsToNeighboursAsOftenAsItShould(t *testing.T) {
	w := newWorld(t, 1)
	var outbreaks, chances, spread float64
	index := map[string]int{}
	for i, d := range w.districts {
		index[d.Name] = i
	}
	for _, u := range w.Unrest(Epoch(), Epoch().Add(1000*24*time.Hour)) {
		if lasts := u.Ends.Sub(u.Begins); lasts < w.p.UnrestMin || lasts > w.p.UnrestMax {
			t.Errorf("unrest lasts %s", lasts)
		}
		if u.SpreadFrom == "" {
			outbreaks++
			chances += float64(len(w.ground.neighbours[index[u.District]]))
			continue
		}
		spread++
		if !w.districts[index[u.SpreadFrom]].Borders(w.districts[index[u.District]]) {
			t.Errorf("unrest spread from %s to %s, which are no neighbours", u.SpreadFrom, u.District)
		}
	}
	if share := spread / chances; share < 0.09 || share > 0.11 {
		t.Errorf("of %.0f outbreaks with %.0f neighbours %.3f spread, want %.2f", outbreaks, chances, share, w.p.SpreadChance)
	}
}

func TestWindowsOfUnrestTouch(t *testing.T) {
	w := newWorld(t, 1)
	from, middle, to := Epoch(), Epoch().Add(500*time.Hour+17*time.Minute), Epoch().Add(1000*time.Hour)
	whole := w.Unrest(from, to)
	if parts := slices.Concat(w.Unrest(from, middle), w.Unrest(middle, to)); !slices.Equal(parts, whole) {
		t.Errorf("in two parts there is unrest %d times, as a whole %d times, or it differs", len(parts), len(whole))
	}
	if !slices.IsSortedFunc(whole, func(a, b Unrest) int { return a.Begins.Compare(b.Begins) }) {
		t.Error("it is not in the order of its beginning")
	}
}

func TestOmensAreHeardBeforeUnrestBegins(t *testing.T) {
	w := newWorld(t, 1)
	omen := map[string]bool{}
	for _, o := range omens {
		omen[o] = true
	}
	heard := func(district string, at time.Time) (reports, withOmen float64) {
		for drone, d := range w.districts {
			if d.Name != district {
				continue
			}
			ms := at.UnixMilli() - epochMs
			s := w.look(drone, w.ground.at(place{d.Lat, d.Lon}), w.outlook(ms/hourMs), ms)
			for other := range int64(20) {
				reports++
				for _, word := range w.words(int(other), ms, s) {
					if omen[word] {
						withOmen++
						break
					}
				}
			}
		}
		return reports, withOmen
	}
	var before, omensBefore, long, omensLong float64
	for _, u := range w.Unrest(Epoch().Add(24*time.Hour), Epoch().Add(60*24*time.Hour)) {
		r, o := heard(u.District, u.Begins.Add(-20*time.Minute))
		before, omensBefore = before+r, omensBefore+o
		r, o = heard(u.District, u.Begins.Add(-5*time.Hour))
		long, omensLong = long+r, omensLong+o
	}
	if soon, usual := omensBefore/before, omensLong/long; soon < 0.35 || usual > 0.1 {
		t.Errorf("an omen is in %.2f of the reports before unrest and in %.2f of the others", soon, usual)
	}
}

// The scores of those who look on fall with what they see.
func TestUnrestFrightensThoseNearIt(t *testing.T) {
	w := newWorld(t, 1)
	var frightened, calm, n float64
	for _, u := range w.Unrest(Epoch(), Epoch().Add(60*24*time.Hour)) {
		at := u.Begins.UnixMilli() - epochMs + (u.Ends.UnixMilli()-u.Begins.UnixMilli())/4
		b := w.ground.at(place{u.Lat, u.Lon})
		with, without := w.look(1, b, w.outlook(at/hourMs), at), w.look(1, b, outlook{}, at)
		for i := range with.citizens {
			if !with.citizens[i].Rioting() {
				frightened += with.citizens[i].Peacescore
				calm += without.citizens[i].Peacescore
				n++
			}
		}
	}
	if loss := (calm - frightened) / n; loss < 10 || loss > 30 {
		t.Errorf("of %.0f citizens near unrest each lost %.1f points on average", n, loss)
	}
}
