package app

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
	"github.com/peacestate/peacestate/simulator/internal/fakeregistry"
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
	for _, topic := range []string{schemas.Reports().Topic, schemas.Riots().Topic} {
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
		!strings.Contains(got.stdout, "--speed") {
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
