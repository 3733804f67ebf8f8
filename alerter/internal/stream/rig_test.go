package stream

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
	"github.com/peacestate/peacestate/alerter/internal/rule"
	"github.com/peacestate/peacestate/alerter/internal/tally"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
)

const partitions = 6

// The tests wait much and work little: all of them fit beside each other on
// one core.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "32"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// A rig is a broker (librdkafka's own mock, which speaks Kafka's protocol,
// groups and idempotence included) with the topics, and a registry. Each test
// has its own. A group of the mock takes three seconds to form, so the tests
// run beside each other.
type rig struct {
	t        *testing.T
	cluster  *kafka.MockCluster
	registry *fakeRegistry
	riots    registry.Writer[schemas.Riot]
	producer *kafka.Producer
	topicID  string
	log      *syncBuffer
}

func newRig(t *testing.T) *rig {
	t.Helper()
	t.Parallel()
	cluster, err := kafka.NewMockCluster(1)
	must(t, err)
	t.Cleanup(cluster.Close)
	for topic, n := range map[string]int{"riots": partitions, "alerts": partitions, "riots-dlq": 1} {
		must(t, cluster.CreateTopic(topic, n, 1))
	}
	r := &rig{t: t, cluster: cluster, registry: newFakeRegistry(t), topicID: "first", log: &syncBuffer{}}
	r.riots, err = registry.NewWriter(r.client(), schemas.Riots())
	must(t, err)
	r.producer, err = kafka.NewProducer(&kafka.ConfigMap{"bootstrap.servers": cluster.BootstrapServers(), "log_level": 0})
	must(t, err)
	t.Cleanup(r.producer.Close)
	return r
}

func (r *rig) client() *registry.Client { return registry.New(r.registry.url) }

// riot number i: its partition is i modulo partitions, its age a minute, and
// its citizen has no other.
func riot(i int) schemas.Riot {
	report := schemas.ReportID(schemas.DroneID(i), 7)
	citizen := fmt.Sprintf("citizen-%06d", i)
	return schemas.Riot{
		RiotID: schemas.RiotID(report, citizen), ReportID: report, DroneID: schemas.DroneID(i),
		DetectedAt: time.Now().Add(-time.Minute).UTC().Truncate(time.Millisecond),
		Lat:        44, Lon: -30, CitizenID: citizen, CitizenName: "Ilse Moreau", Peacescore: 1, Words: []string{"bread"},
	}
}

// send puts riots from (inclusive) to to (exclusive) on the topic.
func (r *rig) send(from, to int) {
	r.t.Helper()
	for i := from; i < to; i++ {
		r.sendRiot(int32(i%partitions), riot(i))
	}
}

func (r *rig) sendRiot(partition int32, riot schemas.Riot) {
	r.t.Helper()
	value, err := r.riots.Append(nil, riot)
	must(r.t, err)
	r.sendBytes(partition, []byte(riot.CitizenID), value)
}

func (r *rig) sendBytes(partition int32, key, value []byte) {
	r.t.Helper()
	r.sendTo("riots", partition, key, value)
}

func (r *rig) sendTo(topic string, partition int32, key, value []byte) {
	r.t.Helper()
	delivered := make(chan kafka.Event, 1)
	must(r.t, r.producer.Produce(&kafka.Message{
		TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: partition},
		Key:            key, Value: value,
		Headers: []kafka.Header{{Key: "trace", Value: []byte("kept")}},
	}, delivered))
	must(r.t, (<-delivered).(*kafka.Message).TopicPartition.Error)
}

// settings are those of an alerter that ends when all is done.
func (r *rig) settings(group string) Settings {
	r.t.Helper()
	reader, err := registry.NewReader(r.client(), schemas.Riots())
	must(r.t, err)
	writer, err := registry.NewWriter(r.client(), schemas.Alerts())
	must(r.t, err)
	alerts, err := registry.NewReader(r.client(), schemas.Alerts())
	must(r.t, err)
	return Settings{
		Servers: r.cluster.BootstrapServers(), Group: group,
		Rule:     rule.Settings{MaxAge: 15 * time.Minute, Cooldown: 10 * time.Minute, Nearby: 1000},
		Remember: 1000,
		IdleExit: 500 * time.Millisecond,
		RiotsID:  func(context.Context) (string, error) { return r.topicID, nil },
		Reader:   reader, Alerts: alerts, Writer: writer, Format: deliver.JSON, Out: io.Discard,
		Log: slog.New(slog.NewTextHandler(r.log, nil)), Observer: tally.New(),
	}
}

// run runs an alerter to its end, which must be a good one.
func (r *rig) run(s Settings) tally.Summary {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	if err := Run(ctx, s); err != nil {
		r.t.Fatalf("run: %v; its log:\n%s", err, r.log)
	}
	return s.Observer.(*tally.Tally).Summary()
}

