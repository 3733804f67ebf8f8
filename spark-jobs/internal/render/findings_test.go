package render

import (
	"testing"

	"github.com/peacestate/peacestate/spark-jobs/internal/audit"
	"github.com/peacestate/peacestate/spark-jobs/internal/manifest"
)

var clean = audit.Finding{Topic: "reports", Partition: 0, High: 812_345, Records: 812_345, Archived: 812_340, DeadLetters: 5}

func TestACleanAuditIsATableAndAVerdict(t *testing.T) {
	same(t, Report(audit.Report{Partitions: []audit.Finding{clean}, Tables: []audit.Table{{Topic: "reports", Rows: 812_340}}}, ""), `
topic    partition  from      to  records  archived  dead letters  missing  repeated
reports          0     0  812345  812,345   812,340             5        0         0

verify: 812,345 records, 812,340 archived, 5 dead letters, 0 missing, 0 repeated, 0 hidden
`)
}

func TestFindingsAreNamed(t *testing.T) {
	same(t, Report(audit.Report{Partitions: []audit.Finding{clean, {
		Topic: "riots", Partition: 3, Low: 100, High: 2100, Records: 2000, Archived: 500, Missing: 1500, Repeated: 9,
		MissingAt:  []audit.Range{{First: 120, Last: 140}, {First: 150, Last: 150}},
		RepeatedAt: []audit.Repeat{{Range: audit.Range{First: 200, Last: 201}, Copies: 3}},
		Oldest:     100, NotCompared: 98,
	}}}, ""), `
topic    partition  from      to  records  archived  dead letters  missing  repeated
reports          0     0  812345  812,345   812,340             5        0         0
riots            3   100    2100    2,000       500             0    1,500         9

riots partition 3: Kafka no longer holds the offsets below 100; not compared, with 98 rows archived
riots partition 3: missing 120..140, 150 and 1,478 more offsets
riots partition 3: repeated 200..201 (3 times) and 5 more rows

verify: 814,345 records, 812,840 archived, 5 dead letters, 1,500 missing, 9 repeated, 0 hidden
`)
}

