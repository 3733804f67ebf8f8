//go:build e2e

package e2e

import (
	"testing"
	"time"
)

const (
	// The last report before the drones fall silent is readable within so long.
	tailLimit = 15 * time.Second
	// So is the next one after one of two Connect workers died, on a machine that has as much to do as CI's: 23 s and 40 s were
	// seen. The goal is half a minute.
	deathLimit = time.Minute
)

// A pace is what `spark-jobs commits --json` prints, as far as the tests look
// at it.
type pace struct {
	Commits        int   `json:"commits"`
	LongestPauseMS int64 `json:"longest_pause_ms"`
	LagMaxMS       int64 `json:"lag_max_ms"`
}

// committed waits until all is archived, and says how it went since a time.
func committed(t *testing.T, s *system, since time.Time) (longestPause, lagMax time.Duration) {
	t.Helper()
	s.run(t, 0, "spark-jobs", "verify", "--wait", "4m")
	p := parse[pace](t, s.run(t, 0, "spark-jobs", "commits", "--json", "--since", time.Since(since).String()))
	longestPause, lagMax = time.Duration(p.LongestPauseMS)*time.Millisecond, time.Duration(p.LagMaxMS)*time.Millisecond
	if p.Commits == 0 {
		t.Errorf("nothing was committed since %s", since)
	}
	t.Logf("%d commits, longest pause %s, from Kafka to a readable row at most %s", p.Commits, longestPause, lagMax)
	return longestPause, lagMax
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

// aDeadWorkerIsReplaced kills one of two Connect workers under reports, the
// one that runs the coordinator or the other, as it comes.
func aDeadWorkerIsReplaced(t *testing.T, s *system) {
	up := s.stack("up")
	up.Env = append(up.Env, "CONNECT_WORKERS=2")
	if out, err := up.CombinedOutput(); err != nil {
		t.Fatalf("start a second Connect worker: %v\n%s", err, out)
	}
	defer s.part(t, "stop", "connect-2")
	s.run(t, 0, "setup", append([]string{"connectors"}, connectorFiles(t, s)...)...)
	s.run(t, 0, "spark-jobs", "verify", "--wait", "4m")
	began := time.Now()
	landed := s.fly(t, "2026-04-13", time.Minute)
	time.Sleep(15 * time.Second)
	s.kill(t, "connect")
	landed()
	if pause, _ := committed(t, s, began); pause > deathLimit {
		t.Errorf("after the death of a worker nothing was committed for %s, which is above %s", pause, deathLimit)
	}
}
