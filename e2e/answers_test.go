//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

// An answer is what `spark-jobs ask --json`, `simulator truth --json` and
// bench/duckdb/ask print of a question, as far as the tests look at it.
type answer struct {
	Question string   `json:"question"`
	Sentence string   `json:"sentence"`
	Columns  []string `json:"columns"`
	Rows     Rows     `json:"rows"`
	Verified *bool    `json:"verified"`
}

// A publication is an answer in topic answers and in the table of that name
// (docs/answers.md), as far as the tests look at it.
type publication struct {
	Version  int    `json:"version"`
	Question string `json:"question"`
	Sentence string `json:"sentence"`
	Rows     Rows   `json:"rows"`
	Verified *bool  `json:"verified"`
	Tables   []struct{ Snapshot string }
}

func answersOf(t *testing.T, printed []byte) (answers []answer) {
	t.Helper()
	for line := range bytes.Lines(printed) {
		answers = append(answers, parse[answer](t, line))
	}
	return answers
}

// asked are the answers to all questions about the week, of which a day was
// flown twice. They were compared with the truth by spark-jobs itself, and
// published.
type asked struct {
	answers []answer
	file    string // the lines that were printed
}

var weekAsked fixture[asked]

func askedAboutTheWeek(t *testing.T) asked {
	t.Helper()
	w := flownWeekAgain(t)
	return weekAsked.get(t, func() asked {
		s := running(t, 4*time.Minute)
		defer s.release()
		a := asked{file: filepath.Join(s.state, "answers.jsonl")}
		ask := slices.Concat([]string{"ask", "all", "--json", "--publish", "--check", w.truthFile(t, w.Answers)}, weekDays(t))
		printed := s.run(t, 0, "spark-jobs", ask...)
		if err := os.WriteFile(a.file, printed, 0o600); err != nil {
			t.Fatal(err)
		}
		a.answers = answersOf(t, printed)
		return a
	})
}

// truthFile is a file for ask --check.
func (w week) truthFile(t *testing.T, answers []answer) string {
	t.Helper()
	content, err := json.Marshal(map[string]any{"answers": answers})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "truth.json")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAnswersMatchTruth(t *testing.T) {
	w := flownWeekAgain(t)
	equal(t, askedAboutTheWeek(t).answers, w.Answers)
}

