package world

import (
	"testing"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

func at(w *World, drone int, when time.Time) schemas.Report {
	return w.Report(drone, (when.UnixMilli()-epochMs-w.offset(drone)+w.period-1)/w.period)
}

func TestAFailedDroneStandsUntilItIsRepaired(t *testing.T) {
	w := newWorld(t, 1)
	failures := w.Fleet(20).Failures(Epoch(), Epoch().Add(60*24*time.Hour))
	if len(failures) < 50 {
		t.Fatalf("only %d failures in two months", len(failures))
	}
	for _, f := range failures {
		failed, late := at(w, f.Drone, f.FailedAt), at(w, f.Drone, f.RepairedAt.Add(-2*time.Minute))
		if failed.Lat != late.Lat || failed.Lon != late.Lon || failed.FlightHours != late.FlightHours ||
			failed.BatteryPct != late.BatteryPct {
			t.Errorf("drone %d moved while it stood:\n%s\n%s", f.Drone, text(t, failed), text(t, late))
		}
		if failed.FlightHours != f.FlightHours {
			t.Errorf("drone %d failed after %v hours, its report says %v", f.Drone, f.FlightHours, failed.FlightHours)
		}
		if v := late.VibrationMmS; v > 0.1 {
			t.Errorf("drone %d vibrates by %v mm/s while it stands", f.Drone, v)
		}
		back := at(w, f.Drone, f.RepairedAt.Add(3*time.Hour))
		if back.FlightHours <= f.FlightHours {
			t.Errorf("drone %d does not fly three hours after its repair", f.Drone)
		}
	}
}

// What predicts a failure is in the reports, for whoever looks.
func TestFailuresGiveSigns(t *testing.T) {
	w := newWorld(t, 1)
	const drones, days = 60, 90
	// The worst reading in the air, of the hours before a failure and of the middle between two.
	worst := func(drone int, from time.Time, of func(schemas.Technical) float64) float64 {
		most := 0.0
		for minute := range 4 * 60 {
			r := at(w, drone, from.Add(time.Duration(minute)*time.Minute))
			most = max(most, of(*r.Technical))
		}
		return most
	}
	signs := map[Part]struct {
		of     func(schemas.Technical) float64
		atEase float64 // no drone at ease reaches it
	}{
		Battery: {func(t schemas.Technical) float64 { return 100 - float64(t.BatteryPct) }, 80.1},
		Motor:   {func(t schemas.Technical) float64 { return float64(t.MotorTempC) }, 56.1},
		Bearing: {func(t schemas.Technical) float64 { return float64(t.VibrationMmS) }, 3.01},
	}
	found, failed := map[Part]float64{}, map[Part]float64{}
	for _, f := range w.Fleet(drones).Failures(Epoch().Add(10*24*time.Hour), Epoch().Add(days*24*time.Hour)) {
		sign := signs[f.Part]
		failed[f.Part]++
		if worst(f.Drone, f.FailedAt.Add(-4*time.Hour), sign.of) > sign.atEase {
			found[f.Part]++
		}
		if early := worst(f.Drone, f.FailedAt.Add(-80*time.Hour), sign.of); early > sign.atEase {
			t.Errorf("drone %d shows %v of its %s three days before it fails", f.Drone, early, f.Part)
		}
	}
	for part := range signs {
		if failed[part] < 50 || found[part]/failed[part] < 0.6 {
			t.Errorf("%s: signs before %.0f of %.0f failures", part, found[part], failed[part])
		}
	}
}

func TestFailuresComeAsOftenAsTheParametersSay(t *testing.T) {
	const drones, days = 100, 200
	failures := newWorld(t, 2).Fleet(drones).Failures(Epoch(), Epoch().Add(days*24*time.Hour))
	want := drones * days * 24.0 / 248 // a life of 240 hours and a repair of 8
	if got := float64(len(failures)); got < 0.98*want || got > 1.02*want {
		t.Errorf("%.0f failures, want about %.0f", got, want)
	}
	last := map[int]Failure{}
	for _, f := range failures {
		if before, known := last[f.Drone]; known {
			if life := f.FailedAt.Sub(before.RepairedAt); life < 90*time.Hour || life > 390*time.Hour {
				t.Errorf("drone %d failed %s after its repair, want 240h give or take 60%%", f.Drone, life)
			}
		}
		last[f.Drone] = f
	}
}

func TestWindowsOfFailuresTouch(t *testing.T) {
	f := newWorld(t, 1).Fleet(10)
	whole := f.Failures(Epoch(), Epoch().Add(60*24*time.Hour))
	middle := Epoch().Add(700*time.Hour + time.Nanosecond)
	parts := append(f.Failures(Epoch(), middle), f.Failures(middle, Epoch().Add(60*24*time.Hour))...)
	if len(parts) != len(whole) {
		t.Errorf("in two parts there are %d failures, as a whole %d", len(parts), len(whole))
	}
}
