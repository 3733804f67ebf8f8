package webhook

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/schemas"
)

func wantAsked(t *testing.T, o *other, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, o.asked()); diff != "" {
		t.Errorf("posted (-want +got):\n%s", diff)
	}
}

// It joins its group seconds after it was started: what comes meanwhile counts.
func TestANewWebhookBeginsWithTheNextAlert(t *testing.T) {
	r := newRig(t)
	r.send(0, 30)
	ops := newOther(t, takes)
	w := r.start(r.settings(ops))
	r.send(30, 90)
	r.eventually("60 alerts are posted", func() bool { return w.Stats()[0].Sent == 60 })
	w.Stop()
	wantAsked(t, ops, openings(30, 90))
	got := w.Stats()[0]
	if got.Skipped != 0 || got.P50 > got.P99 || got.P99 > got.Max || got.Max <= 0 || got.Max > time.Minute {
		t.Errorf("stats: %s", got)
	}
}

func TestARestartGoesOnWhereItStopped(t *testing.T) {
	r := newRig(t)
	ops := newOther(t, takes)
	w := r.start(r.settings(ops))
	r.send(0, 30)
	r.eventually("30 alerts are posted", func() bool { return w.Stats()[0].Sent == 30 })
	w.Stop()
	r.send(30, 60)
	w = r.start(r.settings(ops))
	r.eventually("30 more are posted", func() bool { return w.Stats()[0].Sent == 30 })
	w.Stop()
	wantAsked(t, ops, openings(0, 60))
}

func TestIncidentsAreToldWhenTheyOpenAndWhenTheyGrowWorse(t *testing.T) {
	r := newRig(t)
	ops := newOther(t, takes)
	w := r.start(r.settings(ops))
	old := numbered(9)
	old.Stale = true
	r.sendAlert(0, numbered(0)) // high
	r.sendAlert(0, updatedTo(schemas.High, 0, 1))
	r.sendAlert(0, updatedTo(schemas.Critical, 0, 2))
	r.sendAlert(0, updatedTo(schemas.Critical, 0, 3))
	r.sendAlert(9, old)
	want := []string{numbered(0).RiotID, "later-2/citizen-000000"}
	r.eventually("all are dealt with", func() bool { s := w.Stats()[0]; return s.Sent+s.Skipped == 5 })
	w.Stop()
	wantAsked(t, ops, want)

	// The next member reads back what the receiver was told.
	w = r.start(r.settings(ops))
	r.sendAlert(0, updatedTo(schemas.Critical, 0, 4))
	r.sendAlert(9, updatedTo(schemas.High, 9, 5)) // of what opened stale: nobody knows of it
	r.eventually("all are dealt with", func() bool { s := w.Stats()[0]; return s.Sent+s.Skipped == 2 })
	w.Stop()
	wantAsked(t, ops, append(want, "later-5/citizen-000009"))
}

