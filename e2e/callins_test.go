//go:build e2e

package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service/broker"
)

// TestCallInsAreDeliveredOnce sends call-ins, some again and again, while
// an alerter is stopped and started, and looks at what its crew webhook and its
// lines got.
func TestCallInsAreDeliveredOnce(t *testing.T) {
	s := running(t, 3*time.Minute)
	began := time.Now()
	want := map[string]int{}
	crew := &receiver{of: want, posted: map[string]int{}}
	server := httptest.NewServer(crew)
	t.Cleanup(server.Close)
	lines := map[string]int{}
	alerting := func(during func()) {
		t.Helper()
		const address = "127.0.0.1:11102"
		alerter := s.program("alerter", "--listen", address, "--crew-webhook", server.URL)
		out, err := alerter.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := alerter.Start(); err != nil {
			t.Fatal(err)
		}
		printed := make(chan []string)
		go func() { printed <- calledIn(out) }()
		t.Cleanup(func() { end(t, alerter) })
		s.eventually(t, "the alerter is ready", func() bool {
			response, err := http.Get("http://" + address + "/readyz")
			if err != nil {
				return false
			}
			_ = response.Body.Close() // the status has said it all
			return response.StatusCode == http.StatusOK
		})
		t.Logf("ready after %.1f s", time.Since(began).Seconds())
		during()
		end(t, alerter)
		for _, id := range <-printed {
			if want[id] > 0 {
				lines[id]++
			}
		}
	}

	var calls []schemas.CallIn
	for i := range 20 {
		lead := 1 + float64(i)/10
		drone := schemas.DroneID(900_000 + i) // it flies in no other test
		id := schemas.CallInID(drone, time.UnixMilli(1_780_000_000_000+int64(i)))
		calls = append(calls, schemas.CallIn{
			CallID: id, DroneID: drone, CalledAt: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), Probability: 0.9, HorizonDays: 7,
			LeadDays: &lead, Reasons: "vibration up 40% in five days", Part: "bearing", Model: "v1/2026-08-28/3f2a91bc",
		})
		want[id] = 1
	}
	poison := [][]byte{[]byte("no frame"), {0, 0, 0, 0, 1, 0xff, 0xff}}
	sendCalls(t, s, calls[:5]...) // before the crew's webhook is known
	alerting(func() {
		sendCalls(t, s, calls[:15]...)
		s.send(t, schemas.CallIns().Topic, poison...)
		sendCalls(t, s, calls[:15]...)
		s.eventually(t, "15 call-ins are posted", func() bool { return crew.count() == 15 })
		s.eventually(t, "what is none is put aside", func() bool {
			return deadBy(t, s, schemas.CallIns().Undelivered(), "peacestate.undelivered.reason", began) == 2*len(poison) // for the webhook, and for the lines
		})
	})
	sendCalls(t, s, calls...) // while no alerter is there
	alerting(func() {
		sendCalls(t, s, calls...)
		s.eventually(t, "20 call-ins are posted", func() bool { return crew.count() == 20 })
		time.Sleep(2 * time.Second) // for what should not come
	})
	for what, got := range map[string]map[string]int{"posted": crew.all(), "lines": lines} {
		if !maps.Equal(want, got) {
			t.Errorf("%s: %v, want each of %d once", what, got, len(want))
		}
	}
}

// A receiver is the ground crew's side of the webhook. It takes nothing at
// first, and counts the calls of this test alone.
type receiver struct {
	of map[string]int // its calls, by call_id

	mu      sync.Mutex
	refused bool
	posted  map[string]int // by call_id
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var body struct {
		Event  string         `json:"event"`
		CallIn schemas.CallIn `json:"call_in"`
	}
	if err := json.NewDecoder(request.Body).Decode(&body); err != nil || body.Event != "called_in" {
		http.Error(w, fmt.Sprintf("no call-in: %v", err), http.StatusBadRequest)
		return
	}
	if !r.refused {
		r.refused = true
		http.Error(w, "not yet", http.StatusServiceUnavailable)
		return
	}
	if r.of[body.CallIn.CallID] > 0 {
		r.posted[body.CallIn.CallID]++
	}
}

func (r *receiver) all() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.posted)
}

func (r *receiver) count() int { return len(r.all()) }

// calledIn lists the call_ids of an alerter's lines; those of alerts have none.
func calledIn(out io.Reader) (ids []string) {
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		var call schemas.CallIn
		if json.Unmarshal(scanner.Bytes(), &call) == nil && call.CallID != "" {
			ids = append(ids, call.CallID)
		}
	}
	return ids
}

// sendCalls sends call-ins as `spark-jobs maintenance predict --publish` does.
func sendCalls(t *testing.T, s *system, calls ...schemas.CallIn) {
	t.Helper()
	writer, err := registry.NewWriter(registry.New(s.env["SCHEMA_REGISTRY_URL"]), schemas.CallIns())
	if err != nil {
		t.Fatal(err)
	}
	config := broker.Config(s.env["KAFKA_BOOTSTRAP_SERVERS"])
	config["acks"], config["partitioner"] = "all", "murmur2_random"
	producer, err := kafka.NewProducer(&config)
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Close()
	topic := schemas.CallIns().Topic
	delivered := make(chan kafka.Event, len(calls))
	for _, call := range calls {
		value, err := writer.Append(nil, call)
		if err != nil {
			t.Fatal(err)
		}
		message := &kafka.Message{
			TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: kafka.PartitionAny}, Key: []byte(call.DroneID), Value: value,
		}
		if err := producer.Produce(message, delivered); err != nil {
			t.Fatal(err)
		}
	}
	for range calls {
		if event := (<-delivered).(*kafka.Message); event.TopicPartition.Error != nil {
			t.Fatal(event.TopicPartition.Error)
		}
	}
}
