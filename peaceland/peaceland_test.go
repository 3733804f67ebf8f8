package peaceland

import (
	"math"
	"testing"
)

func TestEveryDistrictIsNearestToItsOwnCentre(t *testing.T) {
	if len(Districts()) != 9 {
		t.Fatalf("%d districts, want 9", len(Districts()))
	}
	for _, d := range Districts() {
		if got := Nearest(d.Lat, d.Lon); got.Name != d.Name {
			t.Errorf("Nearest(centre of %s) = %s", d.Name, got.Name)
		}
	}
}

func TestDistrictsCannotBeChangedByACaller(t *testing.T) {
	Districts()[0].Name = "changed"
	if Districts()[0].Name == "changed" {
		t.Error("Districts hands out its own slice")
	}
}

func TestABorderIsTheCallersOwn(t *testing.T) {
	Districts()[0].Border()[0] = Place{}
	if Districts()[0].Border()[0] == (Place{}) {
		t.Error("Border hands out its own slice")
	}
}

// The borders are rounded to a metre or so: within a few of it, either side
// will do.
func TestOnLandTheBordersSayWhatTheNearestCentreSays(t *testing.T) {
	const step, doubt = 0.0015, 5.0
	land, sea, perDistrict := 0, 0, map[string]int{}
	for lat := 43.86; lat < 44.16; lat += step {
		for lon := -28.20; lon < -27.80; lon += step {
			var holders []District
			for _, d := range Districts() {
				if d.Contains(lat, lon) {
					holders = append(holders, d)
				}
			}
			if len(holders) == 0 {
				sea++
				continue
			}
			land++
			nearest := Nearest(lat, lon)
			perDistrict[nearest.Name]++
			for _, d := range holders {
				further := Meters(lat, lon, d.Lat, d.Lon) - Meters(lat, lon, nearest.Lat, nearest.Lon)
				if further > doubt {
					t.Errorf("%.4f %.4f is within the border of %s, but %.0f m nearer to %s", lat, lon, d.Name, further, nearest.Name)
				}
			}
		}
	}
	if share := float64(land) / float64(land+sea); share < 0.4 || share > 0.7 {
		t.Errorf("%.0f%% of the frame is land; is the sea on the map?", 100*share)
	}
	for _, d := range Districts() {
		if perDistrict[d.Name] < 500 {
			t.Errorf("%s has %d points of land", d.Name, perDistrict[d.Name])
		}
		if !d.Contains(d.Lat, d.Lon) {
			t.Errorf("the centre of %s is not within its border", d.Name)
		}
	}
}

func TestNeighboursShareAnEdge(t *testing.T) {
	byName := map[string]District{}
	for _, d := range Districts() {
		byName[d.Name] = d
	}
	for _, a := range Districts() {
		neighbours := 0
		for _, b := range Districts() {
			if a.Borders(b) != b.Borders(a) {
				t.Errorf("%s and %s do not agree on whether they are neighbours", a.Name, b.Name)
			}
			if a.Borders(b) {
				neighbours++
			}
		}
		if neighbours < 3 || a.Borders(a) {
			t.Errorf("%s has %d neighbours, or itself for one", a.Name, neighbours)
		}
	}
	if !byName["Market"].Borders(byName["Foundry"]) || byName["Hillcrest"].Borders(byName["Harbour"]) {
		t.Error("Market borders on Foundry, and Hillcrest does not on Harbour")
	}
}

func TestLonScaleIsTheCosineOfTheMiddleLatitude(t *testing.T) {
	if want := math.Cos(44 * math.Pi / 180); math.Abs(LonScale-want) > 1e-12 {
		t.Errorf("LonScale = %v, want %v", LonScale, want)
	}
}

func TestMeters(t *testing.T) {
	const oneKilometre = 1000 / MetersPerDegree
	tests := map[string]struct{ latA, lonA, latB, lonB, want float64 }{
		"the same place":  {44, -28, 44, -28, 0},
		"a kilometre up":  {44, -28, 44 + oneKilometre, -28, 1000},
		"a kilometre out": {44, -28, 44, -28 + oneKilometre/LonScale, 1000},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Meters(tt.latA, tt.lonA, tt.latB, tt.lonB); math.Abs(got-tt.want) > 1e-6 {
				t.Errorf("%v m, want %v m", got, tt.want)
			}
		})
	}
}
