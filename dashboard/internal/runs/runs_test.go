package runs

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// asking are runs of a script in place of spark-jobs.
func asking(t *testing.T, script string) *Runs {
	t.Helper()
	program := filepath.Join(t.TempDir(), "spark-jobs")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script), 0o700); err != nil { //nolint:gosec // a program must be executable
		t.Fatal(err)
	}
	r, err := New(program, []string{"--publish", "--json"}, []string{"--publish", "--model", "m.json"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func start(t *testing.T, r *Runs, question string) Run {
	t.Helper()
	run, err := r.Start(question)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// until waits until a run is as it should be.
func until(t *testing.T, r *Runs, id string, is func(Run) bool) Run {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		run, known := r.Find(id)
		if !known {
			t.Fatal("the run is not known")
		}
		if is(run) {
			return run
		}
		if time.Now().After(end) {
			t.Fatalf("it is %+v", run)
		}
	}
}

func over(run Run) bool { return run.State != Running }

func TestARunAsksAndPublishes(t *testing.T) {
	r := asking(t, `echo "[$*]" >&2; echo '{"rows":[]}'`)
	for question, want := range map[string]string{
		"weekend":     "[ask weekend --publish --json]",
		"maintenance": "[maintenance predict --publish --model m.json]",
	} {
		run := until(t, r, start(t, r, question).ID, over)
		if run.State != Done || run.Message != want || run.Ended.Before(run.Since) {
			t.Errorf("%s: got %+v", question, run)
		}
	}
}

func TestARunThatFailsSaysWhy(t *testing.T) {
	for name, tt := range map[string]struct{ script, want string }{
		"in its last line":       {`echo first >&2; printf 'spark-jobs: Spark is away\r\n' >&2; exit 2`, "spark-jobs: Spark is away"},
		"or by its exit code":    {`exit 2`, "exit status 2"},
		"without escapes":        {`printf '\033[31mred\033[0m\n' >&2; exit 1`, "[31mred[0m"},
		"and not without limits": {`head -c 100000 /dev/zero | tr '\0' x >&2; echo >&2; echo end >&2; exit 1`, "exit status 1"},
	} {
		t.Run(name, func(t *testing.T) {
			r := asking(t, tt.script)
			if run := until(t, r, start(t, r, "q").ID, over); run.State != Failed || run.Message != tt.want {
				t.Errorf("got %+v", run)
			}
		})
	}
}

func TestAQuestionIsAskedOnceAtATime(t *testing.T) {
	r := asking(t, `exec sleep 60`)
	first := start(t, r, "a")
	if again := start(t, r, "a"); again.ID != first.ID {
		t.Error("it is asked twice")
	}
	for _, other := range []string{"b", "c"} {
		if start(t, r, other).ID == first.ID {
			t.Error("another question is the same run")
		}
	}
	if _, err := r.Start("d"); !errors.Is(err, ErrBusy) {
		t.Errorf("a fourth question: %v", err)
	}
}

func TestProgressIsTheLastLine(t *testing.T) {
	r := asking(t, `printf 'one\rtwo\n' >&2; exec sleep 60`)
	until(t, r, start(t, r, "a").ID, func(run Run) bool { return run.State == Running && run.Message == "two" })
}

func TestTheEndInterruptsWhatRuns(t *testing.T) {
	r := asking(t, `trap 'echo stopped the query >&2; exit 130' INT; echo ready >&2; while :; do sleep 0.05; done`)
	run := start(t, r, "a")
	until(t, r, run.ID, func(run Run) bool { return run.Message == "ready" })
	r.Close()
	if run, _ := r.Find(run.ID); run.State != Failed || run.Message != "stopped the query" {
		t.Errorf("got %+v", run)
	}
	if _, err := r.Start("b"); !errors.Is(err, ErrBusy) {
		t.Errorf("after the end: %v", err)
	}
}

func TestOnlyTheNewestRunsAreKnown(t *testing.T) {
	r := asking(t, `:`)
	first := start(t, r, "a")
	until(t, r, first.ID, over)
	for range remembered {
		until(t, r, start(t, r, "a").ID, over)
	}
	if _, known := r.Find(first.ID); known {
		t.Error("the first is still known")
	}
}

func TestWithoutTheProgramItSaysSo(t *testing.T) {
	if _, err := New(filepath.Join(t.TempDir(), "spark-jobs"), nil, nil); err == nil || !strings.Contains(err.Error(), "--spark-jobs") {
		t.Errorf("got %v", err)
	}
}
