package health

import (
	"context"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/service/broker"
)

func TestAClusterSaysWhereItsReadersAre(t *testing.T) {
	mock, err := kafka.NewMockCluster(1)
	if err != nil {
		t.Fatal(err)
	}
	defer mock.Close()
	for topic, partitions := range map[string]int{"reports": 2, "riots": 1, "alerts": 1, "alert-actions": 1, "reports-dlq": 1} {
		if err := mock.CreateTopic(topic, partitions, 1); err != nil {
			t.Fatal(err)
		}
	}
	c := broker.Config(mock.BootstrapServers())
	producer, err := kafka.NewProducer(&c)
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Close()
	began := time.UnixMilli(1_772_884_800_000)
	for n := range 20 {
		topic, stored := "reports", make(chan kafka.Event, 1)
		err := producer.Produce(&kafka.Message{
			TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: int32(n % 2)}, Value: []byte("r"), Timestamp: began.Add(time.Duration(n) * time.Second),
		}, stored)
		if err != nil {
			t.Fatal(err)
		}
		<-stored
	}
	commit(t, mock.BootstrapServers(), "connect-reports-s3-sink", map[int32]kafka.Offset{0: 10, 1: 4})

	asked, err := newCluster(mock.BootstrapServers())
	if err != nil {
		t.Fatal(err)
	}
	defer asked.close()
	for range 2 { // the second look finds the same
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		k, err := asked.look(ctx, "alerter", []sink{{"reports-s3-sink", []string{"reports"}}})
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		if total, known := k.total("reports"); total != 20 || !known {
			t.Errorf("%d reports", total)
		}
		if lag := k.lagOf(k.sinks["reports-s3-sink"]); lag == nil || *lag != 6 {
			t.Errorf("the sink is %v behind", lag)
		}
		if k.lagOf(k.alerter) != nil {
			t.Errorf("an alerter that never was is at %v", k.alerter)
		}
		if n := k.count("reports-dlq"); n == nil || *n != 0 || k.count("riots-dlq") != nil {
			t.Errorf("dead letters: %v, %v", n, k.count("riots-dlq"))
		}
		if want := began.Add(9 * time.Second); !k.oldest.Equal(want) {
			t.Errorf("the oldest is of %s, want %s", k.oldest, want)
		}
	}
}

// commit is what Connect does for a sink.
func commit(t *testing.T, servers, group string, offsets map[int32]kafka.Offset) {
	t.Helper()
	c := broker.Config(servers)
	c["group.id"], c["enable.auto.commit"] = group, false
	consumer, err := kafka.NewConsumer(&c)
	if err != nil {
		t.Fatal(err)
	}
	defer consumer.Close()
	topic := "reports"
	var at []kafka.TopicPartition
	for partition, offset := range offsets {
		at = append(at, kafka.TopicPartition{Topic: &topic, Partition: partition, Offset: offset})
	}
	for tries := 0; ; tries++ { // the group's coordinator is found in time
		_, err := consumer.CommitOffsets(at)
		if err == nil {
			return
		}
		if tries == 20 {
			t.Fatal(err)
		}
		time.Sleep(200 * time.Millisecond)
	}
}
