package app

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/simulator/internal/world"
)

func TestEveryParameterOfTheWorldHasANameAndAMeaning(t *testing.T) {
	seen := map[string]bool{}
	for i, p := range parameters(world.DefaultParameters()) {
		if p.Name == "" || p.Meaning == "" || seen[p.Name] {
			t.Errorf("%s: name %q (or one twice), meaning %q", reflect.TypeFor[world.Parameters]().Field(i).Name, p.Name, p.Meaning)
		}
		seen[p.Name] = true
	}
	if len(seen) == 0 {
		t.Error("the world has no parameters")
	}
}

func TestDescribeShowsAReportWithARiotOfTheWorldThatWasAskedFor(t *testing.T) {
	got := run(t.Context(), "describe", "--drones=30", "--seed=7", "--period=30s", "--late=2%", "--from=2026-01-10")
	var d description
	if err := json.Unmarshal([]byte(got.stdout), &d); err != nil || got.code != service.ExitDone {
		t.Fatalf("exit code %d, %v: %s", got.code, err, got.stderr)
	}
	s := scenario(Faults{})
	s.Drones, s.Seed = 30, 7
	w, err := world.New(7, func() world.Parameters { p := world.DefaultParameters(); p.Period /= 2; return p }())
	if err != nil {
		t.Fatal(err)
	}
	var drone int
	for n := range 30 {
		if schemas.DroneID(n) == d.Example.DroneID {
			drone = n
		}
	}
	if want := w.Report(drone, d.Example.Seq); !reflect.DeepEqual(d.Example, want) {
		t.Errorf("the example is %+v, want %+v", d.Example, want)
	}
	if want := schemas.RiotsIn(d.Example); len(want) == 0 || !reflect.DeepEqual(d.Riots, want) {
		t.Errorf("the riots are %+v, want %+v", d.Riots, want)
	}
	if d.Parameters[0].Name != "period" || d.Parameters[0].Value != "30s" {
		t.Errorf("the first parameter is %+v, want a period of 30s", d.Parameters[0])
	}
	if d.Faults[0].Fault != "late" || d.Faults[0].Share != 0.02 {
		t.Errorf("the first fault is %+v, want late, 0.02", d.Faults[0])
	}
}

// One drone for a month of days: nothing need happen under it.
func TestDescribeShowsAReportOfACalmWorldToo(t *testing.T) {
	got := run(t.Context(), "describe", "--drones=1", "--period=24h")
	var d description
	if err := json.Unmarshal([]byte(got.stdout), &d); err != nil || got.code != service.ExitDone || d.Example.ReportID == "" {
		t.Errorf("exit code %d, %v, example %+v: %s", got.code, err, d.Example, got.stderr)
	}
}
