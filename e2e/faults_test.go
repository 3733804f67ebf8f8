//go:build e2e

package e2e

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/apache/spark-connect-go/v35/spark/sql"

	"github.com/peacestate/peacestate/schemas"
)

// Ten days of flight with every kind of fault: a riot has a week before it or
// after it to compare with, and a trend has a weekend. E2E_DRONES and E2E_FOR make it
// larger: 100 drones for 672h are four million reports.
func week() []string {
	or := func(name, usual string) string { return cmp.Or(os.Getenv(name), usual) }
	return []string{
		"--drones", or("E2E_DRONES", "20"), "--from", "2026-01-05", "--for", or("E2E_FOR", "240h"),
		"--late", "1%", "--duplicate", "1%", "--reorder", "2%", "--corrupt", "0.5%", "--old-schema", "5%", "--lost", "2%",
	}
}

// A truth is what `simulator truth --json` prints, as far as the tests look
// at it.
type truth struct {
	Totals struct {
		Reports         int `json:"reports"`
		Riots           int `json:"riots"`
		SentReports     int `json:"sent_reports"`
		SentRiots       int `json:"sent_riots"`
		ArchivedReports int `json:"archived_reports"`
		ArchivedRiots   int `json:"archived_riots"`
		DeadLetters     int `json:"dead_letters"`
	} `json:"totals"`
	Drones []struct {
		DroneID string `json:"drone_id"`
		Reports int    `json:"reports"`
	} `json:"drones"`
	Answers []struct {
		Question string   `json:"question"`
		Columns  []string `json:"columns"`
		Rows     Rows     `json:"rows"`
	} `json:"answers"`
	Maintenance []schemas.MaintenanceEvent `json:"maintenance"`
	Manifest    []fault                    `json:"manifest"`
}

// foretell asks the simulator for the truth about week.
func foretell(t *testing.T, s *system) truth {
	t.Helper()
	return parse[truth](t, s.run(t, 0, "simulator", slices.Concat([]string{"truth", "--json"}, week())...))
}

// A fault is one line of the simulator's manifest.
type fault struct {
	Fault    string    `json:"fault"`
	ReportID string    `json:"report_id"`
	DroneID  string    `json:"drone_id"`
	Seq      int64     `json:"seq"`
	DueAt    time.Time `json:"due_at"`
	SentAt   time.Time `json:"sent_at"`
	Copies   int       `json:"copies"`
	Damage   string    `json:"damage"`
	SHA256   string    `json:"sha256"`
}

// manifestIsForetold compares a flight's manifest with the truth's, and returns
// the flight's: it also has the hashes of what was sent.
func manifestIsForetold(t *testing.T, file string, foretold []fault) []fault {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var faults []fault
	for line := range bytes.Lines(content) {
		f := parse[fault](t, line)
		faults = append(faults, f)
		f.SHA256 = ""
		if i := len(faults) - 1; i >= len(foretold) || f != foretold[i] {
			t.Fatalf("line %d of the manifest was not foretold: %s", i+1, line)
		}
	}
	if len(faults) != len(foretold) {
		t.Errorf("the manifest has %d lines, foretold were %d", len(faults), len(foretold))
	}
	return faults
}

// An arrival is one row of the archive, or one that should be there.
type arrival struct {
	seq int64
	old bool // it came in version 1
}

// arrivals are the reports of a drone in the archive, in the order in which
// Kafka took them, and when each was made.
func arrivals(t *testing.T, spark sql.SparkSession, drone string) (rows []arrival, made map[int64]time.Time) {
	t.Helper()
	frame, err := spark.Sql(t.Context(), fmt.Sprintf(
		`SELECT seq, unix_millis(reported_at) AS ms, battery_pct IS NULL AS old FROM lake.peacestate.reports
		WHERE drone_id = '%s' ORDER BY kafka_partition, kafka_offset`, drone))
	if err != nil {
		t.Fatal(err)
	}
	found, err := frame.Collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	made = map[int64]time.Time{}
	for _, row := range found {
		v := row.Values()
		seq, ms, old := v[0].(int64), v[1].(int64), v[2].(bool)
		rows = append(rows, arrival{seq, old})
		made[seq] = time.UnixMilli(ms).UTC()
	}
	return rows, made
}

// expected is what the archive must hold of a drone, and in which order, given
// when each of its reports was made and what the manifest says of them.
func expected(made map[int64]time.Time, faults []fault) []arrival {
	type transmission struct {
		arrival
		due, sent time.Time
		behind    int // one that changes places with the next stands behind it
		times     int
	}
	sent := map[int64]*transmission{}
	for seq, at := range made {
		sent[seq] = &transmission{arrival: arrival{seq: seq}, due: at, sent: at, times: 1}
	}
	for _, f := range faults {
		s, archived := sent[f.Seq]
		if !archived {
			continue // a corrupt one, or its absence will be found
		}
		switch f.Fault {
		case "corrupt":
			s.times = 0
		case "duplicate":
			s.times = f.Copies
		case "reorder":
			s.sent, s.behind = f.SentAt, 1
		case "late", "lost":
			s.sent = f.SentAt
		case "old_schema":
			s.old = true
		}
	}
	var order []*transmission
	for _, s := range sent {
		order = append(order, s)
	}
	slices.SortFunc(order, func(a, b *transmission) int {
		return cmp.Or(a.sent.Compare(b.sent), cmp.Compare(a.behind, b.behind), a.due.Compare(b.due))
	})
	var rows []arrival
	for _, s := range order {
		for range s.times {
			rows = append(rows, s.arrival)
		}
	}
	return rows
}

