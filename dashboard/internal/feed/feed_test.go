package feed

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/dashboard/internal/answers"
	"github.com/peacestate/peacestate/dashboard/internal/incident"
	"github.com/peacestate/peacestate/dashboard/internal/journal"
	"github.com/peacestate/peacestate/dashboard/internal/position"
	"github.com/peacestate/peacestate/dashboard/internal/store"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service/broker"
)

// told is what a feed tells, in its order.
type told struct {
	changes  chan store.Change
	caught   chan position.Position
	answered chan string
}

// feeding reads a cluster into a database in the folder, whose topic
// alerts has the id, until the test ends,
// or stop is called.
func feeding(t *testing.T, servers, id, folder string) (what told, database *store.Store, stop func()) {
	t.Helper()
	database, err := store.Open(t.Context(), folder, func(notice string) { t.Log(notice) })
	if err != nil {
		t.Fatal(err)
	}
	what = told{make(chan store.Change, 100), make(chan position.Position, 100), make(chan string, 100)}
	var log bytes.Buffer
	f := New(Settings{
		Servers: servers, Reader: byID{},
		TopicIDs: func(context.Context, []string) ([]string, error) { return []string{id, "actions"}, nil }, // which a mock cannot tell
		Store:    database, Answers: &answers.Board{}, Log: slog.New(slog.NewTextHandler(&log, nil)),
		Changed: func(changes []store.Change) {
			for _, c := range changes {
				what.changes <- c
			}
		},
		Caught:   func(at position.Position) { what.caught <- at },
		Answered: func(question string) { what.answered <- question },
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.Run(ctx)
	}()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		<-ended
		if err := database.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Log(log.String())
		}
	}
	t.Cleanup(stop)
	return what, database, stop
}

// byID reads the value as the alert's id.
type byID struct{}

func (byID) Read(message []byte) (schemas.Alert, error) {
	return schemas.Alert{AlertID: string(message)}, nil
}

func within[T any](t *testing.T, what string, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(30 * time.Second):
		t.Fatalf("no %s", what)
	}
	return v
}

func TestTheTopicsAreReadFromWhereTheDatabaseIs(t *testing.T) {
	cluster, err := kafka.NewMockCluster(1)
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	for topic, partitions := range map[string]int{"alerts": 6, "alert-actions": 6, "answers": 1} {
		if err := cluster.CreateTopic(topic, partitions, 1); err != nil {
			t.Fatal(err)
		}
	}
	c := broker.Config(cluster.BootstrapServers())
	producer, err := kafka.NewProducer(&c)
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Close()
	send := func(topic, key, value string) {
		t.Helper()
		stored := make(chan kafka.Event, 1)
		err := producer.Produce(&kafka.Message{
			TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: kafka.PartitionAny}, Key: []byte(key), Value: []byte(value),
		}, stored)
		if err != nil {
			t.Fatal(err)
		}
		within(t, "confirmation", stored)
	}
	people, err := journal.Open(cluster.BootstrapServers())
	if err != nil {
		t.Fatal(err)
	}
	defer people.Close()

	send("alerts", "citizen-1", "first")
	folder := t.TempDir()
	got, database, stop := feeding(t, cluster.BootstrapServers(), "alerts", folder)
	if at := within(t, "end of what there was", got.caught); at.String() != database.Position().String() {
		t.Errorf("caught up at %s, and is at %s", at, database.Position())
	}
	send("alerts", "citizen-2", "second")
	if change := within(t, "change", got.changes); change.Incident.AlertID != "second" {
		t.Errorf("got %+v", change)
	}
	if err := people.Send(t.Context(), "second", incident.Action{ID: "1", Verb: incident.Close, By: "ada", At: incident.At(time.Now())}); err != nil {
		t.Fatal(err)
	}
	if change := within(t, "change", got.changes); change.Incident.State != incident.Closed || change.Action == nil {
		t.Errorf("got %+v", change)
	}
	send("answers", "weekend", `{"version":1,"question":"weekend","sentence":"s","columns":[{}],"rows":[]}`)
	if question := within(t, "answer", got.answered); question != "weekend" {
		t.Errorf("got %s", question)
	}
	stop()

	send("alerts", "citizen-3", "meanwhile")
	again, database, stop := feeding(t, cluster.BootstrapServers(), "alerts", folder)
	within(t, "end of what there was", again.caught)
	page, err := database.Page(t.Context(), store.Filter{}, nil, 10)
	if err != nil {
		t.Fatal(err)
	}
	if page.Total != 3 || len(again.changes) != 0 {
		t.Errorf("%d incidents, %d changes", page.Total, len(again.changes))
	}
	if question := within(t, "answer", again.answered); question != "weekend" {
		t.Errorf("got %s", question)
	}
	stop()

	anew, _, _ := feeding(t, cluster.BootstrapServers(), "topics of the same names", folder)
	if at := within(t, "end of what there was", anew.caught); at.Epoch == page.Position.Epoch || at.Next(position.Alerts, 0) != page.Position.Next(position.Alerts, 0) {
		t.Errorf("after topics were made anew it is at %s, and was at %s", at, page.Position)
	}
}
