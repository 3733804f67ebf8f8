package app

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/setup/internal/connect"
	"github.com/peacestate/peacestate/setup/internal/topic"
)

func run(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = Program().Run(ctx, args, &out, &errs)
	return code, out.String(), errs.String()
}

// lastLine is the result; what is before it is the log of the waits.
func lastLine(stderr string) string {
	lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
	return lines[len(lines)-1]
}

// file writes a file and names it.
func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func connector(t *testing.T, name string) string {
	t.Helper()
	return file(t, name+".json", fmt.Sprintf(`{"name": %q, "config": {"connector.class": "c", "tasks.max": "2"}}`, name))
}

// No test here has a server: what is wrong must be found before one is asked.
func TestBadOptionsAreOneLineAndExit2(t *testing.T) {
	good, bad := connector(t, "good"), file(t, "bad.json", "{}")
	const wait = "--wait must not be negative, but is -5s"
	tests := map[string]struct {
		args []string
		want []string
	}{
		"no file":                        {[]string{"connectors"}, []string{`expected "<files> ..."`}},
		"a file that is not there":       {[]string{"connectors", good, "nowhere.json"}, []string{"open nowhere.json: no such file"}},
		"a file that is not a connector": {[]string{"connectors", bad, good}, []string{bad + " is not a connector file: it needs a name"}},
		"every bad file is named":        {[]string{"connectors", "nowhere.json", bad}, []string{"open nowhere.json", "; " + bad}},
		"an address without a scheme":    {[]string{"connectors", good, "--connect", "localhost:8083"}, []string{`--connect must be a URL`, `not "localhost:8083"`}},
		"a negative wait for Connect":    {[]string{"connectors", good, "--wait=-5s"}, []string{wait}},
		"a registry that is no URL":      {[]string{"schemas", "--registry", "registry"}, []string{`--registry must be a URL, as in http://localhost:8081/apis/ccompat/v7, not "registry"`}},
		"a negative wait for it":         {[]string{"schemas", "--wait=-5s"}, []string{wait}},
		"no copies of a partition":       {[]string{"topics", "--replication", "0"}, []string{"--replication must be at least 1, or -1 for the brokers' default, not 0"}},
		"several problems":               {[]string{"topics", "--kafka=", "--wait=-5s"}, []string{"--kafka must name a server", "; " + wait}},
		"no command":                     {nil, []string{`expected one of "topics", "schemas", "schema", "connectors"`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := run(t.Context(), tt.args...)
			if code != service.ExitFailed || stdout != "" || strings.Count(stderr, "\n") != 1 {
				t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
			}
			for _, want := range tt.want {
				if !strings.Contains(stderr, want) {
					t.Errorf("%q does not say %q", stderr, want)
				}
			}
		})
	}
}

func TestAServerThatIsDownIsNamedWithItsCure(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close() // nobody listens there any more
	tests := map[string]struct {
		args []string
		want string
	}{
		"Connect":      {[]string{"connectors", connector(t, "a"), "--connect", server.URL}, "Kafka Connect at " + server.URL},
		"the registry": {[]string{"schemas", "--registry", server.URL}, "the schema registry at " + server.URL},
		"Kafka":        {[]string{"topics", "--kafka", "127.0.0.1:1"}, "Kafka at 127.0.0.1:1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := run(t.Context(), append(tt.args, "--wait", "0s")...)
			if code != service.ExitFailed || stdout != "" {
				t.Errorf("exit %d, stdout %q", code, stdout)
			}
			got := lastLine(stderr)
			if !strings.HasPrefix(got, "setup: "+tt.want+" is not ready after 0s: ") || !strings.Contains(got, "; start it with 'make up', or ") {
				t.Errorf("the last line is %q", got)
			}
		})
	}
}

// A fakeWorker answers as a Connect worker does. Each look at a connector's
// status takes the next of its states; the last one stays.
type fakeWorker struct {
	*httptest.Server
	requests []string // method and path, but of health and status
}

const (
	starts = `{"connector": {"state": "RUNNING"}, "tasks": []}`
	runs   = `{"connector": {"state": "RUNNING"}, "tasks": [{"state": "RUNNING"}, {"state": "RUNNING"}]}`
	fails  = `{"connector": {"state": "RUNNING"}, "tasks": [{"state": "RUNNING"}, {"state": "FAILED", "trace": "NoSuchTable: peacestate.a\n\tat"}]}`
)

func newWorker(t *testing.T, states ...string) *fakeWorker {
	t.Helper()
	worker := &fakeWorker{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /connectors/{name}/status", func(w http.ResponseWriter, _ *http.Request) {
		if states[0] == "" {
			http.Error(w, `{"error_code": 404, "message": "No status found"}`, http.StatusNotFound)
		} else {
			fmt.Fprint(w, states[0])
		}
		states = states[min(1, len(states)-1):]
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		worker.requests = append(worker.requests, r.Method+" "+r.URL.Path)
		fmt.Fprint(w, "{}")
	})
	worker.Server = httptest.NewServer(mux)
	t.Cleanup(worker.Close)
	return worker
}

