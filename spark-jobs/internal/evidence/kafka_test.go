package evidence

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/service/broker"
	"github.com/peacestate/peacestate/spark-jobs/internal/audit"
)

func TestOnlyWhatConnectSetAsideFromTheTopicIsADeadLetter(t *testing.T) {
	for _, c := range []struct {
		name    string
		headers map[string]string
		want    bool
	}{
		{"set aside by Connect", connect("reports", "3", "17"), true},
		{"of another topic", connect("riots", "3", "17"), false},
		{"of the alerter", map[string]string{"peacestate.dead.partition": "3", "peacestate.dead.offset": "17"}, false},
		{"without a partition", connect("reports", "", "17"), false},
		{"without a number as its offset", connect("reports", "3", "x"), false},
		{"without headers", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			partition, offset, ok := setAside("reports", headers(c.headers))
			if ok != c.want || ok && (partition != 3 || offset != 17) {
				t.Errorf("got partition %d, offset %d, %v", partition, offset, ok)
			}
		})
	}
}

func TestDeadLettersAreReadToTheEnd(t *testing.T) {
	servers := mockKafka(t)
	send(t, servers, "reports-dlq",
		connect("reports", "0", "5"), connect("reports", "2", "7"), connect("riots", "0", "9"), connect("reports", "0", "6"))
	log := open(t, servers)
	want := map[int32][]int64{0: {5, 6}, 2: {7}}
	for range 2 { // every look reads them again
		got, err := log.DeadLetters(t.Context(), "reports", "reports-dlq")
		if err != nil {
			t.Fatal(err)
		}
		found := offsetsOf(got)
		for _, offsets := range found {
			slices.Sort(offsets)
		}
		if diff := cmp.Diff(want, found); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

func TestATopicThatDoesNotExistHoldsNothing(t *testing.T) {
	log := open(t, mockKafka(t))
	if got, err := log.DeadLetters(t.Context(), "reports", "reports-dlq"); err != nil || len(got) > 0 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestSpansAreTheOffsetsOfEveryPartition(t *testing.T) {
	servers := mockKafka(t)
	send(t, servers, "reports", nil, nil, nil)
	spans, err := open(t, servers).Spans(t.Context(), "reports")
	if err != nil {
		t.Fatal(err)
	}
	var records int64
	for i, s := range spans {
		if s.Partition != int32(i) {
			t.Errorf("partition %d is at place %d", s.Partition, i)
		}
		records += s.Records()
	}
	if records != 3 {
		t.Errorf("%d records in %v, want 3", records, spans)
	}
	if (audit.Span{Low: 2, High: 5}).Records() != 3 {
		t.Error("a span does not include its high end")
	}
}

func TestDeadLettersAreCountedByDrone(t *testing.T) {
	letter := func(offset int64, key, hash string) Letter {
		return Letter{Partition: 2, Offset: offset, Key: key, SHA256: hash}
	}
	look := Look{
		Topic: Topic{Spans: []audit.Span{{Partition: 2, Low: 5, High: 8}}},
		letters: []Letter{
			letter(4, "drone-000001", "a"), letter(5, "drone-000001", "b"), letter(6, "drone-000001", "b"), // the same again
			letter(7, "drone-000002", "b"), letter(7, "", "c"), letter(7, "no 'drone'", "d"), letter(8, "drone-000002", "e"),
		},
	}
	for _, c := range []struct {
		window bool
		want   map[string]int64
	}{
		{false, map[string]int64{"drone-000001": 2, "drone-000002": 2}},
		{true, map[string]int64{"drone-000001": 1, "drone-000002": 1}},
	} {
		look.Topic.Window = c.window
		if diff := cmp.Diff(c.want, look.setAside()); diff != "" {
			t.Errorf("window %v (-want +got):\n%s", c.window, diff)
		}
	}
}

func TestCtrlCEndsTheReading(t *testing.T) {
	servers := mockKafka(t)
	send(t, servers, "reports-dlq", connect("reports", "0", "5"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(t, servers).DeadLetters(ctx, "reports", "reports-dlq"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func connect(topic, partition, offset string) map[string]string {
	const prefix = "__connect.errors."
	return map[string]string{prefix + "topic": topic, prefix + "partition": partition, prefix + "offset": offset}
}

func headers(values map[string]string) []kafka.Header {
	var all []kafka.Header
	for key, value := range values {
		all = append(all, kafka.Header{Key: key, Value: []byte(value)})
	}
	return all
}

func mockKafka(t *testing.T) (servers string) {
	t.Helper()
	cluster, err := kafka.NewMockCluster(1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster.BootstrapServers()
}

func open(t *testing.T, servers string) *Log {
	t.Helper()
	log, err := OpenLog(servers)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(log.Close)
	return log
}

// send produces one message per set of headers.
func send(t *testing.T, servers, topic string, sets ...map[string]string) {
	t.Helper()
	config := broker.Config(servers)
	producer, err := kafka.NewProducer(&config)
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Close()
	delivered := make(chan kafka.Event, 1)
	for _, set := range sets {
		message := &kafka.Message{
			TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: kafka.PartitionAny},
			Headers:        headers(set),
		}
		if err := producer.Produce(message, delivered); err != nil {
			t.Fatal(err)
		}
		if sent := (<-delivered).(*kafka.Message); sent.TopicPartition.Error != nil {
			t.Fatal(sent.TopicPartition.Error)
		}
	}
}
