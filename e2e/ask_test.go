//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

// answersArePublished asks everything, compared with the truth, and finds the
// answers in the topic and in the table.
func answersArePublished(t *testing.T, s *system, truth truth) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "truth.json")
	write := func() {
		t.Helper()
		printed, err := json.Marshal(map[string]any{"answers": truth.Answers})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, printed, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write()
	type answer struct {
		Version  int    `json:"version"`
		Question string `json:"question"`
		Sentence string `json:"sentence"`
		Rows     Rows   `json:"rows"`
		Verified *bool  `json:"verified"`
		Tables   []struct{ Snapshot string }
	}
	told := map[string]answer{}
	for line := range strings.Lines(string(s.run(t, 0, "spark-jobs", "ask", "all", "--json", "--publish", "--check", file))) {
		a := parse[answer](t, []byte(line))
		told[a.Question] = a
	}
	published := map[string]answer{}
	for _, message := range s.read(t, schemas.AnswersTopic) {
		published[string(message.Key)] = parse[answer](t, message.Value)
	}
	if len(told) == 0 || len(published) != len(told) {
		t.Fatalf("%d answers, %d published", len(told), len(published))
	}
	for name, a := range told {
		p := published[name]
		if p.Question != name || p.Version != 1 || p.Sentence != a.Sentence || len(p.Tables) == 0 || p.Tables[0].Snapshot == "" {
			t.Errorf("%s is published as %+v", name, p)
		}
		if p.Verified == nil || !*p.Verified || a.Verified == nil || !*a.Verified {
			t.Errorf("%s is not verified", name)
		}
		if err := Compare(p.Rows, a.Rows, 0); err != nil {
			t.Errorf("%s: published and told differ: %v", name, err)
		}
	}
	kept := sqlRows(t, s, "SELECT question, count(*) AS runs, min(verified) AS verified, min(rows_read) AS least, max(answer) AS answer FROM answers GROUP BY question")
	if len(kept) != len(told) {
		t.Errorf("the table has answers to %d questions, want %d", len(kept), len(told))
	}
	for _, row := range kept {
		kept := parse[answer](t, []byte(row[4].(string)))
		if row[1].(float64) < 1 || row[2] != true || row[3].(float64) <= 0 || kept.Sentence != told[row[0].(string)].Sentence {
			t.Errorf("the table has %v", row)
		}
	}

	// What is not the truth is found.
	truth.Answers = slices.Clone(truth.Answers) // the next steps need the right ones
	first := &truth.Answers[0]
	first.Rows = slices.Clone(first.Rows)
	first.Rows[0] = slices.Clone(first.Rows[0])
	first.Rows[0][1] = first.Rows[0][1].(float64) + 1
	write()
	want := "✗ differs: row 1, " + first.Columns[1] + " is "
	if out := string(s.run(t, 1, "spark-jobs", "ask", first.Question, "--check", file)); !strings.Contains(out, want) {
		t.Errorf("a truth that differs is not seen:\n%s", out)
	}
}

func sqlRows(t *testing.T, s *system, statement string) Rows {
	t.Helper()
	return parse[struct{ Rows Rows }](t, s.run(t, 0, "spark-jobs", "sql", "--json", statement)).Rows
}

// anyTypeIsRead asks Spark for a value of every type.
func anyTypeIsRead(t *testing.T, s *system) {
	t.Helper()
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

// ctrlCStopsTheQuery interrupts a query that would take for ever, and looks
// whether Spark still works on it.
func ctrlCStopsTheQuery(t *testing.T, s *system) {
	t.Helper()
	query := s.program("spark-jobs", "sql", "SELECT count(*) FROM range(100000000) a CROSS JOIN range(1000000) b WHERE a.id + b.id = 7")
	if err := query.Start(); err != nil {
		t.Fatal(err)
	}
	await := func(what string, want func(int) bool) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); !want(s.jobs(t)); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				_ = query.Process.Kill()
				t.Fatal(what)
			}
		}
	}
	await("the query does not run", func(jobs int) bool { return jobs > 0 })
	began := time.Now()
	if err := query.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = query.Wait() // the exit code is looked at
	if code := query.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit %d, want 130", code)
	}
	ended := time.Since(began)
	await("Spark still works on a query that was interrupted", func(jobs int) bool { return jobs == 0 })
	t.Logf("Ctrl-C: the program ended after %s, Spark's jobs after %s", ended, time.Since(began))
	if took := time.Since(began); took > 30*time.Second {
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
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
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