func TestConnectorsArePutAndWaitedFor(t *testing.T) {
	const put, restart = "PUT /connectors/a/config", "POST /connectors/a/restart"
	tests := map[string]struct {
		states   []string // "" is none yet
		requests []string
		code     int
		last     string
	}{
		"one that runs is put all the same": {
			[]string{runs},
			[]string{put},
			service.ExitDone, "a runs with 2 tasks, from a.json",
		},
		"a new one has no status and no tasks at first": {
			[]string{"", "", starts, runs},
			[]string{put},
			service.ExitDone, "a runs with 2 tasks, from a.json",
		},
		"what failed before is started again": {
			[]string{fails, runs},
			[]string{put, restart},
			service.ExitDone, "a runs with 2 tasks, from a.json",
		},
		"what fails again is a failure, with its cause": {
			[]string{fails, fails},
			[]string{put, restart},
			service.ExitFailed, "setup: a failed: NoSuchTable: peacestate.a; mend the cause and run this again",
		},
		"tasks that do not come are given up": {
			[]string{starts},
			[]string{put},
			service.ExitFailed, "setup: not all tasks of a run after 1.2s; see URL/connectors/a/status",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			worker := newWorker(t, tt.states...)
			limit := "10s"
			if tt.code != service.ExitDone {
				limit = "1.2s"
			}
			code, stdout, stderr := run(context.Background(), "connectors", connector(t, "a"), "--connect", worker.URL, "--wait", limit)
			if code != tt.code || stdout != "" {
				t.Errorf("exit %d, stdout %q, want %d and nothing", code, stdout, tt.code)
			}
			if got := strings.ReplaceAll(lastLine(stderr), worker.URL, "URL"); got != tt.last {
				t.Errorf("the last line is %q, want %q", got, tt.last)
			}
			if diff := cmp.Diff(tt.requests, worker.requests); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAllConnectorsArePutBeforeAnyIsWaitedFor(t *testing.T) {
	worker := newWorker(t, runs)
	if code, _, stderr := run(t.Context(), "connectors", connector(t, "a"), connector(t, "b"), "--connect", worker.URL); code != service.ExitDone {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	if want := []string{"PUT /connectors/a/config", "PUT /connectors/b/config"}; !slices.Equal(worker.requests, want) {
		t.Errorf("got %v, want %v", worker.requests, want)
	}
}

func TestCtrlCEndsTheWaitForTasks(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	worker := newWorker(t, "")
	worker.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/status") {
			cancel()
		}
		fmt.Fprint(w, starts)
	})
	code, _, stderr := run(ctx, "connectors", connector(t, "a"), "--connect", worker.URL)
	if code != service.ExitInterrupted || !strings.HasPrefix(lastLine(stderr), "setup: interrupted") {
		t.Errorf("exit %d, stderr %q", code, stderr)
	}
}

// mockKafka is a broker with the given topics. It cannot create any: the
// end-to-end test has a real one for that.
func mockKafka(t *testing.T, topics []topic.Topic) string {
	t.Helper()
	cluster, err := kafka.NewMockCluster(1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	for _, want := range topics {
		if err := cluster.CreateTopic(want.Name, want.Partitions, 1); err != nil {
			t.Fatal(err)
		}
	}
	return cluster.BootstrapServers()
}

func TestTopicsThatAreThereAreLeftAlone(t *testing.T) {
	code, stdout, stderr := run(t.Context(), "topics", "--kafka", mockKafka(t, topic.All()))
	if code != service.ExitDone || stdout != "" || lastLine(stderr) != "all 14 topics are there" {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

func TestATopicWithOtherPartitionsIsARefusal(t *testing.T) {
	topics := topic.All()
	topics[0].Partitions++
	code, _, stderr := run(t.Context(), "topics", "--kafka", mockKafka(t, topics))
	if want := "setup: topic reports has 7 partitions, not 6: "; code != service.ExitFailed || !strings.HasPrefix(lastLine(stderr), want) {
		t.Errorf("exit %d, stderr %q, want %q", code, stderr, want)
	}
}

func TestHelpStartsWithExamples(t *testing.T) {
	code, stdout, stderr := run(t.Context(), "--help")
	if code != service.ExitDone || !strings.HasPrefix(stdout, "Examples:\n  go run ./setup topics\n") {
		t.Errorf("exit %d, stdout %.60q, stderr %q", code, stdout, stderr)
	}
}

func TestACoordinatorBeginsAtTheStartAndThenWhereItWas(t *testing.T) {
	cluster, err := kafka.NewMockCluster(1)
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	if err := cluster.CreateTopic("control", 1, 1); err != nil {
		t.Fatal(err)
	}
	sink := connect.Connector{Name: "sink", Config: map[string]string{"iceberg.control.topic": "control"}}
	other := connect.Connector{Name: "other"}
	place := func() kafka.Offset {
		t.Helper()
		log := slog.New(slog.DiscardHandler)
		if err := placeCoordinators(t.Context(), log, cluster.BootstrapServers(), 10*time.Second, []connect.Connector{other, sink}); err != nil {
			t.Fatal(err)
		}
		return placeOf(t, cluster, "connect-sink-coord", "control", kafka.OffsetInvalid)
	}
	if got := place(); got != 0 {
		t.Errorf("a new coordinator begins at %v, want 0", got)
	}
	placeOf(t, cluster, "connect-sink-coord", "control", 17)
	if got := place(); got != 17 {
		t.Errorf("one that had come to 17 begins at %v", got)
	}
}

// placeOf commits an offset for a group, unless it is invalid, and returns the
// one that is committed.
func placeOf(t *testing.T, cluster *kafka.MockCluster, group, topic string, commit kafka.Offset) kafka.Offset {
	t.Helper()
	consumer, err := kafka.NewConsumer(&kafka.ConfigMap{"bootstrap.servers": cluster.BootstrapServers(), "group.id": group})
	if err != nil {
		t.Fatal(err)
	}
	defer consumer.Close()
	at := []kafka.TopicPartition{{Topic: &topic, Partition: 0, Offset: commit}}
	if commit != kafka.OffsetInvalid {
		if _, err := consumer.CommitOffsets(at); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := consumer.Committed(at, 5000)
	if err != nil {
		t.Fatal(err)
	}
	return committed[0].Offset
}
