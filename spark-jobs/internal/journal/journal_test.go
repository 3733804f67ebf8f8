package journal

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service/broker"
)

func cluster(t *testing.T, topics ...string) string {
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

func TestAMissingTopicIsSaidAndNotMade(t *testing.T) {
	servers := cluster(t, "reports")
	for range 2 {
		_, err := Open(servers, schemas.AnswersTopic)
		if err == nil || !strings.Contains(err.Error(), "topic answers: it does not exist: create the topics with 'make topics'") {
			t.Fatalf("got %v", err)
		}
	}
}

func TestRecordsAreStoredWhenSendReturns(t *testing.T) {
	servers := cluster(t, schemas.AnswersTopic)
	topic, err := Open(servers, schemas.AnswersTopic)
	if err != nil {
		t.Fatal(err)
	}
	defer topic.Close()
	if err := topic.Send(t.Context(), []Record{{"weekend", []byte(`{"a":1}`)}, {"hours", []byte(`{"a":2}`)}}); err != nil {
		t.Fatal(err)
	}
	settings := broker.Config(servers)
	settings["group.id"] = "test"
	reader, err := kafka.NewConsumer(&settings)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	name := schemas.AnswersTopic
	if err := reader.Assign([]kafka.TopicPartition{{Topic: &name, Offset: kafka.OffsetBeginning}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`weekend={"a":1}`, `hours={"a":2}`} {
		m, err := reader.ReadMessage(10 * time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(m.Key) + "=" + string(m.Value); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestSendEndsWithItsContext(t *testing.T) {
	topic, err := Open(cluster(t, schemas.AnswersTopic), schemas.AnswersTopic)
	if err != nil {
		t.Fatal(err)
	}
	defer topic.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	// Whichever comes first, it does not hang.
	if err := topic.Send(ctx, []Record{{"weekend", nil}}); err != nil && ctx.Err() == nil {
		t.Error(err)
	}
}