func TestWhatIsToBeKnownOfRowsIsSaidInWords(t *testing.T) {
	at := func(drone string, first, last int64) audit.DroneRange {
		return audit.DroneRange{DroneID: drone, Range: audit.Range{First: first, Last: last}}
	}
	for _, c := range []struct {
		name    string
		table   audit.Table
		missing int64
		want    string
	}{
		{"nothing", audit.Table{Topic: "riots", Rows: 10}, 0, ""},
		{"every number seen", audit.Table{Topic: "reports", Rows: 10, Seqs: &audit.Seqs{Drones: 2}}, 0, ""},
		{
			"copies",
			audit.Table{Topic: "riots", Rows: 1010, Hidden: 1},
			0,
			"riots: 1 row of 1,010 repeat an id that is there already, as when it was sent twice; questions count it once\n",
		},
		{
			"rows on a wrong day",
			audit.Table{Topic: "riots", Rows: 1010, WrongDay: 3},
			0,
			"riots: 3 rows lie in the partition of another day than their own: a question about a day misses them\n",
		},
		{
			"numbers that dead letters account for",
			audit.Table{Topic: "reports", Seqs: &audit.Seqs{Drones: 3, WithGaps: 2, Unseen: 1200, SetAside: 1200}},
			0,
			"reports: 1,200 seqs unseen between the first and the last of each of 2 drones; as many dead letters of these drones account for 1,200\n",
		},
		{
			"numbers that nothing accounts for",
			audit.Table{Topic: "reports", Seqs: &audit.Seqs{
				Drones: 3, WithGaps: 2, Unseen: 20, SetAside: 4,
				UnseenAt: []audit.DroneRange{at("drone-000042", 17, 19), at("drone-000042", 30, 30), at("drone-000043", 5, 5)},
			}},
			0,
			"reports: 20 seqs unseen between the first and the last of each of 2 drones; as many dead letters of these drones account for 4; " +
				"16 were never sent here, as between two flights: drone-000042: 17..19, 30; drone-000043: 5 and 15 more seqs\n",
		},
		{
			"numbers that may be missing",
			audit.Table{Topic: "reports", Seqs: &audit.Seqs{Drones: 1, WithGaps: 1, Unseen: 1, UnseenAt: []audit.DroneRange{at("drone-000042", 17, 17)}}},
			2,
			"reports: 1 seq unseen between the first and the last of each of 1 drone; " +
				"1 are among the missing, or were never sent here, as between two flights: drone-000042: 17\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := tableNote(c.table, c.missing); got != c.want {
				t.Errorf("\n got %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestAWindowWithoutRecordsIsNamed(t *testing.T) {
	same(t, Report(audit.Report{Partitions: []audit.Finding{{Topic: "riots", Low: 7, High: 7, Oldest: 3}}}, "since 2026-03-07T00:00:00Z"), `
topic  partition  from  to  records  archived  dead letters  missing  repeated
riots          0     7   7        0         0             0        0         0

Kafka holds no record that was sent since 2026-03-07T00:00:00Z

verify: 0 records, 0 archived, 0 dead letters, 0 missing, 0 repeated, 0 hidden
`)
}

func TestWhatIsNotAsTheManifestSaysIsNamed(t *testing.T) {
	same(t, Report(audit.Report{Manifest: &manifest.Outcome{
		Reports: 1003, Untrue: 3,
		Faults:   []manifest.Count{{Fault: "late", Listed: 1000, Found: 998}, {Fault: "old_schema", Listed: 3, Found: 2}},
		UntrueAt: []manifest.Untrue{{ReportID: "drone-000001/0000000007", Faults: []string{"late", "old_schema"}, Want: 1}},
	}}, ""), `
topic  partition  from  to  records  archived  dead letters  missing  repeated

manifest    listed  found
late         1,000    998
old schema       3      2

drone-000001/0000000007 (late, old schema) has 0 rows, not 1
and 2 more
manifest: 1,003 reports, 3 not as it says

verify: 0 records, 0 archived, 0 dead letters, 0 missing, 0 repeated, 0 hidden
`)
}

func TestFindingsAreOneLineOfJSON(t *testing.T) {
	line, err := ReportJSON(audit.Report{
		Partitions: []audit.Finding{{
			Topic: "riots", Partition: 3, High: 4, Records: 4, Archived: 3, Missing: 1, Repeated: 1,
			MissingAt: []audit.Range{{First: 2, Last: 2}}, RepeatedAt: []audit.Repeat{{Range: audit.Range{First: 1, Last: 1}, Copies: 2}},
		}},
		Tables: []audit.Table{{Topic: "reports", Rows: 4, Hidden: 1, Seqs: &audit.Seqs{
			Drones: 1, WithGaps: 1, Unseen: 1, UnseenAt: []audit.DroneRange{{DroneID: "drone-000042", Range: audit.Range{First: 17, Last: 17}}},
		}}},
	}, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	same(t, string(line), `{"records":4,"archived":3,"dead_letters":0,"missing":1,"repeated":1,"hidden":1,"wrong_day":0,"untrue":0,"partitions":[`+
		`{"topic":"riots","partition":3,"low":0,"high":4,"records":4,"archived":3,"dead_letters":0,"missing":1,"repeated":1,`+
		`"missing_at":[{"first":2,"last":2}],"repeated_at":[{"first":1,"last":1,"copies":2}],"oldest":0,"not_compared":0}],`+
		`"tables":[{"topic":"reports","rows":4,"hidden":1,"wrong_day":0,"seqs":{"drones":1,"drones_with_gaps":1,"unseen":1,"set_aside":0,`+
		`"unseen_at":[{"drone_id":"drone-000042","first":17,"last":17}]}}],"took_s":0.5}`+"\n")
}
