package app

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/simulator/internal/world"
)

// calmFleet is a fleet whose drones fail twice a year.
var calmFleet = []string{
	"--drones=60", "--from=2026-01-01", "--for=4320h", "--period=65m",
	"--parameter=life_mean=4320h", "--parameter", "life_spread=1;signs_lead=240h",
}

func TestWearLooksAtEveryDroneEveryDay(t *testing.T) {
	got := run(t.Context(), append([]string{"wear", "--json"}, calmFleet...)...)
	var f foresight
	if err := json.Unmarshal([]byte(got.stdout), &f); err != nil || got.code != service.ExitDone {
		t.Fatalf("exit code %d, %v: %s", got.code, err, got.stderr)
	}
	if len(f.Days) != 60*180 || len(f.Failures) < 40 || f.Ceiling < 0.6 || f.Ceiling > 1 {
		t.Errorf("%d looks, %d failures, a ceiling of %v", len(f.Days), len(f.Failures), f.Ceiling)
	}
	first, last := f.Days[0], f.Days[len(f.Days)-1]
	if !first.At.Equal(f.From) || first.DroneID != "drone-000000" || last.At.Format("01-02") != "06-29" || last.DroneID != "drone-000059" {
		t.Errorf("from %+v to %+v", first, last)
	}
	if again := run(t.Context(), append([]string{"wear", "--json"}, calmFleet...)...); again.stdout != got.stdout {
		t.Error("it is another one the second time")
	}
}

func TestWearIsLegible(t *testing.T) {
	got := run(t.Context(), append([]string{"wear", "--within=72h"}, calmFleet...)...)
	for _, want := range []string{
		"60 drones over seed 1", "does it fail within 72h0m0s?", "looks at drones on duty", "all but the future: 0.", "90% to 100%", "--json lists",
	} {
		if !strings.Contains(got.stdout, want) || got.code != service.ExitDone {
			t.Errorf("exit code %d; it does not say %q:\n%s%s", got.code, want, got.stdout, got.stderr)
		}
	}
}

func TestABadOptionOfWearIsOneLineThatSaysWhatToDo(t *testing.T) {
	for args, want := range map[string]string{
		"wear --from 2026-01-01":                               "--for",
		"wear --from 2025-01-01 --for 1h":                      "2026-01-01",
		"wear --from 2026-01-01 --for 1h --within 0s":          "--within",
		"wear --from 2026-01-01 --for 1h --every 1s":           "--every must be a minute",
		"wear --from 2026-01-01 --for 87600h --drones 1000000": "looks",
	} {
		got := run(t.Context(), strings.Fields(args)...)
		if got.code != service.ExitFailed || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q", args, got.code, got.stdout, got.stderr)
		}
	}
}

func TestAveragePrecision(t *testing.T) {
	look := func(chance float64, fails bool) world.Prospect {
		return world.Prospect{OnDuty: true, Chance: &chance, Fails: fails}
	}
	for name, tt := range map[string]struct {
		looks []world.Prospect
		want  float64
	}{
		"nobody fails":                         {[]world.Prospect{look(0.5, false)}, 0},
		"all that fail come first":             {[]world.Prospect{look(0.1, false), look(0.9, true), look(0.8, true)}, 1},
		"a false one comes first":              {[]world.Prospect{look(0.9, false), look(0.8, true)}, 0.5},
		"the same chance is one class":         {[]world.Prospect{look(0.5, true), look(0.5, false), look(0.5, false), look(0.5, false)}, 0.25},
		"what stands is not looked at":         {[]world.Prospect{{}, look(0.5, true)}, 1},
		"between, half of two and two of four": {[]world.Prospect{look(4, false), look(3, true), look(2, false), look(1, true)}, 0.5},
	} {
		if got := averagePrecision(tt.looks); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
