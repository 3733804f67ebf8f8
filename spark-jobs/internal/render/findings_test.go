package render

import (
	"testing"

	"github.com/peacestate/peacestate/spark-jobs/internal/audit"
)

var clean = audit.Finding{Topic: "reports", Partition: 0, High: 812_345, Records: 812_345, Archived: 812_340, DeadLetters: 5}

func TestACleanAuditIsATableAndAVerdict(t *testing.T) {
	same(t, Findings([]audit.Finding{clean}), `
topic    partition  from      to  records  archived  dead letters  missing  repeated
reports          0     0  812345  812,345   812,340             5        0         0

verify: 812,345 records, 812,340 archived, 5 dead letters, 0 missing, 0 repeated
`)
}

func TestFindingsAreNamed(t *testing.T) {
	same(t, Findings([]audit.Finding{clean, {
		Topic: "riots", Partition: 3, Low: 100, High: 2100, Records: 2000, Archived: 500, Missing: 1500, Repeated: 9,
		MissingAt:  []audit.Range{{First: 120, Last: 140}, {First: 150, Last: 150}},
		RepeatedAt: []audit.Repeat{{Range: audit.Range{First: 200, Last: 201}, Copies: 3}},
	}}), `
topic    partition  from      to  records  archived  dead letters  missing  repeated
reports          0     0  812345  812,345   812,340             5        0         0
riots            3   100    2100    2,000       500             0    1,500         9

riots partition 3: Kafka no longer holds the offsets below 100; they were not compared
riots partition 3: missing 120..140, 150 and 1,478 more offsets
riots partition 3: repeated 200..201 (3 times) and 5 more rows

verify: 814,345 records, 812,840 archived, 5 dead letters, 1,500 missing, 9 repeated
`)
}

func TestFindingsAreOneLineOfJSON(t *testing.T) {
	line, err := FindingsJSON([]audit.Finding{{
		Topic: "riots", Partition: 3, High: 4, Records: 4, Archived: 3, Missing: 1, Repeated: 1,
		MissingAt: []audit.Range{{First: 2, Last: 2}}, RepeatedAt: []audit.Repeat{{Range: audit.Range{First: 1, Last: 1}, Copies: 2}},
	}}, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	same(t, string(line), `{"records":4,"archived":3,"dead_letters":0,"missing":1,"repeated":1,"partitions":[`+
		`{"topic":"riots","partition":3,"low":0,"high":4,"records":4,"archived":3,"dead_letters":0,"missing":1,"repeated":1,`+
		`"missing_at":[{"first":2,"last":2}],"repeated_at":[{"first":1,"last":1,"copies":2}]}],"took_s":0.5}`+"\n")
}
