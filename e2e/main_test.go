//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/riferrei/srclient"

	"github.com/peacestate/peacestate/schemas"
)

// Every behaviour is a test of its own, which can be run alone:
//
//	go test -tags e2e -run TestAnswersMatchTruth ./e2e
//
// They share one stack, which the first of them starts and TestMain stops, and
// what several need is prepared once (see fixture). Each flies days or citizens
// of its own and looks at what came since it began, so their order does not
// matter. Each has a limit of its own; the run as a whole has none.
func TestMain(m *testing.M) {
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupted
		endPrograms()
		shared.stop()
		os.Exit(130)
	}()
	code := m.Run()
	shared.stop()
	os.Exit(code)
}

// programs is what every program runs under; endPrograms kills them all.
var programs, endPrograms = context.WithCancel(context.Background())

// shared is the stack of all tests.
var shared sharedStack

type sharedStack struct {
	starting fixture[*system]
	mu       sync.Mutex
	began    bool
	parts    []string // that were started; nil when it is all of them
	cluster  bool     // the last test has left a cluster behind Spark Connect
}

// stop stops what was started. It may be called by several, and again.
func (s *sharedStack) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.began {
		return
	}
	s.began = false
	if out, err := tool(context.Background(), "stack/down").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "stack/down: %v\n%s", err, out)
	}
}

// running is the shared stack, for a behaviour that takes no longer than limit
// on a machine like the one that the limits were set on: two cores, of which
// each sorts half a million numbers in sortingTakes. A slower machine has
// proportionally more time. When the time is over, the programs that the
// behaviour has started are killed, which fails it.
func running(t *testing.T, limit time.Duration) *system {
	t.Helper()
	return bounded(t, limit, nil)
}

// runningOnly is a stack of the named parts alone, for a test that is run by
// itself; beside others it is the shared one.
func runningOnly(t *testing.T, limit time.Duration, parts ...string) *system {
	t.Helper()
	return bounded(t, limit, parts)
}

func bounded(t *testing.T, limit time.Duration, parts []string) *system {
	t.Helper()
	s := *shared.starting.get(t, func() *system { return start(t, parts) })
	if shared.parts != nil && parts == nil {
		t.Fatalf("only %s were started, by a test that is to be run by itself", strings.Join(shared.parts, " and "))
	}
	if shared.cluster {
		shared.cluster = false
		s.bound(t, 3*time.Minute)
		s.scale(t, "SPARK_WORKERS=0")
		s.release()
	}
	s.bound(t, limit)
	return &s
}

// start builds the programs and starts a stack with empty data, whole and ready
// for reports, or of the named parts alone.
func start(t *testing.T, parts []string) *system {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	state := filepath.Join(root, ".stack", "e2e")
	s := &system{root: root, state: state, bin: filepath.Join(state, "bin")}
	s.bound(t, 20*time.Minute) // the first time, it downloads all parts
	defer s.release()
	shared.mu.Lock()
	shared.began, shared.parts = true, parts
	shared.mu.Unlock()

	// What a run that was cut short left behind.
	s.do(t, s.tool("stack/down"))
	if err := os.RemoveAll(state); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(s.bin, 0o700); err != nil {
		t.Fatal(err)
	}
	s.do(t, s.tool("dashboard/web/build"))
	build := exec.CommandContext(s.ctx, "go", "build", "-o", s.bin+"/",
		"./setup", "./simulator", "./alerter", "./spark-jobs", "./dashboard", "./bench/riots", "./bench/reports")
	build.Dir = root
	s.do(t, build)
	s.do(t, s.tool("stack/up", parts...))
	printed, err := s.tool("stack/env").Output()
	if err != nil {
		t.Fatalf("stack/env: %v", err)
	}
	s.env = map[string]string{}
	for line := range strings.Lines(string(printed)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		s.env[name] = value
	}
	s.prepare(t, parts == nil)
	return s
}

// prepare makes topics and schemas and, where there is an archive, its tables
// and connectors.
func (s *system) prepare(t *testing.T, archive bool) {
	t.Helper()
	// The registry counts contents and versions apart as soon as two subjects share a schema. Messages carry
	// the content's id; here it differs from the version's, so a converter that took the one for the other fails.
	decoy := srclient.NewSchemaRegistryClient(s.env["SCHEMA_REGISTRY_URL"])
	if _, err := decoy.CreateSchema("decoy-value", schemas.Reports().Versions[0], srclient.Avro); err != nil {
		t.Fatal(err)
	}
	s.run(t, 0, "setup", "topics")
	s.run(t, 0, "setup", "schemas")
	if !archive {
		return
	}
	s.run(t, 0, "spark-jobs", "tables")
	s.post(t)
	s.run(t, 0, "setup", slices.Concat([]string{"connectors"}, connectorFiles(t, s))...)
}

// A fixture is what several tests need and the first of them prepares.
type fixture[T any] struct {
	once  sync.Once
	value T
	ready bool
}

func (f *fixture[T]) get(t *testing.T, prepare func() T) T {
	t.Helper()
	f.once.Do(func() {
		f.value = prepare()
		f.ready = true
	})
	if !f.ready {
		t.Fatal("what it needs could not be prepared: see the first test that failed")
	}
	return f.value
}

// bound ends what the system is told to do when limit, stretched to the speed
// of this machine, is over. What does not end even then ends the whole run.
func (s *system) bound(t *testing.T, limit time.Duration) {
	s.slowness = slowness()
	stretched := s.stretch(limit)
	ctx, cancel := context.WithTimeoutCause(programs, stretched,
		fmt.Errorf("%s took longer than %s (%s, on a machine %.1f times as slow as the limits are for)", t.Name(), stretched, limit, s.slowness))
	backstop := time.AfterFunc(stretched+time.Minute, func() {
		fmt.Fprintf(os.Stderr, "%v, and does not end; goroutines:\n", context.Cause(ctx))
		_ = pprof.Lookup("goroutine").WriteTo(os.Stderr, 2) // it is all that can be done
		endPrograms()
		shared.stop()
		os.Exit(1)
	})
	s.ctx, s.release = ctx, func() { backstop.Stop(); cancel() }
	t.Cleanup(s.release)
}

// stretch is how long something takes here that takes d on a machine like the
// one that the limits were set on.
func (s *system) stretch(d time.Duration) time.Duration {
	return time.Duration(float64(d) * s.slowness).Round(time.Second)
}

// sortingTakes is how long the two cores of the machine on which the limits
// were set take for what slowness does.
const sortingTakes = 60 * time.Millisecond

// slowness is how much longer than that this machine takes now; at least 1.
func slowness() float64 {
	began := time.Now()
	var sorting sync.WaitGroup
	for range 2 {
		sorting.Go(func() {
			numbers := make([]uint32, 500_000)
			for i := range numbers {
				numbers[i] = uint32(i) * 2_654_435_761 // Knuth's multiplicative hash
			}
			slices.Sort(numbers)
		})
	}
	sorting.Wait()
	return max(1, float64(time.Since(began))/float64(sortingTakes))
}
