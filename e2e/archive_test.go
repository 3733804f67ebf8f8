//go:build e2e

package e2e

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/spark-connect-go/v35/spark/sql"
	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
)

// An audit is what `spark-jobs verify --json` prints, as far as the tests
// look at it.
type audit struct {
	Records    int `json:"records"`
	Archived   int `json:"archived"`
	Partitions []struct {
		Topic       string `json:"topic"`
		Records     int    `json:"records"`
		Archived    int    `json:"archived"`
		DeadLetters int    `json:"dead_letters"`
	} `json:"partitions"`
	Untrue   int `json:"untrue"`
	WrongDay int `json:"wrong_day"`
	Tables   []struct {
		Topic  string `json:"topic"`
		Rows   int    `json:"rows"`
		Hidden int    `json:"hidden"`
		Seqs   *struct {
			Drones   int `json:"drones"`
			Unseen   int `json:"unseen"`
			SetAside int `json:"set_aside"`
		} `json:"seqs"`
	} `json:"tables"`
	Manifest struct {
		Faults []struct {
			Fault  string `json:"fault"`
			Listed int    `json:"listed"`
			Found  int    `json:"found"`
		} `json:"faults"`
	} `json:"manifest"`
}

// count is what becomes of the records of a topic.
type count struct{ records, archived, deadLetters int }

// of adds up the partitions of one topic.
func (a audit) of(topic string) (c count) {
	for _, p := range a.Partitions {
		if p.Topic == topic {
			c = count{c.records + p.Records, c.archived + p.Archived, c.deadLetters + p.DeadLetters}
		}
	}
	return c
}

// verify audits what was sent at a time and after it, or ever when that is zero,
// and finds nothing wrong.
func (s *system) verify(t *testing.T, since time.Time, args ...string) audit {
	t.Helper()
	command := []string{"verify", "--json"}
	if !since.IsZero() {
		command = append(command, "--since", since.Format(time.RFC3339Nano))
	}
	return parse[audit](t, s.run(t, 0, "spark-jobs", append(command, args...)...))
}

// archived waits until all that was sent at a time and after it is archived, or
// among the dead letters: until the test's time is over at the most.
func (s *system) archived(t *testing.T, since time.Time, args ...string) audit {
	t.Helper()
	deadline, _ := s.ctx.Deadline()
	return s.verify(t, since, append(args, "--wait", (time.Until(deadline)-5*time.Second).Round(time.Second).String())...)
}

// post hands the connectors' files to Connect's REST API as they are.
func (s *system) post(t *testing.T) {
	t.Helper()
	for _, file := range connectorFiles(t, s) {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if status, answer := s.rest(t, http.MethodPost, "/connectors", content); status != http.StatusCreated {
			t.Fatalf("POST %s: status %d: %s", filepath.Base(file), status, answer)
		}
	}
}

func TestConnectorsAreValid(t *testing.T) {
	s := running(t, time.Minute)
	for _, file := range connectorFiles(t, s) {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range invalid(t, s, content) {
			t.Errorf("%s: %s", filepath.Base(file), problem)
		}
	}
}

