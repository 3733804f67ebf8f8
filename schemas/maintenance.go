package schemas

import (
	"cmp"
	"time"
)

// A MaintenanceEvent is what the ground crew says about a drone: that it
// failed, or that it is repaired.
type MaintenanceEvent struct {
	EventID     string          `json:"event_id"` // EventID(DroneID, Kind, n)
	DroneID     string          `json:"drone_id"`
	Kind        MaintenanceKind `json:"kind"`
	HappenedAt  time.Time       `json:"happened_at"` // UTC, to the millisecond
	FailureID   string          `json:"failure_id"`  // EventID of the failure: of this one, or of the one that was repaired
	Part        string          `json:"part"`        // what failed
	Work        string          `json:"work"`        // what was done; empty for a failure
	FlightHours float64         `json:"flight_hours"`
	Lat         float64         `json:"lat"` // of the drone, degrees north
	Lon         float64         `json:"lon"` // of the drone, degrees east
}

// A MaintenanceKind is what happened to a drone.
type MaintenanceKind string

// The kinds of events.
const (
	FailureEvent MaintenanceKind = "failure" // it landed where it was, and stands there
	RepairEvent  MaintenanceKind = "repair"  // it is on duty again
)

// EventID names what happened to a drone at its failure n, counted from 0:
// "drone-000042/repair/000007".
func EventID(droneID string, kind MaintenanceKind, n int64) string {
	var room [idRoom]byte
	id := append(append(append(append(room[:0], droneID...), '/'), kind...), '/')
	return string(appendNumber(id, n, 6))
}

func (e MaintenanceEvent) valid() error {
	return cmp.Or(
		printable("happened_at", e.HappenedAt),
		finite("flight_hours", e.FlightHours),
		within("lat", e.Lat, minLat, maxLat),
		within("lon", e.Lon, minLon, maxLon),
	)
}

func (e MaintenanceEvent) native() map[string]any {
	return map[string]any{
		"event_id":     e.EventID,
		"drone_id":     e.DroneID,
		"kind":         string(e.Kind),
		"happened_at":  e.HappenedAt,
		"failure_id":   e.FailureID,
		"part":         e.Part,
		"work":         e.Work,
		"flight_hours": e.FlightHours,
		"lat":          e.Lat,
		"lon":          e.Lon,
	}
}

func maintenanceOf(f record) MaintenanceEvent {
	return MaintenanceEvent{
		EventID:     f.text("event_id"),
		DroneID:     f.text("drone_id"),
		Kind:        MaintenanceKind(f.text("kind")),
		HappenedAt:  f.time("happened_at"),
		FailureID:   f.text("failure_id"),
		Part:        f.text("part"),
		Work:        f.text("work"),
		FlightHours: f.double("flight_hours"),
		Lat:         f.double("lat"),
		Lon:         f.double("lon"),
	}
}
