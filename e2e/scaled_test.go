//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// aClusterAnswersTheSame puts a Spark cluster of two workers behind Spark
// Connect, and kills one of them, with its executor, while it works.
func aClusterAnswersTheSame(t *testing.T, s *system, truth truth) {
	scaled := func(workers string) {
		t.Helper()
		up := s.stack("up")
		up.Env = append(up.Env, "SPARK_WORKERS="+workers)
		if out, err := up.CombinedOutput(); err != nil {
			t.Fatalf("SPARK_WORKERS=%s stack/up: %v\n%s", workers, err, out)
		}
	}
	scaled("2")
	defer scaled("0")
	answersAreTheTruth(t, s, truth)
	worker := s.pid(t, "spark-worker-1")
	killed := make(chan int)
	go func() {
		time.Sleep(4 * time.Second) // the answers take several times as long
		pids := executors(s)
		for _, pid := range append(pids, worker) {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
		}
		killed <- len(pids)
	}()
	answersAreTheTruth(t, s, truth)
	if <-killed == 0 {
		t.Error("the worker had no executor: nothing was killed that was at work")
	}
}

// executors are the processes of the first worker's executors.
func executors(s *system) (pids []int) {
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil
	}
	work := filepath.Join(s.root, ".stack", "e2e", "tmp", "spark-worker-1")
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

var charts = regexp.MustCompile(`(\d+) charts\n$`)

// theNotebookRuns as a person would run it, on what is archived so far.
func theNotebookRuns(t *testing.T, s *system) {
	t.Helper()
	notebook := exec.Command(filepath.Join(s.root, "notebooks", "run"))
	notebook.Env = append(os.Environ(), stackName, portOffset)
	out, err := notebook.CombinedOutput()
	if err != nil {
		t.Fatalf("notebooks/run: %v\n%s", err, tail(string(out)))
	}
	questions := strings.Count(string(s.run(t, 0, "spark-jobs", "list", "--json")), "\n")
	if found := charts.FindSubmatch(out); found == nil || string(found[1]) != strconv.Itoa(questions) {
		t.Errorf("the notebook did not draw %d charts: %s", questions, tail(string(out)))
	}
}