func TestWhatIsNotTakenGoesToTheUndelivered(t *testing.T) {
	r := newRig(t)
	ops := newOther(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
		http.Error(w, "no", http.StatusInternalServerError)
	})
	strict := newOther(t, func(w http.ResponseWriter, _ *http.Request, _ int) { http.Error(w, "no", http.StatusBadRequest) })
	s := r.settings(ops, strict)
	s.GiveUp = 2 * time.Second
	w := r.start(s)
	r.send(0, 1)
	r.sendBytes("alerts", 1, []byte("key"), []byte("alert!"))
	r.eventually("both have given up", func() bool { return w.Stats()[0].Undelivered == 2 && w.Stats()[1].Undelivered == 2 })
	if got := w.Stats(); got[0].Retried < 2 || got[0].Trouble == nil || got[1].Retried != 0 || got[1].Trouble == nil {
		t.Errorf("stats: %+v", got)
	}
	if err := w.Ready(); err == nil || !strings.Contains(err.Error(), s.Targets[0].Name()) {
		t.Errorf("ready says %v, though nothing was taken", err)
	}
	w.Stop()

	whole, err := r.alerts.Append(nil, numbered(0))
	must(t, err)
	names := []string{s.Targets[0].Name(), s.Targets[1].Name()}
	type letter struct{ Webhook, Reason, Partition, Offset, Trace string }
	got := make(map[letter]string)
	for _, message := range r.undelivered("alerts") {
		headers := make(map[string]string)
		for _, h := range message.Headers {
			headers[h.Key] = string(h.Value)
		}
		key, value := "key", []byte("alert!")
		if headers[headerPartition] == "0" {
			key, value = numbered(0).CitizenID, whole
		}
		if string(message.Key) != key || !bytes.Equal(message.Value, value) {
			t.Errorf("key and value are changed: %q %x", message.Key, message.Value)
		}
		reason, _, _ := strings.Cut(headers[headerReason], ":")
		got[letter{headers[headerWebhook], reason, headers[headerPartition], headers[headerOffset], headers["trace"]}] = headers[headerAttempts]
	}
	failed := letter{names[0], "it answered 500 Internal Server Error", "0", "0", "kept"}
	if got[failed] < "3" {
		t.Errorf("it was given up after %q attempts", got[failed])
	}
	delete(got, failed)
	want := map[letter]string{
		{names[1], "it answered 400 Bad Request", "0", "0", "kept"}: "1",
		{names[0], "undecodable message", "1", "0", "kept"}:         "0",
		{names[1], "undecodable message", "1", "0", "kept"}:         "0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("undelivered (-want +got):\n%s", diff)
	}
	if said := strings.Count(r.log.String(), "one alert is undelivered"); said != 4 {
		t.Errorf("%d warnings for 4 alerts", said)
	}
	if strings.Contains(r.log.String(), "secret") {
		t.Error("the log tells a secret")
	}

	// They are dealt with: a restart does not try them again.
	w = r.start(s)
	r.send(3, 4)
	r.eventually("the next has given up", func() bool { return w.Stats()[1].Undelivered == 1 })
	w.Stop()
	wantAsked(t, strict, []string{numbered(0).RiotID, numbered(3).RiotID})
}

func TestAReceiverThatHangsDelaysNoOther(t *testing.T) {
	r := newRig(t)
	hangs := newOther(t, func(_ http.ResponseWriter, request *http.Request, _ int) { <-request.Context().Done() })
	ops := newOther(t, takes)
	w := r.start(r.settings(hangs, ops))
	r.send(0, 3) // both have joined once these are posted
	r.eventually("both have joined", func() bool { return w.Stats()[1].Sent == 3 && hangs.count() == 3 })
	for i := 3; i < 603; i++ { // more than a worker's queue holds
		r.sendAlert(i, numbered(i))
		time.Sleep(time.Millisecond)
	}
	r.eventually("the other has all", func() bool { return w.Stats()[1].Sent == 603 })
	if got := w.Stats(); got[1].P50 > 100*time.Millisecond || got[0].Sent != 0 || got[0].Undelivered != 0 {
		t.Errorf("stats: %s; %s", got[0], got[1])
	}
	began := time.Now()
	w.Stop()
	if took := time.Since(began); took > requestTimeout+3*time.Second {
		t.Errorf("it took %s to stop", took)
	}
	wantAsked(t, ops, openings(0, 603))
}

func TestAReceiverThatComesBackGetsEverythingInOrder(t *testing.T) {
	r := newRig(t)
	ops := newOther(t, func(w http.ResponseWriter, _ *http.Request, before int) {
		if before < 12 { // of all partitions
			http.Error(w, "not yet", http.StatusServiceUnavailable)
		}
	})
	w := r.start(r.settings(ops))
	const each = 150 // more than a worker's queue holds
	r.send(0, each*partitions)
	r.eventually("all are posted", func() bool { return w.Stats()[0].Sent == each*partitions })
	if err := w.Ready(); err != nil {
		t.Errorf("not ready, though the receiver is back: %v", err)
	}
	w.Stop()
	if got := w.Stats()[0]; got.Retried != 12 || got.Undelivered != 0 {
		t.Errorf("stats: %+v", got)
	}
	if !strings.Contains(r.log.String(), "a webhook does not take alerts") || !strings.Contains(r.log.String(), "takes alerts again") {
		t.Errorf("the log does not tell:\n%s", r.log)
	}
	next := make([]int, partitions)
	for _, riot := range ops.riots {
		var i int
		if _, err := fmt.Sscanf(riot, "drone-000042/0000001337/citizen-%d", &i); err != nil {
			t.Fatal(err)
		}
		p := i % partitions
		switch i / partitions {
		case next[p]:
			next[p]++
		case next[p] - 1: // once more
		default:
			t.Fatalf("in partition %d alert %d came when it was the turn of %d", p, i/partitions, next[p])
		}
	}
}

