package webhook

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
)

const partitions = 3

// The tests with a broker wait much and work little: all of them fit beside
// each other on one core.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "32"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// A rig is a broker (librdkafka's own mock, whose groups take three seconds to
// form) with the topics, and a registry. Each test has its own.
type rig struct {
	t        *testing.T
	cluster  *kafka.MockCluster
	registry *registry.Client
	alerts   registry.Writer[schemas.Alert]
	producer *kafka.Producer
	log      *syncBuffer
}

func newRig(t *testing.T) *rig {
	t.Helper()
	t.Parallel()
	cluster, err := kafka.NewMockCluster(1)
	must(t, err)
	t.Cleanup(cluster.Close)
	for _, topic := range []string{"alerts", "call-ins"} {
		must(t, cluster.CreateTopic(topic, partitions, 1))
		must(t, cluster.CreateTopic(topic+"-undelivered", 1, 1))
	}
	server := httptest.NewServer(http.HandlerFunc(answerAsRegistry))
	t.Cleanup(server.Close)
	r := &rig{t: t, cluster: cluster, registry: registry.New(server.URL), log: &syncBuffer{}}
	t.Cleanup(func() {
		if strings.Contains(r.log.String(), "started again") {
			t.Errorf("a consumer did not survive:\n%s", r.log)
		}
	})
	r.alerts, err = registry.NewWriter(r.registry, schemas.Alerts())
	must(t, err)
	r.producer, err = kafka.NewProducer(&kafka.ConfigMap{"bootstrap.servers": cluster.BootstrapServers(), "log_level": 0})
	must(t, err)
	t.Cleanup(r.producer.Close)
	return r
}

// answerAsRegistry knows the newest schema of the alerts, as id 1, and that of
// the call-ins, as id 2.
func answerAsRegistry(w http.ResponseWriter, request *http.Request) {
	answer := map[string]any{"subject": schemas.Alerts().Subject(), "version": 1, "id": 1, "schema": schemas.Alerts().Schema()}
	if request.URL.Path == "/schemas/ids/2" || strings.HasSuffix(request.URL.Path, schemas.CallIns().Subject()) {
		answer = map[string]any{"subject": schemas.CallIns().Subject(), "version": 1, "id": 2, "schema": schemas.CallIns().Schema()}
	}
	w.Header().Set("Content-Type", "application/json")
	if request.Method == http.MethodGet && request.URL.Path != "/schemas/ids/1" && request.URL.Path != "/schemas/ids/2" {
		w.WriteHeader(http.StatusNotFound)
		answer = map[string]any{"error_code": 40403, "message": "Schema not found"}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// numbered is the alert that opens incident i, in partition i modulo
// partitions.
func numbered(i int) schemas.Alert {
	a := alert()
	a.CitizenID = fmt.Sprintf("citizen-%06d", i)
	a.RiotID = schemas.RiotID(a.ReportID, a.CitizenID)
	a.AlertID = a.RiotID
	return a
}

// updatedTo is a later riot of incident i.
func updatedTo(severity schemas.Severity, i, riot int) schemas.Alert {
	a := numbered(i)
	a.RiotID = fmt.Sprintf("later-%d/%s", riot, a.CitizenID)
	a.Severity = severity
	return a
}

// send puts the alerts that open incidents from (inclusive) to to (exclusive)
// on the topic.
func (r *rig) send(from, to int) {
	r.t.Helper()
	for i := from; i < to; i++ {
		r.sendAlert(i, numbered(i))
	}
}

func (r *rig) sendAlert(i int, alert schemas.Alert) {
	r.t.Helper()
	value, err := r.alerts.Append(nil, alert)
	must(r.t, err)
	r.sendBytes("alerts", i%partitions, []byte(alert.CitizenID), value)
}

func (r *rig) sendBytes(topic string, partition int, key, value []byte) {
	r.t.Helper()
	delivered := make(chan kafka.Event, 1)
	must(r.t, r.producer.Produce(&kafka.Message{
		TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: int32(partition)},
		Key:            key, Value: value,
		Headers: []kafka.Header{{Key: "trace", Value: []byte("kept")}},
	}, delivered))
	must(r.t, (<-delivered).(*kafka.Message).TopicPartition.Error)
}

func (r *rig) settings(others ...*other) Settings {
	r.t.Helper()
	reader, err := registry.NewReader(r.registry, schemas.Alerts())
	must(r.t, err)
	s := Settings{
		Subject: Alerts(reader), Servers: r.cluster.BootstrapServers(), Group: "alerter", GiveUp: time.Minute, Wait: 20 * time.Second,
		Log: slog.New(slog.NewTextHandler(r.log, nil)),
	}
	for _, o := range others {
		s.Targets = append(s.Targets, target(r.t, o.URL+"/?token=secret"))
	}
	return s
}

func (r *rig) start(s Settings) *Webhooks {
	r.t.Helper()
	w, err := Start(context.Background(), s)
	must(r.t, err)
	return w
}

// undelivered reads the whole topic of what was undelivered of a topic.
func (r *rig) undelivered(topic string) []*kafka.Message {
	r.t.Helper()
	consumer, err := kafka.NewConsumer(&kafka.ConfigMap{
		"bootstrap.servers": r.cluster.BootstrapServers(), "group.id": "test",
		"enable.auto.commit": false, "enable.partition.eof": true, "log_level": 0,
	})
	must(r.t, err)
	defer consumer.Close()
	topic += "-undelivered"
	must(r.t, consumer.Assign([]kafka.TopicPartition{{Topic: &topic, Offset: kafka.OffsetBeginning}}))
	var all []*kafka.Message
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		switch event := consumer.Poll(100).(type) {
		case *kafka.Message:
			all = append(all, event)
		case kafka.PartitionEOF:
			return all
		}
	}
	r.t.Fatalf("topic %s has no end", topic)
	return nil
}

// eventually waits for something that a webhook does meanwhile.
func (r *rig) eventually(what string, is func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatalf("waited in vain until %s; the log:\n%s", what, r.log)
		}
	}
}

// An other is the server behind a webhook. It takes what serve takes, and
// remembers the riot_ids, or call_ids, in the order in which it was asked to
// take them.
type other struct {
	*httptest.Server
	mu    sync.Mutex
	riots []string
}

func takes(http.ResponseWriter, *http.Request, int) {}

// newOther starts one; serve is told how many requests came before.
func newOther(t *testing.T, serve func(w http.ResponseWriter, request *http.Request, before int)) *other {
	t.Helper()
	o := &other{}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		bytes, err := io.ReadAll(request.Body)
		var got struct {
			body
			CallIn schemas.CallIn `json:"call_in"`
		}
		if err != nil || json.Unmarshal(bytes, &got) != nil {
			t.Errorf("the body is %q (%v)", bytes, err)
		}
		o.mu.Lock()
		before := len(o.riots)
		o.riots = append(o.riots, cmp.Or(got.Alert.RiotID, got.CallIn.CallID))
		o.mu.Unlock()
		serve(w, request, before)
	}))
	t.Cleanup(o.Close)
	return o
}

// asked lists the riots, sorted.
func (o *other) asked() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Sorted(slices.Values(o.riots))
}

func (o *other) count() int { return len(o.asked()) }

// openings are the riot_ids of the alerts that open incidents from to to.
func openings(from, to int) []string {
	var ids []string
	for i := from; i < to; i++ {
		ids = append(ids, numbered(i).RiotID)
	}
	return ids
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
