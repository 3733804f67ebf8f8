//go:build e2e

package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	// The last report before the drones fall silent is readable within so long.
	tailLimit = 15 * time.Second
	// So is the next one after one of two Connect workers died.
	deathLimit = 30 * time.Second
)

// A pace is what `spark-jobs commits --json` prints, as far as the tests look
// at it.
type pace struct {
	Commits        int   `json:"commits"`
	FirstCommitMS  int64 `json:"first_commit_ms"`
	LongestPauseMS int64 `json:"longest_pause_ms"`
	LagMaxMS       int64 `json:"lag_max_ms"`
}

// committed waits until all is archived, and says how it went since a time: how
// long it took to the next commit, or from one to another, at most; and from
// Kafka to a readable row.
func committed(t *testing.T, s *system, since time.Time) (longestPause, lagMax time.Duration) {
	t.Helper()
	s.run(t, 0, "spark-jobs", "verify", "--wait", "4m")
	p := parse[pace](t, s.run(t, 0, "spark-jobs", "commits", "--json", "--since", time.Since(since).String()))
	if p.Commits == 0 {
		t.Errorf("nothing was committed since %s", since)
	}
	next := time.UnixMilli(p.FirstCommitMS).Sub(since)
	between := time.Duration(p.LongestPauseMS) * time.Millisecond
	lagMax = time.Duration(p.LagMaxMS) * time.Millisecond
	t.Logf("%d commits, the first after %s, at most %s between two, from Kafka to a readable row at most %s", p.Commits, next, between, lagMax)
	return max(next, between), lagMax
}

// theTailIsArchived lets one drone fly, so that five partitions are idle, and
// fall silent.
func theTailIsArchived(t *testing.T, s *system) {
	s.run(t, 0, "spark-jobs", "verify", "--wait", "4m")
	began := time.Now()
	s.run(t, 0, "simulator", "--drones", "1", "--speed", "600", "--from", "2026-04-06", "--duration", "12s")
	if _, lag := committed(t, s, began); lag > tailLimit {
		t.Errorf("a report became readable %s after Kafka had it, not within %s", lag, tailLimit)
	}
}

// aDeadWorkerIsReplaced kills one of two Connect workers under reports: the one
// that runs the coordinator, which is the worse case.
func aDeadWorkerIsReplaced(t *testing.T, s *system) {
	up := s.stack("up")
	up.Env = append(up.Env, "CONNECT_WORKERS=2")
	if out, err := up.CombinedOutput(); err != nil {
		t.Fatalf("start a second Connect worker: %v\n%s", err, out)
	}
	defer s.part(t, "stop", "connect-2")
	s.run(t, 0, "setup", append([]string{"connectors"}, connectorFiles(t, s)...)...)
	s.run(t, 0, "spark-jobs", "verify", "--wait", "4m")
	landed := s.fly(t, "2026-04-13", time.Minute)
	time.Sleep(15 * time.Second)
	died := time.Now()
	s.kill(t, s.workerOf(t, "reports-s3-sink", 0))
	landed()
	if pause, _ := committed(t, s, died); pause > deathLimit {
		t.Errorf("after the death of a worker nothing was committed for %s, which is above %s", pause, deathLimit)
	}
}

// workerOf is the part of the stack that runs a task of a connector.
func (s *system) workerOf(t *testing.T, connector string, task int) string {
	t.Helper()
	status, body := s.rest(t, http.MethodGet, "/connectors/"+connector+"/status", nil)
	if status != http.StatusOK {
		t.Fatalf("status of %s: %d: %s", connector, status, body)
	}
	for _, runs := range parse[struct {
		Tasks []struct {
			ID     int
			Worker string `json:"worker_id"`
		}
	}](t, body).Tasks {
		if runs.ID == task {
			return map[bool]string{true: "connect-2", false: "connect"}[strings.HasSuffix(runs.Worker, ":"+s.env["CONNECT_2_PORT"])]
		}
	}
	t.Fatalf("%s has no task %d: %s", connector, task, body)
	return ""
}
