//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// fly starts a live flight of so long at sixty times the speed; the returned
// function waits for its end.
func (s *system) fly(t *testing.T, from string, duration time.Duration) (landed func()) {
	t.Helper()
	flight := s.program("simulator", "--drones", "20", "--speed", "60", "--from", from, "--duration", duration.String())
	flight.Stderr = io.Discard
	if err := flight.Start(); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if err := flight.Wait(); err != nil {
			t.Fatalf("simulator: %v", err)
		}
	}
}

func files(t *testing.T, s *system, topic string) int {
	t.Helper()
	return parse[struct{ Files int }](t, s.run(t, 0, "spark-jobs", "table", topic, "--json")).Files
}

func archived(t *testing.T, s *system, args ...string) int {
	t.Helper()
	return parse[struct{ Archived int }](t, s.run(t, 0, "spark-jobs", append([]string{"verify", "--json"}, args...)...)).Archived
}

// tablesAreKept compacts them while the sink appends, then kills the sink:
// it must find its place in a table whose newest snapshot is not its own. What
// was archived before can still be asked for.
func tablesAreKept(t *testing.T, s *system) {
	was, before, at := archived(t, s, "--wait", "4m"), files(t, s, "reports"), time.Now()
	landed := s.fly(t, "2026-03-02", 20*time.Second)
	s.run(t, 0, "spark-jobs", "maintain")
	landed()
	s.kill(t, "connect")
	is := archived(t, s, "--wait", "4m")
	after := files(t, s, "reports")
	t.Logf("%d files became %d, of %d and %d records", before, after, was, is)
	if after >= before || is <= was {
		t.Errorf("%d files became %d, %d records %d", before, after, was, is)
	}
	if then := archived(t, s, "--as-of", at.UTC().Format(time.RFC3339)); then != was {
		t.Errorf("as of %s, %d records were archived; then it was %d", at, then, was)
	}
	if again := string(s.run(t, 0, "spark-jobs", "maintain", "riots")); !strings.Contains(again, "nothing was to be done") {
		t.Errorf("there was more to be done: %s", again)
	}
}

// goodRecordsComeBack makes dead letters of good reports: a task that starts
// while the registry is away knows no schema.
func goodRecordsComeBack(t *testing.T, s *system) {
	was := archived(t, s, "--wait", "4m")
	landed := s.fly(t, "2026-03-09", 15*time.Second)
	time.Sleep(2 * time.Second)
	s.part(t, "stop", "registry")
	if status, answer := s.rest(t, http.MethodPost, "/connectors/reports-s3-sink/restart?includeTasks=true", nil); status >= 300 {
		t.Fatalf("restart the sink: status %d: %s", status, answer)
	}
	landed()
	missing := archived(t, s, "--wait", "4m")
	s.part(t, "start", "registry")
	sent := s.sendBack(t)
	is := archived(t, s, "--wait", "4m")
	t.Logf("%d records were set aside and are back; %d archived, then %d, then %d", sent, was, missing, is)
	if sent == 0 || is != missing+sent {
		t.Errorf("%d records came back, and of %d archived there are %d", sent, missing, is)
	}
	if again := s.sendBack(t); again != 0 {
		t.Errorf("%d were sent back twice", again)
	}
}

var sentBack = regexp.MustCompile(`dead letters: (\d+) sent back`)

// sendBack sends dead letters back as soon as the registry answers.
func (s *system) sendBack(t *testing.T) int {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Second) {
		command := s.program("spark-jobs", "dead-letters", "send")
		out, err := command.Output()
		if found := sentBack.FindSubmatch(out); err == nil && found != nil {
			n, err := strconv.Atoi(string(found[1]))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if time.Now().After(deadline) {
			why := fmt.Sprint(err)
			if ended, ok := errors.AsType[*exec.ExitError](err); ok {
				why = tail(string(ended.Stderr))
			}
			t.Fatalf("dead letters are not sent back: %s%s", out, why)
		}
	}
}

// schemaGrows runs the demonstration.
func schemaGrows(t *testing.T, s *system) {
	t.Helper()
	evolve := exec.Command(filepath.Join(s.root, "demo", "evolve"))
	evolve.Env = append(os.Environ(), stackName, portOffset)
	out, err := evolve.CombinedOutput()
	for _, want := range []string{`humidity_pct +double +5,000\n`, `report-refused.avsc: .*STRING not compatible`} {
		if !regexp.MustCompile(want).Match(out) {
			t.Errorf("the demonstration does not show %s", want)
		}
	}
	if err != nil || t.Failed() {
		t.Fatalf("demo/evolve: %v\n%s", err, tail(string(out)))
	}
}
