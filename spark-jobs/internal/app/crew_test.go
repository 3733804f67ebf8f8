package app

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service/broker"
)

func TestTheCrewIsCalledByDrone(t *testing.T) {
	cluster, err := kafka.NewMockCluster(1)
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	name, servers := schemas.CallIns().Topic, cluster.BootstrapServers()
	url := registryOfCallIns(t)
	log := slog.New(slog.DiscardHandler)
	if _, err := openCrew(t.Context(), log, servers, url); err == nil || !strings.Contains(err.Error(), "topic call-ins: it does not exist: create") {
		t.Errorf("without the topic the error is %v", err)
	}
	if err := cluster.CreateTopic(name, 1, 1); err != nil {
		t.Fatal(err)
	}
	crew, err := openCrew(t.Context(), log, servers, url)
	if err != nil {
		t.Fatal(err)
	}
	defer crew.close()
	lead := 2.5
	want := []schemas.CallIn{
		{CallID: "a", DroneID: "drone-000001", CalledAt: time.Unix(0, 0).UTC(), Probability: 0.5, HorizonDays: 7, LeadDays: &lead},
		{CallID: "b", DroneID: "drone-000002", CalledAt: time.Unix(0, 0).UTC(), Probability: 0.25, HorizonDays: 7, Part: "motor"},
	}
	if err := crew.call(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	impossible := schemas.CallIn{DroneID: "drone-000003", Probability: 2}
	if err := crew.call(t.Context(), []schemas.CallIn{impossible}); err == nil || !strings.Contains(err.Error(), "drone-000003") {
		t.Errorf("a probability of 2 is sent: %v", err)
	}

	settings := broker.Config(servers)
	settings["group.id"] = "test"
	consumer, err := kafka.NewConsumer(&settings)
	if err != nil {
		t.Fatal(err)
	}
	defer consumer.Close()
	if err := consumer.Assign([]kafka.TopicPartition{{Topic: &name, Offset: kafka.OffsetBeginning}}); err != nil {
		t.Fatal(err)
	}
	reader, err := registry.NewReader(registry.New(url), schemas.CallIns())
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range want {
		message, err := consumer.ReadMessage(10 * time.Second)
		if err != nil {
			t.Fatal(err)
		}
		got, err := reader.Read(message.Value)
		if err != nil || string(message.Key) != call.DroneID || !cmp.Equal(call, got) {
			t.Errorf("got %s: %+v, %v; want %+v", message.Key, got, err, call)
		}
	}
}

// registryOfCallIns knows the schema of the call-ins, as id 1.
func registryOfCallIns(t *testing.T) (url string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer := map[string]any{"subject": schemas.CallIns().Subject(), "version": 1, "id": 1, "schema": schemas.CallIns().Schema()}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}