// equal compares what Spark answers with what the simulator says must be the
// answer.
func equal(t *testing.T, answers, truth []answer) {
	t.Helper()
	if len(answers) != len(truth) || len(truth) == 0 {
		t.Fatalf("%d answers, the truth has %d: a question needs its fold in simulator/internal/truth", len(answers), len(truth))
	}
	for i, want := range truth {
		answer := answers[i]
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
}

// DuckDB has SQL of its own, and reads the tables through PyIceberg.
func TestDuckDBAgrees(t *testing.T) {
	answers := askedAboutTheWeek(t).answers
	s := running(t, 5*time.Minute) // the first time, it installs DuckDB
	second := map[string]answer{}
	ask := s.tool("bench/duckdb/ask", weekDays(t)...)
	var messages bytes.Buffer
	ask.Stderr = &messages
	printed, err := ask.Output()
	if err != nil {
		t.Fatalf("bench/duckdb/ask: %v\n%s", s.why(err), tail(messages.String()))
	}
	for _, a := range answersOf(t, printed) {
		second[a.Question] = a
	}
	for _, a := range answers {
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

// They are in the topic, for the page, and in a table, for good.
func TestAnswersArePublished(t *testing.T) {
	told := askedAboutTheWeek(t).answers
	s := running(t, time.Minute)
	published := map[string]publication{}
	for _, message := range s.read(t, schemas.AnswersTopic, time.Time{}) {
		if name := string(message.Key); published[name].Question == "" { // the first: others may have asked since
			published[name] = parse[publication](t, message.Value)
		}
	}
	for _, a := range told {
		p := published[a.Question]
		if p.Question != a.Question || p.Version != 1 || p.Sentence != a.Sentence || len(p.Tables) == 0 || p.Tables[0].Snapshot == "" {
			t.Errorf("%s is published as %+v", a.Question, p)
		}
		if p.Verified == nil || !*p.Verified || a.Verified == nil || !*a.Verified {
			t.Errorf("%s is not verified", a.Question)
		}
		if err := Compare(p.Rows, a.Rows, 0); err != nil {
			t.Errorf("%s: published and told differ: %v", a.Question, err)
		}
	}
	kept := map[string][]any{}
	for _, row := range sqlRows(t, s, `SELECT question, min(verified) AS verified, min(rows_read) AS least, min_by(answer, asked_at) AS answer
		FROM answers GROUP BY question`) {
		kept[row[0].(string)] = row[1:]
	}
	for _, a := range told {
		row := kept[a.Question]
		if len(row) == 0 {
			t.Errorf("the table has no answer to %s", a.Question)
			continue
		}
		if row[0] != true || row[1].(float64) <= 0 || parse[publication](t, []byte(row[2].(string))).Sentence != a.Sentence {
			t.Errorf("of %s the table has %v", a.Question, row)
		}
	}
}

func TestCheckReportsDifference(t *testing.T) {
	w := flownWeekAgain(t)
	s := running(t, time.Minute)
	wrong := w.Answers[0]
	wrong.Rows = slices.Clone(wrong.Rows)
	wrong.Rows[0] = slices.Clone(wrong.Rows[0])
	wrong.Rows[0][1] = wrong.Rows[0][1].(float64) + 1
	want := "✗ differs: row 1, " + wrong.Columns[1] + " is "
	ask := slices.Concat([]string{"ask", wrong.Question, "--check", w.truthFile(t, []answer{wrong})}, weekDays(t))
	if out := string(s.run(t, 1, "spark-jobs", ask...)); !strings.Contains(out, want) {
		t.Errorf("a truth that differs is not seen:\n%s", out)
	}
}

func sqlRows(t *testing.T, s *system, statement string) Rows {
	t.Helper()
	return parse[struct{ Rows Rows }](t, s.run(t, 0, "spark-jobs", "sql", "--json", statement)).Rows
}

func TestSQLIsReadOnlyAndReadsEveryType(t *testing.T) {
	flownWeek(t)
	s := running(t, time.Minute)
	var expressions, wants []string
	for _, c := range []struct{ expression, want string }{
		{"1Y", "1"},
		{"9223372036854775807", "9223372036854775807"},
		{"float(0.1)", "0.1"},
		{"double('NaN')", `"NaN"`},
		{"12.25BD", "12.25"},
		{"true", "true"},
		{"NULL", "null"},
		{"'a\\'b'", `"a'b"`},
		{"X'1c2d'", `"1c2d"`},
		{"DATE'2026-01-31'", `"2026-01-31"`},
		{"TIMESTAMP'9999-12-31 23:59:59.5 UTC'", `"9999-12-31T23:59:59.500Z"`},
		{"TIMESTAMP_NTZ'2026-01-31 00:00:00.000001'", `"2026-01-31T00:00:00.000001"`},
		{"INTERVAL '3 04:00:00' DAY TO SECOND", `"3 days 4h0m0s"`},
		{"INTERVAL '2-3' YEAR TO MONTH", `"27 months"`},
		{"make_interval(1, 2, 3, 4, 5, 6, 7.5)", `"14 months 25 days 5h6m7.5s"`},
		{"array()", "[]"},
		{"array(1, NULL)", "[1,null]"},
		{"map('k', named_struct('x', 1, 'y', array('z')))", `{"k":{"x":1,"y":["z"]}}`},
	} {
		// Twice, under one name: the library would not like that either.
		expressions, wants = append(expressions, c.expression+" AS v", c.expression+" AS v"), append(wants, c.want, c.want)
	}
	printed := s.run(t, 0, "spark-jobs", "sql", "--json", "SELECT "+strings.Join(expressions, ", "))
	found := parse[struct{ Rows [][]json.RawMessage }](t, printed)
	if len(found.Rows) != 1 || len(found.Rows[0]) != len(wants) {
		t.Fatalf("Spark answered %s", printed)
	}
	for i, got := range found.Rows[0] {
		if string(got) != wants[i] {
			t.Errorf("%s is read as %s, want %s", expressions[i], got, wants[i])
		}
	}
	// More than gRPC takes in one message, and more than is taken at once.
	if rows := sqlRows(t, s, "SELECT repeat('x', 6000000)"); len(rows[0][0].(string)) != 6_000_000 {
		t.Error("a long text is cut")
	}
	if rows := sqlRows(t, s, "SELECT count(*) FROM reports"); rows[0][0].(float64) <= 0 {
		t.Errorf("the archive holds %v reports", rows)
	}
	for _, statement := range []string{"DROP TABLE riots", "WITH a AS (SELECT 1) INSERT INTO answers SELECT * FROM a", "SELECT 1; DROP TABLE riots", "SELECT"} {
		s.run(t, 2, "spark-jobs", "sql", statement)
	}
}

// The query would take for ever. Spark is asked whether it still works on it.
func TestCtrlCCancelsQuery(t *testing.T) {
	s := running(t, time.Minute)
	query := s.program("spark-jobs", "sql", "SELECT count(*) FROM range(100000000) a CROSS JOIN range(1000000) b WHERE a.id + b.id = 7")
	if err := query.Start(); err != nil {
		t.Fatal(err)
	}
	s.eventually(t, "the query runs", func() bool { return s.jobs(t) > 0 })
	began := time.Now()
	if err := query.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = query.Wait() // the exit code is looked at
	if code := query.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit %d, want 130", code)
	}
	ended := time.Since(began)
	s.eventually(t, "Spark has stopped working on a query that was interrupted", func() bool { return s.jobs(t) == 0 })
	t.Logf("Ctrl-C: the program ended after %s, Spark's jobs after %s", ended, time.Since(began))
	if took := time.Since(began); took > s.stretch(30*time.Second) {
		t.Errorf("Spark went on for %s", took)
	}
}

// jobs is how many jobs Spark works on.
func (s *system) jobs(t *testing.T) int {
	t.Helper()
	_, port, found := strings.Cut(strings.TrimPrefix(s.env["SPARK_REMOTE"], "sc://"), ":")
	connect, err := strconv.Atoi(port)
	if err != nil || !found {
		t.Fatalf("SPARK_REMOTE is %s", s.env["SPARK_REMOTE"])
	}
	const apart = 15002 - 4040 // stack/env.sh
	api := "http://127.0.0.1:" + strconv.Itoa(connect-apart) + "/api/v1/applications"
	get := func(url string, into any) {
		t.Helper()
		request, err := http.NewRequestWithContext(s.ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }() // it is read to its end
		if err := json.NewDecoder(response.Body).Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	var applications []struct{ ID string }
	get(api, &applications)
	if len(applications) != 1 {
		t.Fatalf("Spark has %d applications", len(applications))
	}
	var jobs []struct{ JobID int }
	get(api+"/"+applications[0].ID+"/jobs?status=running", &jobs)
	return len(jobs)
}

// needed is which columns of the reports each question may read. All read only
// the day that they are asked about.
var needed = map[string][]string{
	"weekend":  {"drone_id", "reported_at", "seq"},
	"hours":    {"drone_id", "lat", "lon", "reported_at", "seq"},
	"words":    {"citizens", "drone_id", "reported_at", "seq", "words"},
	"citizens": {"citizens", "reported_at"},
	"spread":   {"lat", "lon", "reported_at"},
	"trend":    {"drone_id", "reported_at", "seq"},
	"calm":     {"citizens", "drone_id", "lat", "lon", "reported_at", "seq"},
	"drones":   {"battery_pct", "drone_id", "kafka_offset", "reported_at", "seq"},
}

// relation is a table in Spark's optimised plan: its columns, its name, and how
// many rows are in the files that are left to be read.
var relation = regexp.MustCompile(`RelationV2\[([^\]]*)\] lake\.peacestate\.(\w+), Statistics\(.*rowCount=([0-9.E+]+)\)`)

// It is the plan of each question about one day of the ten that are archived.
func TestQueriesPruneDaysAndColumns(t *testing.T) {
	flownWeek(t)
	s := running(t, 2*time.Minute)
	all := map[string]float64{}
	for _, topic := range []string{"reports", "riots"} {
		all[topic] = parse[struct{ Rows float64 }](t, s.run(t, 0, "spark-jobs", "table", topic, "--json")).Rows
	}
	listed := s.run(t, 0, "spark-jobs", "list", "--json", "--since", "2026-01-07", "--until", "2026-01-08")
	for line := range strings.Lines(string(listed)) {
		q := parse[struct{ Question, SQL string }](t, []byte(line))
		plan, _, _ := strings.Cut(string(s.run(t, 0, "spark-jobs", "sql", "EXPLAIN COST "+q.SQL)), "== Physical Plan ==")
		relations := relation.FindAllStringSubmatch(plan, -1)
		if len(relations) == 0 || len(relations) != strings.Count(plan, "RelationV2") {
			t.Errorf("%s: the plan of the tables is not understood:\n%s", q.Question, plan)
		}
		for _, r := range relations {
			columns, table := r[1], r[2]
			rows, err := strconv.ParseFloat(r[3], 64)
			if err != nil {
				t.Fatal(err)
			}
			if rows == 0 || rows > all[table]/4 {
				t.Errorf("%s about one day reads files with %.0f of %.0f rows of %s", q.Question, rows, all[table], table)
			}
			for column := range strings.SplitSeq(columns, ", ") {
				name, _, _ := strings.Cut(column, "#")
				if table == "reports" && !slices.Contains(needed[q.Question], name) {
					t.Errorf("%s reads column %s of the reports", q.Question, name)
				}
			}
		}
	}
}

var charts = regexp.MustCompile(`(\d+) charts\n$`)

// The notebook is run as a person would run it, on what is archived so far.
func TestNotebook(t *testing.T) {
	flownWeek(t)
	s := running(t, 5*time.Minute)
	out := s.do(t, s.tool("notebooks/run"))
	questions := strings.Count(string(s.run(t, 0, "spark-jobs", "list", "--json")), "\n")
	if found := charts.FindSubmatch(out); found == nil || string(found[1]) != strconv.Itoa(questions) {
		t.Errorf("the notebook did not draw %d charts: %s", questions, tail(string(out)))
	}
}
