//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service/broker"
)

// backstage serves what the specs in dashboard/web/e2e ask for: each call
// answers when it is done. What fails the test also breaks the call off.
func backstage(t *testing.T, s *system, r *room) *url.URL {
	t.Helper()
	mux := http.NewServeMux()
	do := func(path string, call func(body []byte) any) {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, request *http.Request) {
			body, err := io.ReadAll(request.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			if err := json.NewEncoder(w).Encode(call(body)); err != nil {
				t.Error(err)
			}
		})
	}
	// Riots of citizens of their own; the answer has when each was sent, in ms, by the id of its alert.
	do("/riots", func(body []byte) any {
		sent := map[string]int64{}
		for id, at := range parse[riots](t, body).send(t, s) {
			sent[id] = at.UnixMilli()
		}
		return sent
	})
	// A flight at so many waves; the answer has Kafka's timestamp of every riot since it began, in ms, by its id.
	do("/flight", func(body []byte) any {
		flight := parse[struct {
			Waves   float64
			Seconds int
			From    string
		}](t, body)
		began := time.Now()
		s.run(t, 0, "simulator", "--drones", "1000", "--from", flight.From, "--waves", strconv.FormatFloat(flight.Waves, 'g', -1, 64),
			"--duration", fmt.Sprintf("%ds", flight.Seconds))
		return riotsSentAt(t, s, began)
	})
	do("/line/cut", func([]byte) any { return r.line.set(true) })
	do("/line/mend", func([]byte) any { return r.line.set(false) })
	do("/dashboard/kill", func([]byte) any { r.a.kill(t); return true })
	do("/dashboard/start", func([]byte) any { r.a.again(t); return true })
	do("/connect/stop", func([]byte) any { return s.part(t, "stop", "connect") })
	do("/connect/start", func([]byte) any { return s.part(t, "start", "connect") })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// riotersOfTests begins the ids of the citizens that tests make riot.
const riotersOfTests = "citizen-of-a-test-"

var rioters int // so far, of all tests

// send sends the riots and waits until Kafka has them. The answer has when each
// was sent, by its id, which is its alert's.
func (r riots) send(t *testing.T, s *system) map[string]time.Time {
	t.Helper()
	config := broker.Config(s.env["KAFKA_BOOTSTRAP_SERVERS"])
	config["acks"], config["linger.ms"], config["partitioner"] = "all", 0, "murmur2_random"
	producer, err := kafka.NewProducer(&config)
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Close()
	writer, err := registry.NewWriter(registry.New(s.env["SCHEMA_REGISTRY_URL"]), schemas.Riots())
	if err != nil {
		t.Fatal(err)
	}
	topic, delivered := schemas.Riots().Topic, make(chan kafka.Event, max(1, r.Count))
	sent := map[string]time.Time{}
	began := time.Now()
	for i := range max(1, r.Count) {
		if r.PerSecond > 0 {
			time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / time.Duration(r.PerSecond))))
		}
		rioters++
		riot := r.nth(rioters)
		value, err := writer.Append(nil, riot)
		if err != nil {
			t.Fatal(err)
		}
		sent[riot.RiotID] = time.Now()
		message := kafka.Message{
			TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: kafka.PartitionAny}, Key: []byte(riot.CitizenID), Value: value,
		}
		if err := producer.Produce(&message, delivered); err != nil {
			t.Fatal(err)
		}
	}
	for range max(1, r.Count) {
		if event := (<-delivered).(*kafka.Message); event.TopicPartition.Error != nil {
			t.Fatal(event.TopicPartition.Error)
		}
	}
	return sent
}

func (r riots) nth(i int) schemas.Riot {
	drone := schemas.DroneID(999_000 + i%1000)
	report, citizen := schemas.ReportID(drone, int64(i)), fmt.Sprintf("%s%d", riotersOfTests, i)
	riot := schemas.Riot{
		RiotID: schemas.RiotID(report, citizen), ReportID: report, DroneID: drone, DetectedAt: time.Now().UTC().Truncate(time.Millisecond),
		Lat: r.Lat, Lon: r.Lon, CitizenID: citizen, CitizenName: r.name(i), Peacescore: r.Peacescore, Words: r.Words, Rioters: 1,
	}
	if riot.Lat == 0 {
		riot.Lat, riot.Lon = 44.03, -28.05
	}
	if riot.Words == nil {
		riot.Words = []string{"bread", "now"}
	}
	return riot
}

// riotsSentAt is Kafka's timestamp of every riot since a time, in ms, by its id.
func riotsSentAt(t *testing.T, s *system, since time.Time) map[string]int64 {
	t.Helper()
	reader, err := registry.NewReader(registry.New(s.env["SCHEMA_REGISTRY_URL"]), schemas.Riots())
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int64{}
	for _, message := range s.read(t, schemas.Riots().Topic, since) {
		riot, err := reader.Read(message.Value)
		if err != nil {
			t.Fatal(err)
		}
		at[riot.RiotID] = message.Timestamp.UnixMilli()
	}
	return at
}

// A line is the way of TCP connections to a server. It can be cut.
type line struct {
	listener net.Listener
	to       string

	mu   sync.Mutex
	cut  bool
	open map[net.Conn]bool
}

// lay lays a line to an address; the clean-up takes it away.
func lay(t *testing.T, to string) *line {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{listener: listener, to: to, open: map[net.Conn]bool{}}
	t.Cleanup(func() { _ = listener.Close(); l.set(true) })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return // it was taken away
			}
			go l.connect(near)
		}
	}()
	return l
}

func (l *line) url() string { return "http://" + l.listener.Addr().String() }

// set cuts the line with all that goes over it, or mends it.
func (l *line) set(cut bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = cut
	if cut {
		for connection := range l.open {
			_ = connection.Close() // it is cut
		}
	}
	return cut
}

func (l *line) connect(near net.Conn) {
	defer func() { _ = near.Close() }() // either side may have
	far, err := net.Dial("tcp", l.to)
	if err != nil {
		return
	}
	defer func() { _ = far.Close() }() // either side may have
	l.mu.Lock()
	if l.cut {
		l.mu.Unlock()
		return
	}
	l.open[near], l.open[far] = true, true
	l.mu.Unlock()
	done := make(chan bool, 2)
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		go func() {
			_, _ = io.Copy(way[0], way[1]) // it ends when either side does
			done <- true
		}()
	}
	<-done
	l.mu.Lock()
	delete(l.open, near)
	delete(l.open, far)
	l.mu.Unlock()
}
