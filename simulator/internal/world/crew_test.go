package world

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/schemas"
)

func TestTheCrewSpeaksOfEachFailureAndItsRepair(t *testing.T) {
	f := newWorld(t, 1).Fleet(30)
	to := Epoch().Add(60 * 24 * time.Hour)
	ids := map[string]bool{}
	var failures []Failure
	before := schemas.MaintenanceEvent{}
	for event := range f.Maintenance(Epoch(), to) {
		if ids[event.EventID] || event.HappenedAt.Before(before.HappenedAt) {
			t.Fatalf("%+v comes again, or too late", event)
		}
		ids[event.EventID], before = true, event
		drone := slices.IndexFunc(f.drones, func(d flyer) bool { return schemas.DroneID(d.number) == event.DroneID })
		r := at(f.world, f.drones[drone].number, event.HappenedAt)
		if r.FlightHours-event.FlightHours > 0.02 || r.FlightHours < event.FlightHours {
			t.Errorf("%+v, but the report says %v hours", event, r.FlightHours)
		}
		switch event.Kind {
		case schemas.FailureEvent:
			if r.Lat != event.Lat || r.Lon != event.Lon || event.FailureID != event.EventID || event.Work != "" {
				t.Errorf("%+v, but the drone is at %v, %v", event, r.Lat, r.Lon)
			}
			failures = append(failures, Failure{
				Drone: f.drones[drone].number, DroneID: event.DroneID, Part: Part(event.Part), FailedAt: event.HappenedAt,
				RepairedAt: event.HappenedAt.Add(f.world.p.RepairTakes), FlightHours: event.FlightHours,
			})
		case schemas.RepairEvent:
			failed := event.HappenedAt.Add(-f.world.p.RepairTakes)
			if !ids[event.FailureID] && !failed.Before(Epoch()) || event.Work != event.Part+" replaced" {
				t.Errorf("%+v repairs nothing", event)
			}
		default:
			t.Errorf("%+v is of no kind", event)
		}
	}
	if diff := cmp.Diff(f.Failures(Epoch(), to), failures); diff != "" {
		t.Errorf("failures -true +said:\n%s", diff)
	}
}

func TestWindowsOfMaintenanceTouch(t *testing.T) {
	f := newWorld(t, 1).Fleet(10)
	to := Epoch().Add(60 * 24 * time.Hour)
	whole := slices.Collect(f.Maintenance(Epoch(), to))
	middle := Epoch().Add(700*time.Hour + time.Nanosecond)
	parts := slices.AppendSeq(slices.Collect(f.Maintenance(Epoch(), middle)), f.Maintenance(middle, to))
	if diff := cmp.Diff(whole, parts); diff != "" {
		t.Errorf("-whole +in two parts:\n%s", diff)
	}
	var shards []schemas.MaintenanceEvent
	for part := range 3 {
		shards = slices.AppendSeq(shards, f.Shard(part, 3).Maintenance(Epoch(), to))
	}
	if len(shards) != len(whole) {
		t.Errorf("the shards have %d events, the fleet %d", len(shards), len(whole))
	}
}
