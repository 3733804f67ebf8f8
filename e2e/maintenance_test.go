//go:build e2e

package e2e

import (
	"slices"
	"testing"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

// maintenanceIsArchived compares the table with what the simulator foretold,
// row by row.
func maintenanceIsArchived(t *testing.T, s *system, truth truth) {
	t.Helper()
	answer := parse[struct {
		Rows [][]any `json:"rows"`
	}](t, s.run(t, 0, "spark-jobs", "sql", "--json", "--limit", "10000", `SELECT
		event_id, drone_id, kind, unix_millis(happened_at) AS ms, failure_id, part, work, flight_hours, lat, lon
		FROM maintenance ORDER BY happened_at, drone_id`))
	var archived []schemas.MaintenanceEvent
	for _, row := range answer.Rows {
		text := func(i int) string { v, _ := row[i].(string); return v }
		number := func(i int) float64 { v, _ := row[i].(float64); return v }
		archived = append(archived, schemas.MaintenanceEvent{
			EventID: text(0), DroneID: text(1), Kind: schemas.MaintenanceKind(text(2)), HappenedAt: time.UnixMilli(int64(number(3))).UTC(),
			FailureID: text(4), Part: text(5), Work: text(6), FlightHours: number(7), Lat: number(8), Lon: number(9),
		})
	}
	if !slices.Equal(archived, truth.Maintenance) {
		t.Errorf("archived are\n%+v\nforetold were\n%+v", archived, truth.Maintenance)
	}
}
