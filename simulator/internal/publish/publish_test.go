package publish

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/schemas/wire"
	"github.com/peacestate/peacestate/simulator/internal/fakeregistry"
)

const partitions = 6

// start opens a publisher on a cluster of its own.
func start(t *testing.T) (*Publisher, *kafka.MockCluster, *bytes.Buffer) {
	t.Helper()
	cluster, err := kafka.NewMockCluster(1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	for _, topic := range []string{"reports", "riots", "maintenance"} {
		if err := cluster.CreateTopic(topic, partitions, 1); err != nil {
			t.Fatal(err)
		}
	}
	writers, err := NewWriters(registry.New(fakeregistry.URL(t)))
	if err != nil {
		t.Fatal(err)
	}
	log := new(bytes.Buffer) // read after Close only
	publisher, err := Open(cluster.BootstrapServers(), writers, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return publisher, cluster, log
}

// reports makes some, of which every tenth holds two riots.
func messages(reports iter.Seq[schemas.Report]) iter.Seq[Message] {
	return func(yield func(Message) bool) {
		for r := range reports {
			if !yield(Message{Report: r}) {
				return
			}
		}
	}
}

func reports(n int) iter.Seq[schemas.Report] {
	return func(yield func(schemas.Report) bool) {
		for i := range n {
			drone := schemas.DroneID(i % 5)
			r := schemas.Report{
				ReportID:   schemas.ReportID(drone, int64(i/5)),
				DroneID:    drone,
				Seq:        int64(i / 5),
				ReportedAt: time.UnixMilli(1_767_225_600_000 + int64(i)).UTC(),
				Lat:        44, Lon: -28,
				Words: []string{"tea", "bread"},
			}
			for c := range 4 {
				citizen := schemas.Citizen{CitizenID: fmt.Sprintf("citizen-%06d", i%7+c), Name: "Mira Nansen", Peacescore: 80}
				if i%10 == 0 && c < 2 {
					citizen.Peacescore = 3.5
				}
				r.Citizens = append(r.Citizens, citizen)
			}
			if !yield(r) {
				return
			}
		}
	}
}

// consume reads n messages of a topic from its beginning.
func consume(t *testing.T, cluster *kafka.MockCluster, topic string, n int) []*kafka.Message {
	t.Helper()
	consumer, err := kafka.NewConsumer(&kafka.ConfigMap{
		"bootstrap.servers": cluster.BootstrapServers(), "group.id": t.Name(), "auto.offset.reset": "earliest",
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := consumer.Close(); err != nil {
			t.Error(err)
		}
	}()
	var all []kafka.TopicPartition
	for p := range int32(partitions) {
		all = append(all, kafka.TopicPartition{Topic: &topic, Partition: p, Offset: kafka.OffsetBeginning})
	}
	if err := consumer.Assign(all); err != nil {
		t.Fatal(err)
	}
	var messages []*kafka.Message
	for len(messages) < n {
		message, err := consumer.ReadMessage(20 * time.Second)
		if err != nil {
			t.Fatalf("after %d of %d messages of %s: %v", len(messages), n, topic, err)
		}
		messages = append(messages, message)
	}
	if extra, err := consumer.ReadMessage(300 * time.Millisecond); err == nil {
		t.Fatalf("more than %d messages of %s: %s", n, topic, extra)
	}
	return messages
}

func read[T any](t *testing.T, contract schemas.Contract[T], message *kafka.Message, wantID uint32) T {
	t.Helper()
	codec, err := contract.Codec(contract.Schema())
	if err != nil {
		t.Fatal(err)
	}
	id, payload, err := wire.Split(message.Value)
	if err != nil || id != wantID {
		t.Fatalf("schema id %d (%v), want %d", id, err, wantID)
	}
	v, err := codec.Decode(payload)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestMaintenanceIsSentKeyedByDroneAndCounted(t *testing.T) {
	publisher, cluster, _ := start(t)
	at := time.UnixMilli(1_767_225_600_000).UTC()
	var want []schemas.MaintenanceEvent
	for i := range 20 {
		drone := schemas.DroneID(i % 5)
		want = append(want, schemas.MaintenanceEvent{
			EventID: schemas.EventID(drone, schemas.FailureEvent, int64(i)), DroneID: drone, Kind: schemas.FailureEvent,
			HappenedAt: at.Add(time.Duration(i) * time.Hour), Part: "motor", Lat: 44, Lon: -28,
		})
	}
	err := publisher.Publish(t.Context(), func(yield func(Message) bool) {
		for _, event := range want {
			if !yield(Message{Maintenance: &event}) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	tally, err := publisher.Close(t.Context())
	if err != nil || tally.Maintenance != 20 || tally.Reports != 0 || tally.Undelivered != 0 || tally.Bytes == 0 || tally.ReportBytes != 0 {
		t.Errorf("%+v, %v", tally, err)
	}
	for _, message := range consume(t, cluster, "maintenance", len(want)) {
		event := read(t, schemas.Maintenance(), message, fakeregistry.CrewID)
		if string(message.Key) != event.DroneID || !slices.Contains(want, event) {
			t.Errorf("key %s, event %+v", message.Key, event)
		}
	}
}

func TestEveryReportArrivesOnceAndInOrderKeyedByItsDrone(t *testing.T) {
	publisher, cluster, _ := start(t)
	if err := publisher.Publish(t.Context(), messages(reports(1000))); err != nil {
		t.Fatal(err)
	}
	tally, err := publisher.Close(t.Context())
	if err != nil || tally.Reports != 1000 || tally.Riots != 200 || tally.Undelivered != 0 {
		t.Fatalf("tally %+v, error %v", tally, err)
	}
	var size, riotSize int64
	lastSeq, partitionOf := map[string]int64{}, map[string]int32{}
	for _, message := range consume(t, cluster, "reports", 1000) {
		r := read(t, schemas.Reports(), message, fakeregistry.ReportID)
		if string(message.Key) != r.DroneID {
			t.Errorf("key %s of a report of %s", message.Key, r.DroneID)
		}
		if last, met := lastSeq[r.DroneID]; met && r.Seq != last+1 {
			t.Errorf("%s: report %d after %d", r.DroneID, r.Seq, last)
		}
		if p, met := partitionOf[r.DroneID]; met && p != message.TopicPartition.Partition {
			t.Errorf("%s is in partitions %d and %d", r.DroneID, p, message.TopicPartition.Partition)
		}
		lastSeq[r.DroneID], partitionOf[r.DroneID] = r.Seq, message.TopicPartition.Partition
		size += int64(len(message.Value))
	}
	for _, message := range consume(t, cluster, "riots", 200) {
		riotSize += int64(len(message.Value))
	}
	if size != tally.ReportBytes || size+riotSize != tally.Bytes {
		t.Errorf("%d bytes of reports and %d of riots arrived, the tally says %+v", size, riotSize, tally)
	}
}

func TestAReportIsSentInItsSchemaAndWithItsDamage(t *testing.T) {
	report := schemas.Report{
		ReportID: "drone-000001/0000000001", DroneID: "drone-000001", Seq: 1,
		Citizens: []schemas.Citizen{{CitizenID: "citizen-000001", Peacescore: 3}}, Technical: &schemas.Technical{BatteryPct: 50},
	}
	framed := func(id uint32, contract schemas.Contract[schemas.Report]) []byte {
		codec, err := contract.Codec(contract.Schema())
		if err != nil {
			t.Fatal(err)
		}
		value, err := codec.Append(wire.AppendHeader(nil, id), report)
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	newest := framed(fakeregistry.ReportID, schemas.Reports())
	oldest := framed(fakeregistry.OldReportID, schemas.Reports().Version(1))
	half := func(b []byte) []byte { return b[:len(b)/2] }
	tests := []struct {
		name    string
		message Message
		want    []byte
	}{
		{"in the newest schema", Message{}, newest},
		{"in the old schema", Message{OldSchema: true}, oldest},
		{"with a byte changed", Message{Damage: func(b []byte) []byte { b[0] = 9; return b }}, append([]byte{9}, newest[1:]...)},
		{"cut in half", Message{Damage: half}, half(newest)},
		{"old, and cut in half", Message{OldSchema: true, Damage: half}, half(oldest)},
		{"as something longer", Message{Damage: func([]byte) []byte { return bytes.Repeat(newest, 40) }}, bytes.Repeat(newest, 40)},
		{"as nothing", Message{Damage: func([]byte) []byte { return nil }}, nil},
		{"whole again", Message{}, newest},
	}
	publisher, cluster, _ := start(t)
	err := publisher.Publish(t.Context(), func(yield func(Message) bool) {
		for _, tt := range tests {
			tt.message.Report = report
			if !yield(tt.message) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := publisher.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	// One drone, hence one partition: they arrive in the order of the table.
	for i, message := range consume(t, cluster, "reports", len(tests)) {
		if !bytes.Equal(message.Value, tests[i].want) {
			t.Errorf("%s:\n got %x\nwant %x", tests[i].name, message.Value, tests[i].want)
		}
	}
	for _, message := range consume(t, cluster, "riots", len(tests)) {
		if riot := read(t, schemas.Riots(), message, fakeregistry.RiotID); riot.ReportID != report.ReportID {
			t.Errorf("riot %+v", riot)
		}
	}
}

func TestRiotsAreThoseInTheReportsKeyedByTheirCitizen(t *testing.T) {
	publisher, cluster, _ := start(t)
	if err := publisher.Publish(t.Context(), messages(reports(100))); err != nil {
		t.Fatal(err)
	}
	if _, err := publisher.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var want []string
	for r := range reports(100) {
		for _, riot := range schemas.RiotsIn(r) {
			want = append(want, riot.RiotID)
		}
	}
	var got []string
	for _, message := range consume(t, cluster, "riots", len(want)) {
		riot := read(t, schemas.Riots(), message, fakeregistry.RiotID)
		if string(message.Key) != riot.CitizenID {
			t.Errorf("key %s of a riot of %s", message.Key, riot.CitizenID)
		}
		got = append(got, riot.RiotID)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("riots %v, want %v", got, want)
	}
}

// A Java program that sends for the same key chooses the same partition. The
// numbers are what kafka-clients 4.3.1 computes:
// Utils.toPositive(Utils.murmur2(key)) % 6.
func TestPartitionsAreThoseOfJavaClients(t *testing.T) {
	publisher, cluster, _ := start(t)
	if err := publisher.Publish(t.Context(), messages(reports(5))); err != nil {
		t.Fatal(err)
	}
	if _, err := publisher.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := map[string]int32{"drone-000000": 5, "drone-000001": 1, "drone-000002": 3, "drone-000003": 1, "drone-000004": 4}
	for _, message := range consume(t, cluster, "reports", 5) {
		if key := string(message.Key); message.TopicPartition.Partition != want[key] {
			t.Errorf("%s is in partition %d, want %d", key, message.TopicPartition.Partition, want[key])
		}
	}
}

func TestABrokerThatIsAwayForAWhileLosesNothing(t *testing.T) {
	publisher, cluster, log := start(t)
	away := func(yield func(schemas.Report) bool) {
		i := 0
		for r := range reports(2000) {
			if i++; i == 500 {
				if err := cluster.SetBrokerDown(-1); err != nil {
					t.Error(err)
				}
				time.AfterFunc(3*time.Second, func() {
					if err := cluster.SetBrokerUp(-1); err != nil {
						t.Error(err)
					}
				})
			}
			if !yield(r) {
				return
			}
		}
	}
	if err := publisher.Publish(t.Context(), messages(away)); err != nil {
		t.Fatal(err)
	}
	tally, err := publisher.Close(t.Context())
	if err != nil || tally.Reports != 2000 || tally.Riots != 400 || tally.Undelivered != 0 {
		t.Fatalf("tally %+v, error %v", tally, err)
	}
	if said := log.String(); !strings.Contains(said, "Kafka does not answer") || !strings.Contains(said, "Kafka is back") {
		t.Errorf("the log does not tell of the outage: %s", said)
	}
	met := map[string]bool{}
	for _, message := range consume(t, cluster, "reports", 2000) {
		r := read(t, schemas.Reports(), message, fakeregistry.ReportID)
		if met[r.ReportID] {
			t.Errorf("%s arrived twice", r.ReportID)
		}
		met[r.ReportID] = true
	}
}

func TestWhatIsNotDeliveredWhenPatienceEndsIsCounted(t *testing.T) {
	publisher, cluster, _ := start(t)
	if err := cluster.SetBrokerDown(-1); err != nil {
		t.Fatal(err)
	}
	if err := publisher.Publish(t.Context(), messages(reports(30))); err != nil {
		t.Fatal(err)
	}
	patience, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	tally, err := publisher.Close(patience)
	if tally.Undelivered != 36 || tally.Reports != 0 || tally.Riots != 0 {
		t.Errorf("tally %+v, want 36 undelivered", tally)
	}
	if err == nil || !strings.Contains(err.Error(), "36 messages were not delivered") {
		t.Errorf("error %v, want one that names 36 messages", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("Close took %s with 300 ms of patience", took)
	}
}

func TestDeliveriesAreCountedWhileItFlies(t *testing.T) {
	publisher, _, _ := start(t)
	if err := publisher.Publish(t.Context(), messages(reports(1000))); err != nil {
		t.Fatal(err)
	}
	var last Tally
	for deadline := time.Now().Add(20 * time.Second); last.Reports < 1000 || last.Riots < 200; time.Sleep(time.Millisecond) {
		tally := publisher.Tally()
		if tally.Reports < last.Reports || tally.Reports > 1000 || tally.Reports+tally.Riots+tally.Undelivered != 1200 {
			t.Fatalf("tally %+v after %+v", tally, last)
		}
		if last = tally; time.Now().After(deadline) {
			t.Fatalf("after 20 s the tally is %+v", last)
		}
	}
	if tally, err := publisher.Close(t.Context()); err != nil || tally != last {
		t.Errorf("closed with %+v (%v), before it was %+v", tally, err, last)
	}
}

func TestWhatIsRefusedForGoodIsCountedWithTheReason(t *testing.T) {
	publisher, cluster, _ := start(t)
	if err := publisher.Publish(t.Context(), messages(reports(50))); err != nil {
		t.Fatal(err)
	}
	for publisher.Tally().Undelivered > 0 {
		time.Sleep(time.Millisecond)
	}
	if err := cluster.SetBrokerDown(-1); err != nil {
		t.Fatal(err)
	}
	if err := publisher.Publish(t.Context(), messages(reports(50))); err != nil {
		t.Fatal(err)
	}
	// No broker of the client's tests can be told to refuse a message; a purge takes the same way.
	if err := publisher.reports.producer.Purge(kafka.PurgeQueue | kafka.PurgeInFlight); err != nil {
		t.Fatal(err)
	}
	if err := cluster.SetBrokerUp(-1); err != nil {
		t.Fatal(err)
	}
	tally, err := publisher.Close(t.Context())
	if tally.Reports != 50 || tally.Riots != 20 || tally.Undelivered != 50 {
		t.Errorf("tally %+v, want 50 reports and 20 riots delivered, 50 not", tally)
	}
	if err == nil || !strings.Contains(err.Error(), "50 messages were not delivered: topic reports: ") || !strings.Contains(err.Error(), "Purged") {
		t.Errorf("error %v, want one that names 50 messages and the reason", err)
	}
}

// A full queue is the normal state of a backfill.
func TestAFullQueueMakesTheCallerWait(t *testing.T) {
	publisher, cluster, _ := start(t)
	if err := cluster.SetBrokerDown(-1); err != nil {
		t.Fatal(err)
	}
	patience, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	sent := 0
	endless := func(yield func(schemas.Report) bool) {
		for {
			for r := range reports(10_000) {
				r.Citizens = r.Citizens[2:] // no riots: they have a queue of their own
				if !yield(r) {
					return
				}
				sent++
			}
		}
	}
	err := publisher.Publish(patience, messages(endless))
	if err == nil || patience.Err() == nil {
		t.Fatalf("Publish ended with %v before its patience did", err)
	}
	tally, err := publisher.Close(patience)
	// One more than went through is the one that found no room.
	if err == nil || tally.Undelivered != int64(sent)+1 || sent == 0 {
		t.Errorf("%d sent, tally %+v, error %v", sent, tally, err)
	}
}

func TestWithoutItsSchemasThereIsNoPublisher(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	if _, err := NewWriters(registry.New(server.URL)); err == nil {
		t.Error("NewWriters found schemas in an empty registry")
	}
}
