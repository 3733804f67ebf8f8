package world

import "testing"

func TestEverybodyIsInOnePlaceAtATime(t *testing.T) {
	w := newWorld(t, 1)
	for _, at := range []int64{0, 3 * hourMs, 9 * hourMs, 20*hourMs + 12345, 50 * hourMs, 2000*hourMs + 1} {
		met := make([]int, len(w.people))
		for b := range w.regulars {
			for _, number := range w.present(nil, block(b), at) {
				met[number]++
			}
		}
		for number, times := range met {
			if times != 1 {
				t.Fatalf("citizen %d is in %d places at %d", number, times, at)
			}
		}
	}
}

func TestPeopleGoAboutTheirDays(t *testing.T) {
	w := newWorld(t, 1)
	const thursday, saturday = 0, 2 * dayMs
	share := func(h haunt, at int64) float64 {
		there := 0.0
		for _, p := range w.people {
			if w.isAt(p.nature, w.custom(at), at) == h {
				there++
			}
		}
		return there / float64(len(w.people))
	}
	tests := map[string]struct{ got, low, high float64 }{
		"at night they are at home":            {share(home, thursday+3*hourMs), 0.95, 0.99},
		"at ten they work":                     {share(work, thursday+10*hourMs), 0.67, 0.73},
		"at ten on a Saturday few do":          {share(work, saturday+10*hourMs), 0.12, 0.16},
		"on a Saturday afternoon most are out": {share(walk, saturday+15*hourMs) + share(stroll, saturday+15*hourMs), 0.6, 0.7},
	}
	for rule, tt := range tests {
		if tt.got < tt.low || tt.got > tt.high {
			t.Errorf("%s: %.3f, want %.2f to %.2f", rule, tt.got, tt.low, tt.high)
		}
	}
}

func TestNobodyLivesInTheSea(t *testing.T) {
	w := newWorld(t, 1)
	for b, regulars := range w.regulars {
		if w.ground.district[b] < 0 && len(regulars) > 0 {
			t.Errorf("block %d is sea, and has %d regulars", b, len(regulars))
		}
	}
	if w.ground.at(place{lat: 44.0, lon: -28.3}) != sea || w.ground.at(place{lat: 44.012, lon: -28.003}) == sea {
		t.Error("west of the island is the sea, and its middle is land")
	}
}

func TestABlockHoldsItsCentre(t *testing.T) {
	g := newWorld(t, 1).ground
	for _, blocks := range g.districts {
		for _, b := range blocks {
			if got := g.at(g.centre(b)); got != b {
				t.Fatalf("the centre of block %d is in block %d", b, got)
			}
		}
	}
}
