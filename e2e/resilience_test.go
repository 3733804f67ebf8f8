//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestS3Outage(t *testing.T) {
	s := running(t, 4*time.Minute)
	began := time.Now()
	s.part(t, "stop", "s3")
	s.run(t, 0, "simulator", "--drones", "20", "--speed", "60", "--from", "2026-03-16", "--duration", "30s")
	s.part(t, "start", "s3")
	s.archived(t, began)
}

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

// committed waits until all that was sent since a time is archived, and says
// how that went: how long it took to the next commit, or from one to another,
// at most; and from Kafka to a readable row.
func committed(t *testing.T, s *system, since time.Time) (longestPause, lagMax time.Duration) {
	t.Helper()
	s.archived(t, since)
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

// One drone flies, so that five partitions are idle.
func TestLastReportIsCommittedSoon(t *testing.T) {
	s := running(t, 3*time.Minute)
	began := time.Now()
	s.run(t, 0, "simulator", "--drones", "1", "--speed", "600", "--from", "2026-04-06", "--duration", "12s")
	if _, lag := committed(t, s, began); lag > s.stretch(tailLimit) {
		t.Errorf("a report became readable %s after Kafka had it, not within %s", lag, s.stretch(tailLimit))
	}
}

// The worker that dies is the one that runs the coordinator, which is the worse
// case.
func TestConnectWorkerFailover(t *testing.T) {
	s := running(t, 5*time.Minute)
	s.twoWorkers(t)
	landed := s.fly(t, "2026-04-13", 45*time.Second)
	time.Sleep(10 * time.Second) // under way, and past a commit
	died := time.Now()
	s.kill(t, s.workerOf(t, "reports-s3-sink", 0))
	landed()
	if pause, _ := committed(t, s, died); pause > s.stretch(deathLimit) {
		t.Errorf("after the death of a worker nothing was committed for %s, which is above %s", pause, s.stretch(deathLimit))
	}
}

// twoWorkers starts a second Connect worker. It stays for the tests that follow.
func (s *system) twoWorkers(t *testing.T) {
	t.Helper()
	s.scale(t, "CONNECT_WORKERS=2")
	s.run(t, 0, "setup", slices.Concat([]string{"connectors"}, connectorFiles(t, s))...)
}

// workerOf is the part of the stack that runs a task of a connector.
func (s *system) workerOf(t *testing.T, connector string, task int) string {
	t.Helper()
	for _, runs := range s.connector(t, connector).Tasks {
		if runs.ID == task {
			return map[bool]string{true: "connect-2", false: "connect"}[strings.HasSuffix(runs.Worker, ":"+s.env["CONNECT_2_PORT"])]
		}
	}
	t.Fatalf("%s has no task %d", connector, task)
	return ""
}

// A connectorState is what Connect says of a connector.
type connectorState struct {
	Connector struct{ State string }
	Tasks     []struct {
		ID     int
		Worker string `json:"worker_id"`
	}
}

func (s *system) connector(t *testing.T, name string) connectorState {
	t.Helper()
	status, body := s.rest(t, http.MethodGet, "/connectors/"+name+"/status", nil)
	if status != http.StatusOK {
		t.Fatalf("status of %s: %d: %s", name, status, body)
	}
	return parse[connectorState](t, body)
}

// One wave of reports for some minutes, while Kafka, the registry, S3 and two
// Connect workers are killed by SIGKILL, one after the other, in an order that
// the seed decides; their supervisor starts them again. Dead letters that can be
// read are sent back. Then all that this stack has ever taken is audited.
//
//	MINUTES=10 SEED=7 WAVES=1 make chaos
func TestChaos(t *testing.T) {
	minutes, seed, waves := whole(t, "MINUTES", 2), whole(t, "SEED", 7), whole(t, "WAVES", 1)
	s := running(t, time.Duration(minutes)*time.Minute+8*time.Minute)
	s.twoWorkers(t)
	flight := s.program("simulator", "--drones", "1000", "--from", "2027-03-01", "--waves", strconv.Itoa(waves), "--duration",
		(time.Duration(minutes) * time.Minute).String())
	var messages bytes.Buffer
	flight.Stderr = &messages
	began := time.Now()
	if err := flight.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- flight.Wait() }()
	killed := 0
	for _, next := range killsOf(uint64(seed), time.Duration(minutes)*time.Minute) {
		select {
		case err := <-ended:
			t.Fatalf("the simulator ended early: %v\n%s", s.why(err), tail(messages.String()))
		case <-time.After(time.Until(began.Add(next.at))):
		}
		pid, err := strconv.Atoi(strings.TrimSpace(s.part(t, "pid", next.part)))
		// A part that is being started again has no process yet: then it is dead already.
		if err == nil && pid > 1 && syscall.Kill(pid, syscall.SIGKILL) == nil {
			killed++
			t.Logf("%s: killed %s, process %d", next.at, next.part, pid)
		} else {
			t.Logf("%s: %s is still on its way back", next.at, next.part)
		}
	}
	if err := <-ended; err != nil {
		t.Fatalf("not every report was delivered: %v\n%s", s.why(err), tail(messages.String()))
	}
	t.Logf("%d kills; landed: %s", killed, tail(messages.String()))
	landed := time.Now()
	s.archived(t, began)
	t.Logf("the archive has caught up %.0f s after", time.Since(landed).Seconds())
	t.Logf("%s", s.run(t, 0, "spark-jobs", "commits", "--since", time.Since(began).String()))
	// A worker that meets a schema for the first time while the registry is down sets good records aside: they go back.
	sent := s.sendBack(t)
	all := s.archived(t, time.Time{})
	t.Logf("%d dead letters were sent back; of %d records in all none is missing, and none is there twice", sent, all.Records)
}

