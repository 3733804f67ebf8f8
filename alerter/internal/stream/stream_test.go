package stream

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
	"github.com/peacestate/peacestate/alerter/internal/tally"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/wire"
)

func TestEveryRiotHasOneAlertInItsPartitionAndOneLine(t *testing.T) {
	r := newRig(t)
	r.send(0, 300)
	out := &syncBuffer{}
	s := r.settings("alerter")
	s.Out = out
	summary := r.run(s)
	r.wantAlerts(300)
	if summary.Opened != 300 || summary.Stale != 0 || summary.Undecodable != 0 {
		t.Errorf("summary: %s", summary)
	}
	if total := summary.Total; total.P50 <= 0 || total.P50 > total.P99 || total.P99 > total.Max || total.Max > time.Minute ||
		summary.Receive.P50 > total.P50 || summary.Deliver.P50 > total.P50 {
		t.Errorf("latencies are out of order or out of range: %s", summary)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	told := make(map[string]int)
	for _, line := range lines {
		var alert schemas.Alert
		must(t, json.Unmarshal([]byte(line), &alert))
		told[alert.RiotID]++
	}
	if len(lines) != 300 || len(told) != 300 {
		t.Errorf("%d lines tell of %d riots, want 300 of 300", len(lines), len(told))
	}
}

func TestARestartGoesOnWhereItStopped(t *testing.T) {
	r := newRig(t)
	r.send(0, 40)
	r.run(r.settings("alerter"))
	r.send(40, 100)
	if summary := r.run(r.settings("alerter")); summary.Opened != 60 {
		t.Errorf("the second run: %s, want 60 alerts", summary)
	}
	r.wantAlerts(100)
}

// A group that has committed nothing is in the state of an alerter that was
// killed before its first commit.
func TestWhatWasDeliveredButNotCommittedIsNotRepeated(t *testing.T) {
	r := newRig(t)
	r.send(0, 100)
	r.run(r.settings("killed"))
	r.send(100, 130)
	if summary := r.run(r.settings("restarted")); summary.Opened != 30 {
		t.Errorf("the second run: %s, want 30 alerts", summary)
	}
	r.wantAlerts(130)
}

func TestAlertsOfATopicSinceMadeAnewDoNotHideItsRiots(t *testing.T) {
	r := newRig(t)
	r.send(0, 12)
	r.run(r.settings("before"))
	r.topicID = "second" // as if the topic had been made anew, with the same riots and others
	r.send(12, 24)
	if summary := r.run(r.settings("after")); summary.Opened != 12 || summary.Repeated != 12 {
		t.Errorf("after: %s, want 12 alerts and 12 repetitions", summary)
	}
}

func TestWhatCannotBecomeAnAlertGoesToTheDeadLettersUnchanged(t *testing.T) {
	r := newRig(t)
	whole, err := r.riots.Append(nil, riot(1))
	must(t, err)
	cases := []struct {
		why    string
		value  []byte
		reason string
	}{
		{"not framed", []byte("riot!"), "not in the Confluent wire format"},
		{"a tombstone", nil, "0 bytes"},
		{"a schema that nobody registered", wire.AppendHeader(nil, 99), "does not know schema id 99"},
		{"another topic's schema", append(wire.AppendHeader(nil, 2), whole[5:]...), "peacestate.Alert"},
		{"cut short", whole[:20], "undecodable"},
		{"something left over", append(bytes.Clone(whole), 0), "left over"},
		{"nowhere", nowhere(t, whole), "lat is NaN"},
	}
	r.send(0, 30)
	for _, c := range cases {
		r.sendBytes(3, []byte(c.why), c.value)
	}
	r.send(30, 60)
	summary := r.run(r.settings("alerter"))
	r.wantAlerts(60)
	if want := int64(len(cases)); summary.Opened != 60 || summary.Undecodable != want {
		t.Errorf("summary: %s, want 60 alerts and %d undecodable", summary, want)
	}

	dead := r.messages("riots-dlq", 1)
	if len(dead) != len(cases) {
		t.Fatalf("%d dead letters, want %d", len(dead), len(cases))
	}
	for i, c := range cases {
		if string(dead[i].Key) != c.why || !bytes.Equal(dead[i].Value, c.value) || (dead[i].Value == nil) != (c.value == nil) {
			t.Errorf("%s: key and value are changed: %q %x", c.why, dead[i].Key, dead[i].Value)
		}
		headers := make(map[string]string)
		for _, h := range dead[i].Headers {
			headers[h.Key] = string(h.Value)
		}
		if !strings.Contains(headers["peacestate.dead.reason"], c.reason) {
			t.Errorf("%s: the reason is %q, want one with %q", c.why, headers["peacestate.dead.reason"], c.reason)
		}
		delete(headers, "peacestate.dead.reason")
		offset := []string{"5", "6", "7", "8", "9", "10", "11"}[i] // behind riots 3, 9, 15, 21 and 27
		want := map[string]string{"trace": "kept", "peacestate.dead.topic": "riots", "peacestate.dead.partition": "3", "peacestate.dead.offset": offset}
		if diff := cmp.Diff(want, headers); diff != "" {
			t.Errorf("%s: headers (-want +got):\n%s", c.why, diff)
		}
	}
	if said := strings.Count(r.log.String(), "a riot goes to the dead letters"); said != len(cases) {
		t.Errorf("%d warnings for %d dead letters", said, len(cases))
	}
}

// nowhere is a message like whole, but with a latitude that is no number: a
// writer of ours would refuse it.
func nowhere(t *testing.T, whole []byte) []byte {
	t.Helper()
	latitude := func(x float64) []byte { return binary.LittleEndian.AppendUint64(nil, math.Float64bits(x)) }
	bad := bytes.Replace(whole, latitude(riot(1).Lat), latitude(math.NaN()), 1)
	if bytes.Equal(bad, whole) {
		t.Fatal("the latitude is not where Avro puts it")
	}
	return bad
}

func TestDeadLettersAreNotRepeatedAfterACommit(t *testing.T) {
	r := newRig(t)
	r.sendBytes(0, nil, []byte("riot!"))
	r.run(r.settings("alerter"))
	r.run(r.settings("alerter"))
	if dead := r.messages("riots-dlq", 1); len(dead) != 1 {
		t.Errorf("%d dead letters, want 1", len(dead))
	}
}

func TestWhileTheRegistryIsDownRiotsWait(t *testing.T) {
	r := newRig(t)
	r.registry.down.Store(true)
	r.send(0, 60)
	s := r.settings("alerter")
	done := make(chan tally.Summary)
	go func() { done <- r.runOrReport(s) }()
	r.eventually("the trouble is said", func() bool { return strings.Contains(r.log.String(), "the schema registry is in trouble") })
	time.Sleep(3 * time.Second) // several retries, in which the partitions are paused and polled
	if got := r.messages("alerts", partitions); len(got) != 0 {
		t.Errorf("%d alerts without a registry", len(got))
	}
	r.registry.down.Store(false)
	if summary := <-done; summary.Opened != 60 || summary.Undecodable != 0 {
		t.Errorf("summary: %s, want 60 alerts and nothing undecodable", summary)
	}
	r.wantAlerts(60)
}

func TestABrokerThatGoesAwayLosesAndRepeatsNothing(t *testing.T) {
	r := newRig(t)
	r.send(0, 30)
	s := r.settings("alerter")
	s.IdleExit = 0
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := &syncBuffer{}
	s.Out = out
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, s) }()
	lines := func(n int) func() bool { return func() bool { return strings.Count(out.String(), "\n") >= n } }
	r.eventually("30 riots are told", lines(30))
	r.send(30, 33)
	must(t, r.cluster.SetBrokerDown(1))
	r.eventually("the trouble is said", func() bool { return strings.Contains(r.log.String(), "Kafka is in trouble") })
	must(t, r.cluster.SetBrokerUp(1))
	r.send(33, 60)
	r.eventually("60 riots are told", lines(60))
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	r.wantAlerts(60)
}

