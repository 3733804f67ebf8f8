package broker_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
)

// cluster runs librdkafka's own broker for tests, in this process.
func cluster(t *testing.T, topics ...string) (servers string) {
	t.Helper()
	mock, err := kafka.NewMockCluster(1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(mock.Close)
	for _, topic := range topics {
		if err := mock.CreateTopic(topic, 1, 1); err != nil {
			t.Fatal(err)
		}
	}
	return mock.BootstrapServers()
}

// nobody is an address where nothing listens.
func nobody(t *testing.T) (servers string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return listener.Addr().String()
}

func TestABrokerIsReadyWhenItServesTheTopics(t *testing.T) {
	servers := cluster(t, "reports", "riots")
	tests := map[string]struct {
		topics []string
		says   string // "" means ready
	}{
		"none asked for":         {nil, ""},
		"all there":              {[]string{"reports", "riots"}, ""},
		"one of them is missing": {[]string{"reports", "alerts", "riots"}, "topic alerts does not exist yet"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := broker.Ready(servers, tt.topics...).Probe(t.Context())
			if (err == nil) != (tt.says == "") || err != nil && err.Error() != tt.says {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
}

func TestABrokerThatIsNotThereIsNotReady(t *testing.T) {
	began := time.Now()
	err := broker.Ready(nobody(t)).Probe(t.Context())
	if _, ok := errors.AsType[kafka.Error](err); !ok {
		t.Errorf("got %v, want a Kafka error", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %s to say %v", took, err)
	}
}

func TestAWaitForABrokerInVainSaysWhatToDo(t *testing.T) {
	servers := nobody(t)
	err := service.Wait(t.Context(), slog.New(slog.DiscardHandler), 100*time.Millisecond, broker.Ready(servers))
	if err == nil {
		t.Fatal("ready")
	}
	for _, part := range []string{"Kafka at " + servers, "make up", "--kafka", "KAFKA_BOOTSTRAP_SERVERS"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}

func TestEveryClientGetsAConfigurationOfItsOwn(t *testing.T) {
	if err := func() error { config := broker.Config("a:9092"); return config.SetKey("group.id", "alerter") }(); err != nil {
		t.Fatal(err)
	}
	config := broker.Config("b:9092")
	if _, shared := config["group.id"]; shared {
		t.Error("a setting of one client is another's")
	}
	if config["bootstrap.servers"] != "b:9092" {
		t.Errorf("bootstrap.servers is %v", config["bootstrap.servers"])
	}
}

func ExampleConfig() {
	config := broker.Config(broker.DefaultServers)
	config["acks"] = "all" // add what this client needs
	producer, err := kafka.NewProducer(&config)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer producer.Close()
	fmt.Println(config["bootstrap.servers"], config["acks"])
	// Output: localhost:9092 all
}

// A program waits for what it needs before it does anything.
func ExampleReady() {
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	// Port 1 stands for a broker that is down.
	err := service.Wait(ctx, log, 10*time.Millisecond, broker.Ready("127.0.0.1:1", "riots"))
	fmt.Println(strings.Contains(err.Error(), "Kafka at 127.0.0.1:1 is not ready after 10ms"))
	// Output: true
}