// A kill is what is to be killed, and when after the start.
type kill struct {
	at   time.Duration
	part string
}

// killsOf plans a kill every 15 to 45 s, the last 15 s before the end.
func killsOf(seed uint64, flight time.Duration) (plan []kill) {
	parts := []string{"connect", "connect-2", "kafka", "registry", "s3"}
	draw := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // it is to be repeated, not to be secret
	for at := 15 * time.Second; at < flight-15*time.Second; at += time.Duration(15+draw.IntN(31)) * time.Second {
		plan = append(plan, kill{at, parts[draw.IntN(len(parts))]})
	}
	return plan
}

// whole is a whole number above 0 from the environment.
func whole(t *testing.T, name string, usual int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s must be a whole number above 0, not %q", name, text)
	}
	return n
}

// One of the cluster's two workers dies, with its executor, after the first
// answer. Docker Compose has a cluster, too, and asks it everything.
func TestSparkClusterSurvivesWorkerLoss(t *testing.T) {
	w := flownWeekAgain(t)
	s := running(t, 5*time.Minute)
	questions := []string{"weekend", "words"}
	shared.cluster = true
	s.scale(t, "SPARK_WORKERS=2")
	worker := s.pid(t, "spark-worker-1")
	ask := s.program("spark-jobs", slices.Concat([]string{"ask", "--json"}, questions, weekDays(t))...)
	var messages bytes.Buffer
	ask.Stderr = &messages
	out, err := ask.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := ask.Start(); err != nil {
		t.Fatal(err)
	}
	var answers []answer
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break // its end
		}
		answers = append(answers, parse[answer](t, line))
		if len(answers) != 1 {
			continue
		}
		killed := s.executors()
		if len(killed) == 0 {
			t.Error("the worker has no executor: nothing is killed that is at work")
		}
		for _, pid := range append(killed, worker) {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Error(err)
			}
		}
	}
	if err := ask.Wait(); err != nil {
		t.Fatalf("spark-jobs ask: %v\n%s", s.why(err), tail(messages.String()))
	}
	equal(t, answers, slices.DeleteFunc(slices.Clone(w.Answers), func(a answer) bool { return !slices.Contains(questions, a.Question) }))
}

// executors are the processes of the first worker's executors.
func (s *system) executors() (pids []int) {
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil
	}
	work := filepath.Join(s.state, "tmp", "spark-worker-1")
	for _, folder := range folders {
		cwd, err := os.Readlink(filepath.Join(folder, "cwd"))
		if err == nil && strings.HasPrefix(cwd, work) {
			if pid, err := strconv.Atoi(filepath.Base(folder)); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}
