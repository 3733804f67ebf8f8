package schemas_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/schemas"
)

func TestTopicsAndSubjects(t *testing.T) {
	type names struct{ Topic, DeadLetters, Subject string }
	tests := map[string]struct{ got, want names }{
		"reports": {
			names{schemas.Reports().Topic, schemas.Reports().DeadLetters(), schemas.Reports().Subject()},
			names{"reports", "reports-dlq", "reports-value"},
		},
		"riots": {
			names{schemas.Riots().Topic, schemas.Riots().DeadLetters(), schemas.Riots().Subject()},
			names{"riots", "riots-dlq", "riots-value"},
		},
		"alerts": {
			names{schemas.Alerts().Topic, schemas.Alerts().DeadLetters(), schemas.Alerts().Subject()},
			names{"alerts", "alerts-dlq", "alerts-value"},
		},
		"maintenance": {
			names{schemas.Maintenance().Topic, schemas.Maintenance().DeadLetters(), schemas.Maintenance().Subject()},
			names{"maintenance", "maintenance-dlq", "maintenance-value"},
		},
		"call-ins": {
			names{schemas.CallIns().Topic, schemas.CallIns().Undelivered(), schemas.CallIns().Subject()},
			names{"call-ins", "call-ins-undelivered", "call-ins-value"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("got %+v, want %+v", tt.got, tt.want)
			}
		})
	}
}

func TestIDsAreTheirPartsAndNumbersOfFixedWidth(t *testing.T) {
	tests := map[string]struct{ got, want string }{
		"a drone":                {schemas.DroneID(42), "drone-000042"},
		"a drone past the width": {schemas.DroneID(1_234_567), "drone-1234567"},
		"a report":               {schemas.ReportID("drone-000042", 1337), "drone-000042/0000001337"},
		"a failure":              {schemas.EventID("drone-000042", schemas.FailureEvent, 7), "drone-000042/failure/000007"},
		"a repair":               {schemas.EventID("drone-000042", schemas.RepairEvent, 1_234_567), "drone-000042/repair/1234567"},
		"a call-in":              {schemas.CallInID("drone-000042", time.UnixMilli(1_793_715_631_512)), "drone-000042/call-in/2026-11-03T14:20:31.512Z"},
		"a call-in on the hour":  {schemas.CallInID("drone-000042", time.UnixMilli(1_793_714_400_000)), "drone-000042/call-in/2026-11-03T14:00:00.000Z"},
		"the first call-in":      {schemas.CallInID("drone-000042", time.Time{}), "drone-000042/call-in/unrepaired"},
		"a riot":                 {schemas.RiotID("drone-000042/0000001337", "citizen-0000423"), "drone-000042/0000001337/citizen-0000423"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("got %s, want %s", tt.got, tt.want)
			}
		})
	}
}

func TestACitizenRiotsBelowTheThreshold(t *testing.T) {
	for score, want := range map[float64]bool{0: true, 9.999: true, 10: false, 100: false} {
		if got := (schemas.Citizen{Peacescore: score}).Rioting(); got != want {
			t.Errorf("Rioting with a peacescore of %v = %v, want %v", score, got, want)
		}
	}
}

func TestEveryRioterOfAReportIsARiot(t *testing.T) {
	report := schemas.Report{
		ReportID: "drone-000001/0000000002", DroneID: "drone-000001", Seq: 2,
		ReportedAt: time.Date(2026, 1, 5, 8, 30, 0, 0, time.UTC), Lat: 44, Lon: -28,
		Citizens: []schemas.Citizen{
			{CitizenID: "c3", Name: "Three", Peacescore: 3},
			{CitizenID: "c9", Name: "Nine", Peacescore: 90},
			{CitizenID: "c1", Name: "One", Peacescore: 1},
		},
		Words: []string{"bread"},
	}
	riot := func(id, name string, score float64) schemas.Riot {
		return schemas.Riot{
			RiotID: "drone-000001/0000000002/" + id, ReportID: report.ReportID, DroneID: report.DroneID,
			DetectedAt: report.ReportedAt, Lat: 44, Lon: -28,
			CitizenID: id, CitizenName: name, Peacescore: score, Words: []string{"bread"}, Rioters: 2,
		}
	}
	want := []schemas.Riot{riot("c3", "Three", 3), riot("c1", "One", 1)}
	if diff := cmp.Diff(want, schemas.RiotsIn(report)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAReportOfPeaceHoldsNoRiots(t *testing.T) {
	report := schemas.Report{Citizens: []schemas.Citizen{{Peacescore: 10}, {Peacescore: 100}}}
	if riots := schemas.RiotsIn(report); len(riots) != 0 {
		t.Errorf("got %+v", riots)
	}
}