// The mock takes nine seconds for a rebalance among two, and this needs three.
func TestAlertersShareTheRiotsAndTakeOverFromEachOther(t *testing.T) {
	r := newRig(t)
	start := func() (out *syncBuffer, stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		out = &syncBuffer{}
		s := r.settings("alerter")
		s.IdleExit = 0
		s.Out = out
		ended := make(chan error, 1)
		go func() { ended <- Run(ctx, s) }()
		return out, func() {
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("it ended with %v; its log:\n%s", err, r.log)
			}
		}
	}
	tells := func(out *syncBuffer) func() bool { return func() bool { return strings.Contains(out.String(), "\n") } }
	sent := 0
	sendMore := func() {
		r.send(sent, sent+partitions)
		sent += partitions
	}
	first, stopFirst := start()
	sendMore()
	r.eventually("the first alerts", tells(first))
	second, stopSecond := start()
	r.eventually("the second alerts too", func() bool { sendMore(); return tells(second)() })
	stopFirst()
	for range 10 {
		sendMore()
	}
	told := func() int { return strings.Count(first.String(), "\n") + strings.Count(second.String(), "\n") }
	r.eventually("the second has taken over", func() bool { return told() >= sent })
	stopSecond()
	r.wantAlerts(sent)
}

func TestAnInterruptedRunHasCommittedWhatItDelivered(t *testing.T) {
	r := newRig(t)
	r.send(0, 60)
	s := r.settings("alerter")
	s.IdleExit = 0
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	out := &syncBuffer{}
	s.Out = out
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, s) }()
	r.eventually("all riots are told", func() bool { return strings.Count(out.String(), "\n") == 60 })
	interrupt()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	r.wantAlerts(60)

	for p, offset := range r.committed("alerter") {
		if offset != 10 {
			t.Errorf("partition %d is committed at %v, want 10", p, offset)
		}
	}
}

