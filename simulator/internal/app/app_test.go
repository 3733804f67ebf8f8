package app

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
	"github.com/peacestate/peacestate/simulator/internal/fakeregistry"
	"github.com/peacestate/peacestate/simulator/internal/pace"
	"github.com/peacestate/peacestate/simulator/internal/world"
)

// A result is what a run of the program leaves.
type result struct {
	code           int
	stdout, stderr string
}

func run(ctx context.Context, args ...string) result {
	var stdout, stderr bytes.Buffer
	code := Program().Run(ctx, args, &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

// servers starts a broker and a registry, and returns the options to use them.
func servers(t *testing.T) (*kafka.MockCluster, []string) {
	t.Helper()
	cluster, err := kafka.NewMockCluster(1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	for _, topic := range []string{schemas.Reports().Topic, schemas.Riots().Topic, schemas.Maintenance().Topic} {
		if err := cluster.CreateTopic(topic, 6, 1); err != nil {
			t.Fatal(err)
		}
	}
	return cluster, []string{"--kafka", cluster.BootstrapServers(), "--registry", fakeregistry.URL(t), "--wait", "20s"}
}

func TestABadOptionIsOneLineThatSaysWhatToDo(t *testing.T) {
	tests := map[string]struct {
		args string
		want []string
	}{
		"no drone":                        {"--drones 0", []string{"--drones", "1 to 1000000", "0"}},
		"a negative number of drones":     {"--drones=-5", []string{"--drones", "-5"}},
		"a negative number after a space": {"--drones -5", []string{"--drones"}},
		"more drones than ids":            {"--drones 1000001", []string{"--drones"}},
		"a number of drones in words":     {"--drones many", []string{"--drones", "many"}},
		"an unknown option":               {"--altitude 3", []string{"--altitude", "--help"}},
		"an argument too many":            {"fly away", []string{"away", "--help"}},
		"an unparsable time":              {"--from yesterday", []string{"--from", "yesterday", "2026-01-05"}},
		"a time before the first flight":  {"--from 2025-12-31 --for 1h", []string{"--from", "2026-01-01"}},
		"a span without a start":          {"--for 1h", []string{"--for needs --from"}},
		"an empty span":                   {"--from 2026-01-05 --for 0s", []string{"--for", "above 0"}},
		"a negative span":                 {"--from 2026-01-05 --for=-1h", []string{"--for", "above 0"}},
		"two paces":                       {"--rate 5/s --waves 5", []string{"--rate", "--waves"}},
		"a speed of one beside a rate":    {"--rate 5/s --speed 1", []string{"--rate", "--speed"}},
		"a rate of nothing":               {"--rate 0/s", []string{"--rate", "above 0"}},
		"a rate that is no number":        {"--rate NaN", []string{"--rate", "above 0"}},
		"a rate above all reason":         {"--rate 1e12/s", []string{"--rate", "1000000000"}},
		"a rate by the minute":            {"--rate 300/min", []string{"--rate", "50000/s"}},
		"no waves":                        {"--waves 0", []string{"--waves", "above 0"}},
		"waves that are no number":        {"--waves NaN", []string{"--waves", "above 0"}},
		"waves without end":               {"--waves Inf", []string{"--waves", "at most"}},
		"a port without a colon":          {"--listen 9100", []string{"--listen", ":9100"}},
		"a port that is none":             {"--listen :99999", []string{"--listen", ":9100"}},
		"a time without a unit":           {"--duration 20", []string{"--duration", "20"}},
		"no time to fly":                  {"--duration 0s", []string{"--duration", "above 0"}},
		"more than a century":             {"--duration 100h --speed 1000000", []string{"century"}},
		"a speed of nothing":              {"--speed 0", []string{"--speed", "above 0"}},
		"a speed that is no number":       {"--speed NaN", []string{"--speed"}},
		"a period below a second":         {"--period 10ms", []string{"period", "10ms"}},
		"a parameter that is none":        {"--parameter life=3h", []string{"--parameter", `"life"`, "describe"}},
		"a parameter that is no time":     {"--parameter life_mean=3", []string{"--parameter", "life_mean cannot be 3", "240h"}},
		"a parameter that is no number":   {"--parameter temp_noise=warm", []string{"temp_noise cannot be warm", "a number"}},
		"half a day of hours":             {"--parameter hour_factors=[1,2]", []string{"hour_factors", "24 numbers"}},
		"a parameter that makes no world": {"--parameter sudden_share=2", []string{"failures without a sign", "0 to 1"}},
		"a period in two ways":            {"--parameter period=1h", []string{"--period"}},
		"several parameters":              {"--parameter life=3h --parameter battery_cycles=1.5", []string{`"life"`, "battery_cycles cannot be 1.5", "whole number"}},
		"no broker":                       {"--kafka=", []string{"--kafka"}},
		"a registry that is no URL":       {"--registry localhost:8081", []string{"--registry", "http://"}},
		"a negative wait":                 {"--wait=-1s", []string{"--wait"}},
		"a negative drain":                {"--drain=-1s", []string{"--drain"}},
		"several at once":                 {"--drones 0 --speed 0 --for 1h", []string{"--drones", "--speed", "--for needs"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := run(t.Context(), strings.Fields(tt.args)...)
			if got.code != service.ExitFailed || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 {
				t.Errorf("exit code %d, stdout %q, stderr %q; want 2, nothing and one line", got.code, got.stdout, got.stderr)
			}
			for _, want := range tt.want {
				if !strings.Contains(got.stderr, want) {
					t.Errorf("stderr %q does not say %q", got.stderr, want)
				}
			}
		})
	}
}

func TestAServerThatIsNotThereIsNamedWithTheCure(t *testing.T) {
	_, here := servers(t)
	tests := map[string]struct{ option, want string }{
		"no broker":   {"--kafka=localhost:1", "make up"},
		"no registry": {"--registry=http://localhost:1", "make up"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := run(t.Context(), append(here, tt.option, "--wait=300ms")...)
			last := got.stderr[strings.LastIndex(strings.TrimSpace(got.stderr), "\n")+1:]
			if got.code != service.ExitFailed || !strings.HasPrefix(last, "simulator: ") || !strings.Contains(last, tt.want) {
				t.Errorf("exit code %d, last line %q", got.code, last)
			}
		})
	}
}

func TestABackfillSendsExactlyWhatFallsInTheWindow(t *testing.T) {
	_, here := servers(t)
	got := run(t.Context(), append(here, "--drones=7", "--seed=5", "--from=2026-01-05", "--for=3h", "--json")...)
	if got.code != service.ExitDone {
		t.Fatalf("exit code %d: %s", got.code, got.stderr)
	}
	var s summary
	if err := json.Unmarshal([]byte(got.stdout), &s); err != nil {
		t.Fatal(err)
	}
	w, err := world.New(5, world.DefaultParameters())
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	var reports, riots int64
	var first, last time.Time
	fleet := w.Fleet(7)
	for due := range fleet.Between(from, from.Add(3*time.Hour)) {
		r := fleet.Report(due)
		reports++
		riots += int64(len(schemas.RiotsIn(r)))
		if first.IsZero() {
			first = r.ReportedAt
		}
		last = r.ReportedAt
	}
	if s.Reports != reports || s.Riots != riots || s.Undelivered != 0 || s.Bytes == 0 ||
		!s.FirstReportedAt.Equal(first) || !s.LastReportedAt.Equal(last) {
		t.Errorf("summary %+v, want %d reports and %d riots from %s to %s", s, reports, riots, first, last)
	}
	if reports != 7*180 {
		t.Errorf("%d reports of 7 drones in 3 hours", reports)
	}
}

func TestALiveFlightKeepsTime(t *testing.T) {
	_, here := servers(t)
	began := time.Now()
	got := run(t.Context(), append(here, "--drones=20", "--speed=60", "--duration=3s")...)
	took := time.Since(began)
	// Three minutes of simulated time: three reports of each drone.
	if got.code != service.ExitDone || !strings.Contains(got.stderr, "60 reports (from ") {
		t.Errorf("exit code %d, stderr %s; want 0 and 60 reports", got.code, got.stderr)
	}
	if took < 3*time.Second {
		t.Errorf("three seconds took %s", took)
	}
}

func TestAPaceIsHeldUntilTheFlightEnds(t *testing.T) {
	_, here := servers(t)
	fly := func(args string) summary {
		t.Helper()
		got := run(t.Context(), append(here, append(strings.Fields(args), "--drones=100", "--json")...)...)
		var s summary
		if err := json.Unmarshal([]byte(got.stdout), &s); err != nil || got.code != service.ExitDone || s.Undelivered != 0 {
			t.Fatalf("%s: exit code %d, %v: %s%s", args, got.code, err, got.stdout, got.stderr)
		}
		return s
	}
	if s := fly("--rate=500/s --duration=3s"); s.Reports != 1500 || s.TookS < 3 ||
		s.Pace.Unit != pace.Reports || s.Pace.Asked != 500 || s.Pace.Kept <= 0 {
		t.Errorf("500 a second for three seconds: %+v, %+v", s, s.Pace)
	}
	if s := fly("--rate=1000/s --from=2026-01-05 --for=10m --duration=1h"); s.Reports != 1000 ||
		s.TookS < 0.999 || s.TookS > 60 {
		t.Errorf("ten minutes of a hundred drones, a thousand a second: %+v", s)
	}
	// The last report may go beyond what was asked for, as far as it is long.
	want := int64(0.1 * 2 * pace.WaveBytes)
	if s := fly("--waves=0.1 --duration=2s"); s.ReportBytes < want || s.ReportBytes > want+5000 ||
		s.TookS < 2 || s.ReportBytes > s.Bytes {
		t.Errorf("a tenth of a wave for two seconds: %+v, want %d bytes", s, want)
	}
	if s := fly("--rate=0.001/s --duration=1s"); s.Reports != 1 || s.TookS < 1 {
		t.Errorf("a report every thousand seconds, for one: %+v", s)
	}
}

// shared is a buffer that may be read while a program writes to it.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

// take is what was written since it was taken last.
func (s *shared) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.b.Reset()
	return s.b.String()
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestMachinesAreToldHowTheFlightIs(t *testing.T) {
	cluster, here := servers(t)
	if err := cluster.SetBrokerDown(-1); err != nil {
		t.Fatal(err)
	}
	var stderr shared
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	code := make(chan int, 1)
	go func() {
		code <- Program().Run(ctx, append(here, "--drones=100", "--rate=200/s", "--listen=:0"), io.Discard, &stderr)
	}()
	get := func(path string) (status int, body string) {
		_, said, _ := strings.Cut(stderr.String(), "serving /metrics")
		answer, err := http.Get(regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(said) + path)
		if err != nil {
			return 0, err.Error()
		}
		defer func() { _ = answer.Body.Close() }()
		content, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Error(err)
		}
		return answer.StatusCode, string(content)
	}
	await := func(path string, wantStatus int, wantBody string) {
		t.Helper()
		var status int
		var body string
		for range 200 {
			if status, body = get(path); status == wantStatus && strings.Contains(body, wantBody) {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		t.Fatalf("%s answers %d %q, want %d %q\n%s", path, status, body, wantStatus, wantBody, stderr.String())
	}
	await("/readyz", 503, "waiting for Kafka and the schema registry\n")
	await("/healthz", 200, "alive")
	if err := cluster.SetBrokerUp(-1); err != nil {
		t.Fatal(err)
	}
	await("/readyz", 200, "ready\n")
	await("/metrics", 200, "peacestate_simulator_target_reports_per_second 200\n")
	time.Sleep(time.Second)
	_, metrics := get("/metrics")
	for _, want := range []string{
		`peacestate_simulator_reports_total [1-9]\d*`, `peacestate_simulator_riots_total \d+`,
		`peacestate_simulator_bytes_total [1-9]`, `peacestate_simulator_unacknowledged \d`,
		`peacestate_simulator_lag_seconds \d`, `peacestate_simulator_simulated_timestamp_seconds [1-9]`,
		`process_cpu_seconds_total`,
	} {
		if !regexp.MustCompile(`(?m)^` + want).MatchString(metrics) {
			t.Errorf("no metric like %s in\n%s", want, metrics)
		}
	}
	interrupt()
	if got := <-code; got != service.ExitInterrupted {
		t.Errorf("exit code %d: %s", got, stderr.String())
	}
	if status, body := get("/healthz"); status != 0 {
		t.Errorf("the port still answers %d %q after the flight", status, body)
	}
}

func TestATakenPortEndsTheFlightBeforeItBegins(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	got := run(t.Context(), "--listen", taken.Addr().String(), "--kafka=localhost:1")
	want := "simulator: cannot listen on " + taken.Addr().String() + ": address already in use; " +
		"name another address with --listen\n"
	if got.code != service.ExitFailed || got.stderr != want {
		t.Errorf("exit code %d, stderr %q, want %q", got.code, got.stderr, want)
	}
}

func TestCtrlCDeliversWhatWasSentAndSaysSo(t *testing.T) {
	_, here := servers(t)
	ctx, interrupt := context.WithCancel(t.Context())
	time.AfterFunc(3*time.Second, interrupt)
	got := run(ctx, append(here, "--drones=100", "--speed=60", "--json")...)
	var s summary
	if err := json.Unmarshal([]byte(got.stdout), &s); err != nil {
		t.Fatal(err)
	}
	if got.code != service.ExitInterrupted || s.Reports == 0 || s.Undelivered != 0 {
		t.Errorf("exit code %d, summary %+v, stderr %s", got.code, s, got.stderr)
	}
}

func TestUndeliveredMessagesAreAFailureThatCountsThem(t *testing.T) {
	cluster, here := servers(t)
	time.AfterFunc(3*time.Second, func() {
		if err := cluster.SetBrokerDown(-1); err != nil {
			t.Error(err)
		}
	})
	got := run(t.Context(), append(here, "--drones=100", "--speed=60", "--duration=5s", "--drain=500ms", "--json")...)
	var s summary
	if err := json.Unmarshal([]byte(got.stdout), &s); err != nil {
		t.Fatalf("%v: %s", err, got.stderr)
	}
	if got.code != service.ExitFailed || s.Undelivered == 0 || s.Reports == 0 ||
		!strings.Contains(got.stderr, "messages were not delivered") {
		t.Errorf("exit code %d, summary %+v, stderr %s", got.code, s, got.stderr)
	}
}

func TestHelpStartsWithExamplesAndListsTheOptions(t *testing.T) {
	got := run(t.Context(), "--help")
	if got.code != service.ExitDone || !strings.HasPrefix(got.stdout, "Examples:\n  go run ./simulator --drones 100") ||
		!strings.Contains(got.stdout, "--waves") {
		t.Errorf("exit code %d, help:\n%s", got.code, got.stdout)
	}
}

func TestTheDefaultsAreTheLocalStack(t *testing.T) {
	got := run(t.Context(), "fly", "--help")
	for _, want := range []string{`--kafka="` + broker.DefaultServers + `"`, `--registry="` + registry.DefaultURL + `"`} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("the help does not have %s:\n%s", want, got.stdout)
		}
	}
}
