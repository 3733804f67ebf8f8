package service_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/peacestate/peacestate/service"
)

// watch is a command line with a bit of everything.
type watch struct {
	Drones int    `default:"100" help:"How many."`
	Kafka  string `env:"SERVICE_TEST_KAFKA" default:"localhost:9092" help:"Where."`

	run func(context.Context, watch, service.Streams) error
}

func (w *watch) Validate() error {
	var problems []error
	if w.Drones < 1 {
		problems = append(problems, fmt.Errorf("--drones must be at least 1, not %d", w.Drones))
	}
	if w.Kafka == "" {
		problems = append(problems, errors.New("--kafka must not be empty"))
	}
	return errors.Join(problems...)
}

func (w *watch) Run(ctx context.Context, s service.Streams) error { return w.run(ctx, *w, s) }

func program(run func(context.Context, watch, service.Streams) error) service.Program {
	return service.Program{
		Name:     "watch",
		Does:     "Watch the drones.",
		Examples: []string{"watch", "watch --drones 5"},
		Grammar:  &watch{run: run},
	}
}

// outcome is what a person or a script sees of a run.
type outcome struct {
	code   int
	stdout string
	stderr string
}

func run(ctx context.Context, p service.Program, args ...string) outcome {
	var stdout, stderr strings.Builder
	code := p.Run(ctx, args, &stdout, &stderr)
	return outcome{code, stdout.String(), stderr.String()}
}

