package journal

import (
	"context"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/dashboard/internal/incident"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service/broker"
)

func action(id string) incident.Action {
	return incident.Action{ID: id, Verb: incident.Close, By: "ada", At: incident.At(time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC))}
}

func TestWhatIsSentIsInTheTopicInItsOrder(t *testing.T) {
	cluster, err := kafka.NewMockCluster(1)
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	if err := cluster.CreateTopic(schemas.ActionsTopic, 6, 1); err != nil {
		t.Fatal(err)
	}
	j, err := Open(cluster.BootstrapServers())
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	for _, id := range []string{"1", "2", "3"} {
		if err := j.Send(t.Context(), "drone-1/1/citizen-7", action(id)); err != nil {
			t.Fatal(err)
		}
	}
	c := broker.Config(cluster.BootstrapServers())
	c["group.id"], c["auto.offset.reset"] = "test", "earliest"
	consumer, err := kafka.NewConsumer(&c)
	if err != nil {
		t.Fatal(err)
	}
	defer consumer.Close()
	if err := consumer.Subscribe(schemas.ActionsTopic, nil); err != nil {
		t.Fatal(err)
	}
	var partition int32
	for n, want := range []string{"1", "2", "3"} {
		m, err := consumer.ReadMessage(20 * time.Second)
		if err != nil {
			t.Fatal(err)
		}
		id, got, err := incident.Decode(m.Value)
		if err != nil || id != string(m.Key) || got.ID != want || n > 0 && m.TopicPartition.Partition != partition {
			t.Errorf("%s: %+v in partition %d, %v", id, got, m.TopicPartition.Partition, err)
		}
		partition = m.TopicPartition.Partition
	}
}

func TestKafkaThatIsAwayIsWaitedForAMoment(t *testing.T) {
	j, err := Open("127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := j.Send(ctx, "a", action("1")); err == nil {
		t.Error("it is sent")
	}
}