type stuck struct{ free chan struct{} }

func (s stuck) Write(p []byte) (int, error) {
	<-s.free
	return len(p), nil
}

func TestAReaderOfTheLinesThatIsStuckDelaysNoAlert(t *testing.T) {
	r := newRig(t)
	out := stuck{free: make(chan struct{})}
	t.Cleanup(func() { close(out.free) })
	r.send(0, 60)
	s := r.settings("alerter")
	s.Out = out
	summary := r.run(s)
	if summary.Opened != 60 || summary.Unwritten != 60 {
		t.Errorf("summary: %s, want 60 alerts and no line of them", summary)
	}
	r.wantAlerts(60)
}

func TestAfterAnAlertThatCannotBeDeliveredNoReceiptIsGiven(t *testing.T) {
	r := newRig(t)
	var receipts atomic.Int32
	topic, err := deliver.Open(r.cluster.BootstrapServers(), r.settings("").Writer, func(deliver.Receipt) { receipts.Add(1) })
	must(t, err)
	alert := schemas.Alert{AlertID: riot(0).RiotID, Riot: riot(0)}
	// There is no such partition. The client says so at once when it knows the partitions already, and else later.
	failure := topic.Send(deliver.Source{Partition: partitions, Offset: 17}, alert)
	if failure == nil {
		r.eventually("it has failed", func() bool { return topic.Err() != nil })
		failure = topic.Err()
	}
	if want := "riots partition 6 offset 17 could not be delivered to topic alerts"; !strings.Contains(failure.Error(), want) {
		t.Errorf("the error does not say %q: %v", want, failure)
	}
	must(t, topic.Send(deliver.Source{Partition: 0, Offset: 3}, alert))
	r.eventually("the next is in the topic", func() bool { return len(r.messages("alerts", 1)) == 1 })
	if waiting := topic.Flush(time.Minute); waiting != 2 {
		t.Errorf("%d wait for a receipt, want 2", waiting)
	}
	topic.Close()
	if receipts.Load() != 0 {
		t.Errorf("%d receipts were given", receipts.Load())
	}
}

// runOrReport is run for a goroutine that is not the test's own.
func (r *rig) runOrReport(s Settings) tally.Summary {
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	if err := Run(ctx, s); err != nil {
		r.t.Errorf("run: %v; its log:\n%s", err, r.log)
	}
	return s.Observer.(*tally.Tally).Summary()
}

func TestTheLoopTellsHowItIs(t *testing.T) {
	r := newRig(t)
	r.send(0, 12)
	s := r.settings("alerter")
	s.IdleExit = 0
	var state atomic.Pointer[State]
	s.Report = func(told State) { state.Store(&told) }
	is := func(want func(State) bool) func() bool {
		return func() bool { told := state.Load(); return told != nil && want(*told) }
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, s) }()
	fine := is(func(s State) bool {
		return s.Joined && s.Partitions == partitions && s.Lag == 0 && s.Waiting == 0 && s.Trouble == "" && time.Since(s.At) < 5*time.Second
	})
	r.eventually("it has its partitions and is at their end", fine)
	r.registry.down.Store(true)
	r.sendBytes(0, nil, wire.AppendHeader(nil, 7))
	r.eventually("it says that the registry is in trouble", is(func(s State) bool { return strings.Contains(s.Trouble, "registry") }))
	for range 5 {
		r.sendBytes(1, nil, wire.AppendHeader(nil, 7))
	}
	r.eventually("it has a lag", is(func(s State) bool { return s.Lag > 0 }))
	r.registry.down.Store(false)
	r.eventually("nothing is left", fine)
	must(t, r.cluster.SetBrokerDown(1))
	r.eventually("it says that Kafka is in trouble", is(func(s State) bool { return strings.Contains(s.Trouble, "Kafka") }))
	must(t, r.cluster.SetBrokerUp(1))
	r.eventually("the trouble is over, without a riot", fine)
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}