func TestTheErrorOfACommandDecidesTheExitCodeAndIsOneLine(t *testing.T) {
	tests := map[string]struct {
		err  error
		want outcome
	}{
		"none is success":                           {nil, outcome{code: service.ExitDone}},
		"a finding is 1":                            {fmt.Errorf("3 records are missing (%w)", service.ErrFinding), outcome{1, "", "watch: 3 records are missing (finding)\n"}},
		"any other is 2":                            {errors.New("Kafka is down; start it"), outcome{2, "", "watch: Kafka is down; start it\n"}},
		"a timeout is 2":                            {context.DeadlineExceeded, outcome{2, "", "watch: context deadline exceeded\n"}},
		"several are still a line":                  {errors.Join(errors.New("one"), errors.New("two\r\n\nthree")), outcome{2, "", "watch: one; two; three\n"}},
		"a cancellation that nobody asked for is 2": {context.Canceled, outcome{2, "", "watch: context canceled\n"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := run(t.Context(), program(func(context.Context, watch, service.Streams) error { return tt.err }))
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestAnInterruptedCommandEndsWith130(t *testing.T) {
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	tests := map[string]struct {
		end  func(context.Context) error
		want outcome
	}{
		"when it stops at once": {
			func(ctx context.Context) error { return ctx.Err() },
			outcome{130, "", "watch: interrupted\n"},
		},
		"and says what it left undone": {
			func(ctx context.Context) error { return fmt.Errorf("3 reports were not sent (%w)", ctx.Err()) },
			outcome{130, "", "watch: interrupted: 3 reports were not sent (context canceled)\n"},
		},
		"but not when it was done all the same": {
			func(context.Context) error { return nil },
			outcome{code: 0},
		},
		"but not when something else went wrong": {
			func(context.Context) error { return errors.New("the disk is full") },
			outcome{2, "", "watch: the disk is full\n"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := run(interrupted, program(func(ctx context.Context, _ watch, _ service.Streams) error { return tt.end(ctx) }))
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestABadCommandLineIsOneLineAndNothingRuns(t *testing.T) {
	tests := map[string]struct {
		args []string
		says string
	}{
		"an unknown flag":        {[]string{"--dornes", "5"}, "unknown flag --dornes"},
		"a flag without a value": {[]string{"--drones"}, "--drones"},
		"a word for a number":    {[]string{"--drones", "many"}, `"many"`},
		"an unasked-for word":    {[]string{"now"}, "unexpected argument now"},
		"a value out of range":   {[]string{"--drones", "0"}, "--drones must be at least 1, not 0; see watch --help"},
		"two of them":            {[]string{"--drones=-5", "--kafka="}, "--drones must be at least 1, not -5; --kafka must not be empty; see watch --help"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := run(t.Context(), program(func(context.Context, watch, service.Streams) error {
				t.Error("the command ran")
				return nil
			}), tt.args...)
			if got.code != service.ExitFailed || got.stdout != "" {
				t.Errorf("exit code %d, stdout %q, want 2 and nothing", got.code, got.stdout)
			}
			if !strings.HasPrefix(got.stderr, "watch: ") || !strings.Contains(got.stderr, tt.says) ||
				!strings.HasSuffix(got.stderr, "; see watch --help\n") || strings.Count(got.stderr, "\n") != 1 {
				t.Errorf("stderr %q, want one line with %q", got.stderr, tt.says)
			}
		})
	}
}

func TestAFlagBeatsTheEnvironmentAndThatTheDefault(t *testing.T) {
	var kafka string
	p := program(func(_ context.Context, w watch, _ service.Streams) error {
		kafka = w.Kafka
		return nil
	})
	expect := func(want string, args ...string) {
		t.Helper()
		if got := run(t.Context(), p, args...); got.code != 0 || kafka != want {
			t.Errorf("exit code %d with %q, want 0 with %q", got.code, kafka, want)
		}
	}
	expect("localhost:9092")
	t.Setenv("SERVICE_TEST_KAFKA", "environment:9092")
	expect("environment:9092")
	expect("flag:9092", "--kafka", "flag:9092")
}

func TestHelpStartsWithExamplesAndIsNoError(t *testing.T) {
	got := run(t.Context(), program(func(context.Context, watch, service.Streams) error {
		t.Error("the command ran")
		return nil
	}), "--help")
	if got.code != 0 || got.stderr != "" {
		t.Errorf("exit code %d, stderr %q, want 0 and nothing", got.code, got.stderr)
	}
	if !strings.HasPrefix(got.stdout, "Examples:\n  watch\n  watch --drones 5\n\nUsage: watch") {
		t.Errorf("help starts with %.80q", got.stdout)
	}
	for _, part := range []string{"Watch the drones.", "--drones=100", "How many.", "$SERVICE_TEST_KAFKA"} {
		if !strings.Contains(got.stdout, part) {
			t.Errorf("help does not say %q:\n%s", part, got.stdout)
		}
	}
}

func TestDataGoesToStdoutAndTheLogToStderr(t *testing.T) {
	got := run(t.Context(), program(func(_ context.Context, w watch, s service.Streams) error {
		fmt.Fprintln(s.Out, "data")
		fmt.Fprintln(s.Err, "progress")
		s.Log.Info("flying", "drones", w.Drones)
		return nil
	}))
	if got.stdout != "data\n" {
		t.Errorf("stdout %q", got.stdout)
	}
	if !strings.HasPrefix(got.stderr, "progress\n") || !strings.HasSuffix(got.stderr, "level=INFO msg=flying drones=100\n") {
		t.Errorf("stderr %q", got.stderr)
	}
}

func TestAWrongDeclarationIsSaidAndDoesNotPanic(t *testing.T) {
	p := program(nil)
	p.Grammar = watch{} // not a pointer
	if got := run(t.Context(), p); got.code != service.ExitFailed || !strings.Contains(got.stderr, "wrongly declared") {
		t.Errorf("got %+v", got)
	}
}

// asProcess tells the test binary to be a program; its value is how deaf the
// program is to signals.
const asProcess = "SERVICE_TEST_AS_PROCESS"

func TestMain(m *testing.M) {
	switch os.Getenv(asProcess) {
	case "":
		os.Exit(m.Run())
	case "obedient":
		os.Exit(service.Main(program(func(ctx context.Context, _ watch, s service.Streams) error {
			fmt.Fprintln(s.Out, "running")
			<-ctx.Done()
			return ctx.Err()
		})))
	case "deaf":
		os.Exit(service.Main(program(func(ctx context.Context, _ watch, s service.Streams) error {
			fmt.Fprintln(s.Out, "running")
			<-ctx.Done()
			fmt.Fprintln(s.Out, "flushing for ever")
			select {}
		})))
	}
}

// start runs this test binary as a program and waits until it is running.
func start(t *testing.T, how string) (*exec.Cmd, *bufio.Reader, *strings.Builder) {
	t.Helper()
	process := exec.CommandContext(t.Context(), os.Args[0])
	process.Env = append(os.Environ(), asProcess+"="+how)
	var stderr strings.Builder
	process.Stderr = &stderr
	stdout, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	expectLine(t, lines, "running\n")
	return process, lines, &stderr
}

func expectLine(t *testing.T, lines *bufio.Reader, want string) {
	t.Helper()
	if line, err := lines.ReadString('\n'); line != want {
		t.Fatalf("the program said %q (%v), want %q", line, err, want)
	}
}

func TestSignalsEndAProgram(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			process, lines, stderr := start(t, "obedient")
			if err := process.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, lines); err != nil {
				t.Fatal(err)
			}
			err := process.Wait()
			if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != service.ExitInterrupted {
				t.Errorf("ended with %v, want exit code 130", err)
			}
			if got := stderr.String(); got != "watch: interrupted\n" {
				t.Errorf("stderr %q", got)
			}
		})
	}
}

func TestASecondSignalEndsAProgramThatIsSlowToStop(t *testing.T) {
	process, lines, _ := start(t, "deaf")
	if err := process.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	expectLine(t, lines, "flushing for ever\n")
	// The first signal cancels the context a moment before the second one has
	// its usual effect again, so insist until the program is gone.
	gone := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, lines)
		gone <- errors.Join(err, process.Wait())
	}()
	insist := time.NewTicker(20 * time.Millisecond)
	defer insist.Stop()
	for {
		select {
		case err := <-gone:
			if err == nil || !strings.Contains(err.Error(), "signal: interrupt") {
				t.Errorf("ended with %v, want signal: interrupt", err)
			}
			return
		case <-insist.C:
			if err := process.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
		case <-t.Context().Done():
			t.Fatal("the program is still there")
		}
	}
}

func Example() {
	p := service.Program{
		Name:     "watch",
		Does:     "Watch the drones.",
		Examples: []string{"watch --drones 5"},
		Grammar: &watch{run: func(_ context.Context, w watch, s service.Streams) error {
			_, err := fmt.Fprintf(s.Out, "watching %d drones\n", w.Drones)
			return err
		}},
	}
	// A program's main is os.Exit(service.Main(p)).
	code := p.Run(context.Background(), []string{"--drones", "5"}, os.Stdout, os.Stderr)
	fmt.Println("exit code", code)
	// Output:
	// watching 5 drones
	// exit code 0
}
