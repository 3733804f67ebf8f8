package fault

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/peacestate/peacestate/simulator/internal/world"
)

func TestAManifestListsEachFaultOfAReportOnce(t *testing.T) {
	due := world.Due{Drone: 42, Seq: 7, At: monday}
	const report = `"report_id":"drone-000042/0000000007","drone_id":"drone-000042","seq":7,` +
		`"due_at":"2026-01-05T00:00:00Z","sent_at":"2026-01-05T00:30:00Z"`
	tests := map[string]struct {
		transmission Transmission
		want         string
	}{
		"no fault":           {Transmission{}, `null`},
		"late":               {Transmission{Fault: Late}, `[{"fault":"late",` + report + `}]`},
		"out of order":       {Transmission{Fault: Reorder}, `[{"fault":"reorder",` + report + `}]`},
		"damaged":            {Transmission{Fault: Corrupt}, `[{"fault":"corrupt",` + report + `,"damage":"garbled"}]`},
		"old":                {Transmission{OldSchema: true}, `[{"fault":"old_schema",` + report + `}]`},
		"lost":               {Transmission{Lost: true}, `[{"fault":"lost",` + report + `}]`},
		"the first of two":   {Transmission{Fault: Duplicate}, `null`},
		"the second of two":  {Transmission{Fault: Duplicate, Copy: true}, `[{"fault":"duplicate",` + report + `,"copies":2}]`},
		"two, old and lost":  {Transmission{Fault: Duplicate, OldSchema: true, Lost: true}, `[{"fault":"old_schema",` + report + `},{"fault":"lost",` + report + `}]`},
		"their second":       {Transmission{Fault: Duplicate, OldSchema: true, Lost: true, Copy: true}, `[{"fault":"duplicate",` + report + `,"copies":2}]`},
		"late, old and lost": {Transmission{Fault: Late, OldSchema: true, Lost: true}, `[{"fault":"late",` + report + `},{"fault":"old_schema",` + report + `},{"fault":"lost",` + report + `}]`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.transmission.Due, tt.transmission.SentAt = due, monday.Add(30*time.Minute)
			got, err := json.Marshal(tt.transmission.Entries())
			if err != nil || string(got) != tt.want {
				t.Errorf("\n got %s, %v\nwant %s", got, err, tt.want)
			}
		})
	}
}

func TestCountsAreReadInTheOrderOfTheKinds(t *testing.T) {
	for want, counts := range map[string]Counts{
		"none":                             {},
		"3 late, 12 old schema, 1234 lost": {Lost: 1234, Late: 3, OldSchema: 12, Corrupt: 0},
	} {
		if got := counts.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