// faultsAreWhereTheManifestSays compares the archive and the dead letters, one
// by one and in their order, with the manifest of the only flight so far.
func faultsAreWhereTheManifestSays(t *testing.T, s *system, truth truth) {
	t.Helper()
	spark, err := sql.NewSessionBuilder().Remote(s.env["SPARK_REMOTE"]).Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byDrone := map[string][]fault{}
	kinds := map[string]int{}
	dead := map[string]string{} // the damaged reports, by the hash of their bytes
	for _, f := range truth.Manifest {
		byDrone[f.DroneID] = append(byDrone[f.DroneID], f)
		kinds[f.Fault]++
		if f.Fault == "corrupt" {
			dead[f.SHA256] = f.ReportID
		}
	}
	for _, kind := range []string{"late", "duplicate", "reorder", "corrupt", "old_schema", "lost"} {
		if kinds[kind] == 0 {
			t.Errorf("no report was %s: the test shows nothing of it", kind)
		}
	}
	for _, d := range truth.Drones {
		drone := d.DroneID
		got, made := arrivals(t, spark, drone)
		want := expected(made, byDrone[drone])
		if !slices.Equal(got, want) {
			i := 0
			for i < min(len(got), len(want)) && got[i] == want[i] {
				i++
			}
			t.Errorf("%s: %d rows, want %d; they differ from row %d: %v, want %v", drone, len(got), len(want), i,
				got[i:min(len(got), i+4)], want[i:min(len(want), i+4)])
		}
		corrupt := 0
		for _, f := range byDrone[drone] {
			if f.Fault != "corrupt" {
				continue
			}
			corrupt++
			if _, archived := made[f.Seq]; archived {
				t.Errorf("%s was sent as bytes that do not decode, and is archived", f.ReportID)
			}
		}
		if len(made)+corrupt != d.Reports {
			t.Errorf("%s: %d reports archived and %d corrupt, the truth has %d", drone, len(made), corrupt, d.Reports)
		}
	}
	found := map[string]bool{} // a worker that was killed may have repeated some
	for _, message := range s.read(t, "reports-dlq") {
		sum := sha256.Sum256(message.Value)
		hash := hex.EncodeToString(sum[:])
		if found[hash] = true; dead[hash] == "" {
			t.Errorf("offset %s of the dead letters is in no manifest", message.TopicPartition.Offset)
		}
	}
	for hash, id := range dead {
		if !found[hash] {
			t.Errorf("%s was sent as bytes that do not decode, and is not among the dead letters", id)
		}
	}
	if len(dead) != kinds["corrupt"] {
		t.Errorf("%d damaged reports have %d hashes: some cannot be told apart", kinds["corrupt"], len(dead))
	}
	t.Logf("found %v", kinds)
}

// answersAreTheTruth compares what Spark answers with what the simulator says
// must be the answer.
func answersAreTheTruth(t *testing.T, s *system, truth truth) {
	t.Helper()
	answers := json.NewDecoder(bytes.NewReader(s.run(t, 0, "spark-jobs", "ask", "all", "--json")))
	for _, want := range truth.Answers {
		var answer struct {
			Question string   `json:"question"`
			Columns  []string `json:"columns"`
			Rows     Rows     `json:"rows"`
		}
		if err := answers.Decode(&answer); err != nil {
			t.Fatalf("%s: %v", want.Question, err)
		}
		if answer.Question != want.Question || !slices.Equal(answer.Columns, want.Columns) {
			t.Errorf("asked %s with %v, the truth is of %s with %v", answer.Question, answer.Columns, want.Question, want.Columns)
		}
		if len(want.Rows) == 0 {
			t.Errorf("%s: the truth has no rows: the test compares nothing", want.Question)
		}
		if err := Compare(answer.Rows, want.Rows, 1e-9); err != nil {
			t.Errorf("%s: %v", want.Question, err)
		}
	}
	if answers.More() {
		t.Error("spark-jobs answers a question that the truth does not: fold it in simulator/internal/truth")
	}
}

// duckdbAnswersTheSame compares what Spark answers with what DuckDB does, which
// has SQL of its own and reads the tables through PyIceberg.
func duckdbAnswersTheSame(t *testing.T, s *system) {
	t.Helper()
	type answer struct {
		Question string   `json:"question"`
		Columns  []string `json:"columns"`
		Rows     Rows     `json:"rows"`
	}
	second := map[string]answer{}
	ask := s.stack("../bench/duckdb/ask")
	var messages bytes.Buffer
	ask.Stderr = &messages
	printed, err := ask.Output()
	if err != nil {
		t.Fatalf("bench/duckdb/ask: %v\n%s", err, tail(messages.String()))
	}
	opinions := json.NewDecoder(bytes.NewReader(printed))
	for opinions.More() {
		var a answer
		if err := opinions.Decode(&a); err != nil {
			t.Fatalf("DuckDB's answer %d: %v", len(second)+1, err)
		}
		second[a.Question] = a
	}
	answers := json.NewDecoder(bytes.NewReader(s.run(t, 0, "spark-jobs", "ask", "all", "--json")))
	for answers.More() {
		var a answer
		if err := answers.Decode(&a); err != nil {
			t.Fatal(err)
		}
		other, asked := second[a.Question]
		if !asked {
			t.Errorf("DuckDB is not asked %s: write bench/duckdb/%[1]s.sql", a.Question)
			continue
		}
		if !slices.Equal(a.Columns, other.Columns) {
			t.Errorf("%s: Spark answers %v, DuckDB %v", a.Question, a.Columns, other.Columns)
		}
		if err := Compare(a.Rows, other.Rows, 1e-9); err != nil {
			t.Errorf("%s: DuckDB answers something else: %v", a.Question, err)
		}
	}
}
