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
		if got := Nearest(d.Lat, d.Lon); got != d {
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