func TestWhatIsUnderWayAtTheEndIsFinishedAndWhatFailsIsLeft(t *testing.T) {
	r := newRig(t)
	asked := make(chan struct{}, 100)
	ops := newOther(t, func(w http.ResponseWriter, _ *http.Request, before int) {
		asked <- struct{}{}
		if before == 0 {
			time.Sleep(500 * time.Millisecond)
			return
		}
		http.Error(w, "no", http.StatusInternalServerError)
	})
	w := r.start(r.settings(ops))
	r.send(0, 1)
	<-asked
	r.send(3, 4) // behind it, in the same partition
	w.Stop()
	if got := w.Stats()[0]; got.Sent != 1 || got.Undelivered != 0 {
		t.Errorf("stats at the end: %s", got)
	}
	w = r.start(r.settings(ops))
	<-asked
	w.Stop()
	if got := w.Stats()[0]; got.Sent != 0 || got.Undelivered != 0 {
		t.Errorf("stats at the second end: %s", got)
	}
	if asked := ops.asked(); asked[0] != numbered(0).RiotID || asked[1] != numbered(3).RiotID {
		t.Errorf("posted: %v", asked)
	}
	if got := r.undelivered("alerts"); len(got) != 0 {
		t.Errorf("%d are undelivered", len(got))
	}
}

// Two alerters are given the same webhook.
func TestAlertersShareAWebhook(t *testing.T) {
	r := newRig(t)
	ops := newOther(t, takes)
	first := r.start(r.settings(ops))
	sent := 0
	sendMore := func() {
		r.send(sent, sent+partitions)
		sent += partitions
	}
	sendMore()
	r.eventually("the first posts", func() bool { return first.Stats()[0].Sent > 0 })
	second := r.start(r.settings(ops))
	r.eventually("the second posts, too", func() bool { sendMore(); return second.Stats()[0].Sent > 0 })
	first.Stop()
	sendMore()
	r.eventually("all are posted", func() bool { return first.Stats()[0].Sent+second.Stats()[0].Sent >= int64(sent) })
	second.Stop()
	wantAsked(t, ops, openings(0, sent))
}

// Static members keep their partitions while they are away for a moment.
func TestNamedAlertersShareAWebhook(t *testing.T) {
	r := newRig(t)
	ops := newOther(t, takes)
	s := r.settings(ops)
	s.Instance = "first"
	first := r.start(s)
	r.send(0, partitions)
	r.eventually("the first posts", func() bool { return first.Stats()[0].Sent == partitions })
	first.Stop()
	first = r.start(s)
	r.send(partitions, 2*partitions)
	r.eventually("it posts again", func() bool { return first.Stats()[0].Sent == partitions })
	first.Stop()
	wantAsked(t, ops, openings(0, 2*partitions))
}

func TestWithoutKafkaItDoesNotStart(t *testing.T) {
	r := newRig(t)
	s := r.settings(newOther(t, takes))
	s.Servers, s.Wait = "127.0.0.1:1", 100*time.Millisecond
	if _, err := Start(t.Context(), s); err == nil || !strings.Contains(err.Error(), "Kafka at 127.0.0.1:1 is not ready") {
		t.Errorf("the error is %v", err)
	}
}

func TestWithoutWebhooksNothingIsStarted(t *testing.T) {
	w, err := Start(t.Context(), Settings{Servers: "127.0.0.1:1"})
	must(t, err)
	w.Stop()
	if len(w.Stats()) != 0 {
		t.Errorf("stats of %v", w.Stats())
	}
}

func TestAfterBeginEveryPartitionIsCommitted(t *testing.T) {
	r := newRig(t)
	r.send(0, 4) // two in partition 0, one in each other
	for range 2 {
		must(t, begin(r.cluster.BootstrapServers(), "group", "alerts", 0))
		r.send(4, 5) // the second time, this one is behind it
	}
	c := memberConfig(r.cluster.BootstrapServers(), "group")
	consumer, err := kafka.NewConsumer(&c)
	must(t, err)
	defer consumer.Close()
	topic := "alerts"
	committed, err := consumer.Committed([]kafka.TopicPartition{
		{Topic: &topic, Partition: 0}, {Topic: &topic, Partition: 1}, {Topic: &topic, Partition: 2},
	}, 5000)
	must(t, err)
	for p, want := range []kafka.Offset{2, 1, 1} {
		if committed[p].Offset != want {
			t.Errorf("partition %d is committed at %v, want %v", p, committed[p].Offset, want)
		}
	}
}