// A client that asks for HTTP/2, as Java's does, is answered in HTTP/1.1 (docs/decisions/0019).
func TestRegistryDoesNotUpgradeToHTTP2(t *testing.T) {
	s := running(t, time.Minute)
	request, err := http.NewRequestWithContext(s.ctx, http.MethodGet, s.env["SCHEMA_REGISTRY_URL"]+"/subjects", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Connection": {"Upgrade, HTTP2-Settings"}, "Upgrade": {"h2c"}, "Http2-Settings": {"AAMAAABkAAQAoAAAAAIAAAAA"}}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close() // the status has said it all
	if response.StatusCode != http.StatusOK {
		t.Errorf("asked for an upgrade, the registry answers %s", response.Status)
	}
}

func TestSetupIsIdempotent(t *testing.T) {
	s := running(t, time.Minute)
	s.run(t, 0, "setup", "topics")
	s.run(t, 0, "setup", "schemas")
	s.run(t, 0, "spark-jobs", "tables")
	s.run(t, 0, "setup", slices.Concat([]string{"connectors"}, connectorFiles(t, s))...)
}

// The Connect worker was killed by SIGKILL meanwhile.
func TestBackfillIsArchivedExactlyOnce(t *testing.T) {
	w := flownWeek(t)
	found := w.audit
	for topic, want := range map[string]count{
		"reports":     {w.Totals.SentReports, w.Totals.ArchivedReports, w.Totals.DeadLetters},
		"riots":       {w.Totals.SentRiots, w.Totals.ArchivedRiots, 0},
		"maintenance": {len(w.Maintenance), len(w.Maintenance), 0},
	} {
		if got := found.of(topic); got != want {
			t.Errorf("%s: %+v, want %+v", topic, got, want)
		}
	}
	listed := map[string]int{}
	for _, f := range w.Manifest {
		listed[f.Fault]++
	}
	if len(found.Manifest.Faults) != len(listed) || found.Untrue != 0 {
		t.Errorf("%+v, %d untrue; the manifest has %v", found.Manifest, found.Untrue, listed)
	}
	for _, f := range found.Manifest.Faults {
		if f.Listed != listed[f.Fault] || f.Found != f.Listed {
			t.Errorf("%s: %d listed, %d found; the manifest has %d", f.Fault, f.Listed, f.Found, listed[f.Fault])
		}
	}
	hidden := map[string]int{
		"reports": w.Totals.SentReports - w.Totals.Reports,
		"riots":   w.Totals.SentRiots - w.Totals.Riots,
	}
	for _, table := range found.Tables {
		if table.Hidden != hidden[table.Topic] {
			t.Errorf("%s: %d rows of %d are hidden, %d were sent again", table.Topic, table.Hidden, table.Rows, hidden[table.Topic])
		}
		if seqs := table.Seqs; table.Topic == "reports" && (seqs == nil || seqs.Unseen == 0 || seqs.Unseen != seqs.SetAside) {
			t.Errorf("only corrupt reports are unseen, and as many dead letters account for them; verify says %+v", seqs)
		}
	}
	if found.WrongDay != 0 {
		t.Errorf("%d rows lie on a wrong day", found.WrongDay)
	}
}

func TestVerifyReportsFalseManifestLines(t *testing.T) {
	w := flownWeek(t)
	s := running(t, 2*time.Minute)
	last := map[string]fault{} // of each kind
	for _, f := range w.Manifest {
		last[f.Fault] = f
	}
	late, twice, corrupt := last["late"], last["duplicate"], last["corrupt"]
	late.ReportID += "9" // nobody sent it
	twice.Copies++
	corrupt.SHA256 = strings.Repeat("0", len(corrupt.SHA256))
	lies := filepath.Join(t.TempDir(), "lies.jsonl")
	var content []byte
	for _, lie := range []fault{late, twice, corrupt} {
		line, err := json.Marshal(lie)
		if err != nil {
			t.Fatal(err)
		}
		content = slices.Concat(content, line, []byte("\n"))
	}
	if err := os.WriteFile(lies, content, 0o600); err != nil {
		t.Fatal(err)
	}
	// A manifest is compared with the whole archive, whatever the window; in this one, there is nothing.
	printed := string(s.run(t, 1, "spark-jobs", "verify", "--manifest", lies, "--until", "2020-01-01"))
	for _, want := range []string{
		late.ReportID + " (late) has 0 rows, not 1\n",
		twice.ReportID + " (duplicate) has 2 rows, not 3\n",
		corrupt.ReportID + " (corrupt) is not among the dead letters\n",
		"manifest: 3 reports, 3 not as it says\n",
		"verify: 0 records",
	} {
		if !strings.Contains(printed, want) {
			t.Errorf("verify does not say %q:\n%s", want, printed)
		}
	}
}

func TestFaultsMatchManifest(t *testing.T) {
	w := flownWeek(t)
	s := running(t, 2*time.Minute)
	byDrone := map[string][]fault{}
	kinds := map[string]int{}
	dead := map[string]string{} // the damaged reports, by the hash of their bytes
	for _, f := range w.Manifest {
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
	rows, madeBy := w.arrivals(t, s)
	for _, d := range w.Drones {
		drone := d.DroneID
		got, made := rows[drone], madeBy[drone]
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
	for _, message := range s.read(t, "reports-dlq", w.began) {
		if !message.Timestamp.Before(w.ended) {
			continue // Connect has kept the record's own time
		}
		hash := hashOf(message.Value)
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

func TestMaintenanceEventsAreArchived(t *testing.T) {
	w := flownWeek(t)
	s := running(t, time.Minute)
	answer := parse[struct {
		Rows [][]any `json:"rows"`
	}](t, s.run(t, 0, "spark-jobs", "sql", "--json", "--limit", "10000", fmt.Sprintf(`SELECT
		event_id, drone_id, kind, unix_millis(happened_at) AS ms, failure_id, part, work, flight_hours, lat, lon
		FROM maintenance WHERE %s ORDER BY happened_at, drone_id`, w.sent())))
	var archived []schemas.MaintenanceEvent
	for _, row := range answer.Rows {
		text := func(i int) string { v, _ := row[i].(string); return v }
		number := func(i int) float64 { v, _ := row[i].(float64); return v }
		archived = append(archived, schemas.MaintenanceEvent{
			EventID: text(0), DroneID: text(1), Kind: schemas.MaintenanceKind(text(2)), HappenedAt: time.UnixMilli(int64(number(3))).UTC(),
			FailureID: text(4), Part: text(5), Work: text(6), FlightHours: number(7), Lat: number(8), Lon: number(9),
		})
	}
	if !slices.Equal(archived, w.Maintenance) {
		t.Errorf("archived are\n%+v\nexpected were\n%+v", archived, w.Maintenance)
	}
}

// An arrival is one row of the archive, or one that should be there.
type arrival struct {
	seq int64
	old bool // it came in version 1
}

func hashOf(value []byte) string {
	sum := sha256.Sum256(value)
	return hex.EncodeToString(sum[:])
}

// corrupted tells whether the simulator has sent a report damaged, as these
// bytes.
func (w week) corrupted(value []byte) bool {
	hash := hashOf(value)
	return slices.ContainsFunc(w.Manifest, func(f fault) bool { return f.SHA256 == hash })
}

// sent is the condition of rows that were sent to Kafka by the first flight of
// the week.
func (w week) sent() string {
	return fmt.Sprintf("kafka_timestamp >= timestamp_millis(%d) AND kafka_timestamp < timestamp_millis(%d)", w.began.UnixMilli(), w.ended.UnixMilli())
}

// arrivals are the reports of the week in the archive by drone, in the order in
// which Kafka took them, and when each was made.
func (w week) arrivals(t *testing.T, s *system) (rows map[string][]arrival, made map[string]map[int64]time.Time) {
	t.Helper()
	spark, err := sql.NewSessionBuilder().Remote(s.env["SPARK_REMOTE"]).Build(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	frame, err := spark.Sql(s.ctx, fmt.Sprintf(
		`SELECT drone_id, seq, unix_millis(reported_at) AS ms, battery_pct IS NULL AS old FROM lake.peacestate.reports
		WHERE %s ORDER BY kafka_partition, kafka_offset`, w.sent()))
	if err != nil {
		t.Fatal(err)
	}
	found, err := frame.Collect(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	rows, made = map[string][]arrival{}, map[string]map[int64]time.Time{}
	for _, row := range found {
		v := row.Values()
		drone, seq, ms, old := v[0].(string), v[1].(int64), v[2].(int64), v[3].(bool)
		rows[drone] = append(rows[drone], arrival{seq, old})
		if made[drone] == nil {
			made[drone] = map[int64]time.Time{}
		}
		made[drone][seq] = time.UnixMilli(ms).UTC()
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

// A good record comes after them and is archived. The alerter's own dead letters
// are in TestAlertsMatchRiots.
func TestUndecodableRecordsBecomeDeadLetters(t *testing.T) {
	w := flownWeek(t)
	s := running(t, 2*time.Minute)
	began := time.Now()
	bad := map[string][][]byte{"reports": append(poison, nil), "riots": poison, "maintenance": append(poison, nil)} // nil is a tombstone
	for topic, values := range bad {
		// Sent again, a good record counts as a copy.
		sent := s.read(t, topic, w.began)
		good := sent[slices.IndexFunc(sent, func(m *kafka.Message) bool { return !w.corrupted(m.Value) })]
		s.sendTo(t, topic, good.TopicPartition.Partition, append(values, good.Value)...)
	}
	found := s.archived(t, began)
	for topic, values := range bad {
		want := count{records: len(values) + 1, archived: 1, deadLetters: len(values)}
		if got := found.of(topic); got != want {
			t.Errorf("%s: %+v, want %+v", topic, got, want)
		}
	}
}

// poison is what has no frame, a frame and no value, and a schema that nobody
// knows.
var poison = [][]byte{[]byte("no frame"), {0, 0, 0, 0, 1, 0xff, 0xff}, {0, 0x7f, 0, 0, 0, 1}}

func files(t *testing.T, s *system, topic string) int {
	t.Helper()
	return parse[struct{ Files int }](t, s.run(t, 0, "spark-jobs", "table", topic, "--json")).Files
}

// The tables are compacted while the sink appends, then the sink is killed: it
// must find its place in a table whose newest snapshot is not its own. What was
// archived before can still be asked for.
func TestCompaction(t *testing.T) {
	w := flownWeek(t)
	s := running(t, 6*time.Minute)
	was, before, at := s.archived(t, w.began).Archived, files(t, s, "reports"), time.Now()
	landed := s.fly(t, "2026-03-02", 20*time.Second)
	s.run(t, 0, "spark-jobs", "maintain")
	landed()
	s.kill(t, "connect")
	is := s.archived(t, w.began).Archived
	after := files(t, s, "reports")
	t.Logf("%d files became %d, of %d and %d records", before, after, was, is)
	if after >= before || is <= was {
		t.Errorf("%d files became %d, %d records %d", before, after, was, is)
	}
	if then := s.verify(t, w.began, "--as-of", at.UTC().Format(time.RFC3339)).Archived; then != was {
		t.Errorf("as of %s, %d records were archived; then it was %d", at, then, was)
	}
	if again := string(s.run(t, 0, "spark-jobs", "maintain", "riots")); !strings.Contains(again, "nothing was to be done") {
		t.Errorf("there was more to be done: %s", again)
	}
}

// A task that starts while the registry is away knows no schema, and makes dead
// letters of good reports.
func TestDeadLettersAreReplayed(t *testing.T) {
	s := running(t, 5*time.Minute)
	s.sendBack(t) // what other tests have left
	began := time.Now()
	landed := s.fly(t, "2026-03-09", 15*time.Second)
	s.eventually(t, "reports have come", func() bool { return len(s.read(t, "reports", began)) > 0 })
	s.part(t, "stop", "registry")
	if status, answer := s.rest(t, http.MethodPost, "/connectors/reports-s3-sink/restart?includeTasks=true", nil); status >= 300 {
		t.Fatalf("restart the sink: status %d: %s", status, answer)
	}
	landed()
	before := s.archived(t, began).Archived
	s.part(t, "start", "registry")
	sent := s.sendBack(t)
	after := s.archived(t, began).Archived
	t.Logf("%d records were set aside and are back; %d were archived before, %d after", sent, before, after)
	if sent == 0 || after != before+sent {
		t.Errorf("%d records came back, and of %d archived there are %d", sent, before, after)
	}
	if again := s.sendBack(t); again != 0 {
		t.Errorf("%d were sent back twice", again)
	}
}

var sentBack = regexp.MustCompile(`dead letters: (\d+) sent back`)

// sendBack sends dead letters back as soon as the registry answers.
func (s *system) sendBack(t *testing.T) (sent int) {
	t.Helper()
	var found [][]byte
	s.eventually(t, "dead letters are sent back", func() bool {
		out, err := s.program("spark-jobs", "dead-letters", "send").Output()
		if found = sentBack.FindSubmatch(out); err != nil || found == nil {
			time.Sleep(time.Second) // the registry takes its time
			return false
		}
		return true
	})
	sent, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

func TestVerifyReportsMissingRecords(t *testing.T) {
	s := running(t, 3*time.Minute)
	began := time.Now()
	if status, answer := s.rest(t, http.MethodPut, "/connectors/riots-s3-sink/stop", nil); status >= 300 {
		t.Fatalf("stop the sink: status %d: %s", status, answer)
	}
	s.eventually(t, "the sink has stopped", func() bool {
		state := s.connector(t, "riots-s3-sink")
		return state.Connector.State == "STOPPED" && len(state.Tasks) == 0
	})
	s.run(t, 0, "simulator", "--drones", "20", "--from", "2026-05-04", "--for", "24h")
	printed := string(s.run(t, 1, "spark-jobs", "verify", "--since", began.Format(time.RFC3339Nano)))
	if !strings.Contains(printed, "riots partition") || strings.Contains(printed, " 0 missing") {
		t.Errorf("verify does not name the missing riots:\n%s", printed)
	}
	if status, answer := s.rest(t, http.MethodPut, "/connectors/riots-s3-sink/resume", nil); status >= 300 {
		t.Fatalf("resume the sink: status %d: %s", status, answer)
	}
	s.archived(t, began)
}

// The demonstration of it, in which a schema that breaks the contract is refused.
func TestSchemaEvolution(t *testing.T) {
	s := running(t, 5*time.Minute)
	out := s.do(t, s.tool("demo/evolve"))
	for _, want := range []string{`humidity_pct +double +5,000\n`, `report-refused.avsc: .*STRING not compatible`} {
		if !regexp.MustCompile(want).Match(out) {
			t.Errorf("the demonstration does not show %s:\n%s", want, tail(string(out)))
		}
	}
}

func connectorFiles(t *testing.T, s *system) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.root, "connectors", "*.json"))
	if err != nil || len(files) != 4 {
		t.Fatalf("%d connector files, want 4: %v", len(files), err)
	}
	return files
}

// invalid lists what Connect's own validation has against a connector file.
func invalid(t *testing.T, s *system, file []byte) (problems []string) {
	t.Helper()
	connector := parse[struct {
		Name   string            `json:"name"`
		Config map[string]string `json:"config"`
	}](t, file)
	connector.Config["name"] = connector.Name
	config, err := json.Marshal(connector.Config)
	if err != nil {
		t.Fatal(err)
	}
	status, answer := s.rest(t, http.MethodPut, "/connector-plugins/IcebergSinkConnector/config/validate", config)
	if status != http.StatusOK {
		t.Fatalf("validate %s: status %d", connector.Name, status)
	}
	validation := parse[struct {
		Configs []struct {
			Value struct {
				Name   string   `json:"name"`
				Errors []string `json:"errors"`
			} `json:"value"`
		} `json:"configs"`
	}](t, answer)
	for _, setting := range validation.Configs {
		for _, problem := range setting.Value.Errors {
			problems = append(problems, setting.Value.Name+": "+problem)
		}
	}
	return problems
}

// decoded reads a topic and leaves out what cannot be decoded.
func decoded[T any](t *testing.T, s *system, contract schemas.Contract[T]) []T {
	t.Helper()
	reader, err := registry.NewReader(registry.New(s.env["SCHEMA_REGISTRY_URL"]), contract)
	if err != nil {
		t.Fatal(err)
	}
	var values []T
	for _, message := range s.read(t, contract.Topic, time.Time{}) {
		if value, err := reader.Read(message.Value); err == nil {
			values = append(values, value)
		}
	}
	return values
}