// messages reads a whole topic, partition by partition in order.
func (r *rig) messages(topic string, partitions int) []*kafka.Message {
	r.t.Helper()
	consumer, err := kafka.NewConsumer(&kafka.ConfigMap{
		"bootstrap.servers": r.cluster.BootstrapServers(), "group.id": "test",
		"enable.auto.commit": false, "enable.partition.eof": true, "log_level": 0,
	})
	must(r.t, err)
	defer consumer.Close()
	var all []*kafka.Message
	for p := range partitions {
		must(r.t, consumer.Assign([]kafka.TopicPartition{{Topic: &topic, Partition: int32(p), Offset: kafka.OffsetBeginning}}))
		deadline := time.Now().Add(20 * time.Second)
	partition:
		for {
			if time.Now().After(deadline) {
				r.t.Fatalf("topic %s partition %d has no end", topic, p)
			}
			switch event := consumer.Poll(100).(type) {
			case *kafka.Message:
				all = append(all, event)
			case kafka.PartitionEOF:
				break partition
			}
		}
	}
	return all
}

// committed is what the group has committed, by partition.
func (r *rig) committed(group string) []kafka.Offset {
	r.t.Helper()
	consumer, err := kafka.NewConsumer(&kafka.ConfigMap{"bootstrap.servers": r.cluster.BootstrapServers(), "group.id": group, "log_level": 0})
	must(r.t, err)
	defer consumer.Close()
	topic := "riots"
	var ask []kafka.TopicPartition
	for p := range partitions {
		ask = append(ask, kafka.TopicPartition{Topic: &topic, Partition: int32(p)})
	}
	answer, err := consumer.Committed(ask, 5000)
	must(r.t, err)
	offsets := make([]kafka.Offset, partitions)
	for _, p := range answer {
		offsets[p.Partition] = p.Offset
	}
	return offsets
}

// alerts reads topic alerts, partition by partition in order.
func (r *rig) alerts() []schemas.Alert {
	r.t.Helper()
	reader, err := registry.NewReader(r.client(), schemas.Alerts())
	must(r.t, err)
	var all []schemas.Alert
	for _, message := range r.messages("alerts", partitions) {
		alert, err := reader.Read(message.Value)
		must(r.t, err)
		all = append(all, alert)
	}
	return all
}

// wantAlerts checks that the topic holds exactly one alert for each of the
// riots 0 to n (exclusive), in the partition and the order of the riots.
func (r *rig) wantAlerts(n int) {
	r.t.Helper()
	reader, err := registry.NewReader(r.client(), schemas.Alerts())
	must(r.t, err)
	var got []string
	for _, message := range r.messages("alerts", partitions) {
		alert, err := reader.Read(message.Value)
		must(r.t, err)
		source, err := deliver.SourceOf(message.Headers)
		must(r.t, err)
		if string(message.Key) != alert.CitizenID {
			r.t.Errorf("alert %s has the key %q", alert.AlertID, message.Key)
		}
		if source.Partition != message.TopicPartition.Partition || source.TopicID != r.topicID {
			r.t.Errorf("alert %s in partition %d names the source %+v", alert.AlertID, message.TopicPartition.Partition, source)
		}
		got = append(got, fmt.Sprintf("%d %s", message.TopicPartition.Partition, alert.AlertID))
	}
	var want []string
	for p := range partitions {
		for i := p; i < n; i += partitions {
			want = append(want, fmt.Sprintf("%d %s", p, riot(i).RiotID))
		}
	}
	if len(got) != len(want) {
		r.t.Errorf("%d alerts for %d riots", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			r.t.Fatalf("alert %d is %s, want %s; the log:\n%s", i, got[i], want[i], r.log)
		}
	}
}

// A fakeRegistry answers the two questions that readers and writers ask, with
// the riots' schema as id 1 and the alerts' as id 2.
type fakeRegistry struct {
	url  string
	down atomic.Bool
}

func newFakeRegistry(t *testing.T) *fakeRegistry {
	t.Helper()
	f := &fakeRegistry{}
	known := []string{1: schemas.Riots().Schema(), 2: schemas.Alerts().Schema()}
	ids := map[string]int{schemas.Riots().Subject(): 1, schemas.Alerts().Subject(): 2}
	answer := func(w http.ResponseWriter, status int, body map[string]any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(body); err != nil {
			t.Errorf("fake registry: %v", err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /schemas/ids/{id}", func(w http.ResponseWriter, request *http.Request) {
		id, err := strconv.Atoi(request.PathValue("id"))
		switch {
		case f.down.Load():
			answer(w, http.StatusInternalServerError, map[string]any{"error_code": 50001, "message": "storage is down"})
		case err != nil || id < 1 || id >= len(known):
			answer(w, http.StatusNotFound, map[string]any{"error_code": 40403, "message": "Schema not found"})
		default:
			answer(w, http.StatusOK, map[string]any{"schema": known[id]})
		}
	})
	mux.HandleFunc("POST /subjects/{subject}", func(w http.ResponseWriter, request *http.Request) {
		id, ok := ids[request.PathValue("subject")]
		if !ok {
			answer(w, http.StatusNotFound, map[string]any{"error_code": 40401, "message": "Subject not found"})
			return
		}
		answer(w, http.StatusOK, map[string]any{"subject": request.PathValue("subject"), "version": 1, "id": id, "schema": known[id]})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

// A syncBuffer may be written and read at the same time.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// eventually waits for something that an alerter does meanwhile.
func (r *rig) eventually(what string, is func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(90 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatalf("waited in vain until %s; the log:\n%s", what, r.log)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
