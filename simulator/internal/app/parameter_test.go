package app

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/simulator/internal/world"
)

func TestAParameterIsSetByItsName(t *testing.T) {
	p := world.DefaultParameters()
	for _, set := range [][2]string{
		{"life_mean", "4320h"},
		{"sudden_share", "0.25"},
		{"battery_cycles", "9"},
		{"district_factors", `{"Market":2}`},
		{"home_by_hour", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,0.5]"},
	} {
		changed, err := with(p, set[0], set[1])
		if err != nil {
			t.Fatal(err)
		}
		p = changed
	}
	if p.LifeMean != 4320*time.Hour || p.SuddenShare != 0.25 || p.BatteryCycles != 9 || p.HomeByHour[23] != 0.5 ||
		len(p.DistrictFactors) != 1 || p.DistrictFactors["Market"] != 2 {
		t.Errorf("got %+v", p)
	}
	if d := world.DefaultParameters(); len(d.DistrictFactors) < 2 || d.LifeMean == p.LifeMean {
		t.Errorf("the defaults changed: %+v", d)
	}
	for _, set := range [][2]string{{"life", "1h"}, {"life_mean", "1"}, {"moodiness", "null"}, {"battery_cycles", "1.5"}, {"district_factors", "[]"}, {"home_by_hour", "[1]"}} {
		if same, err := with(p, set[0], set[1]); err == nil || !cmp.Equal(same, p) {
			t.Errorf("%s was set to %s: %v", set[0], set[1], err)
		}
	}
}
