//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/service/broker"
)

// A system is PeaceState as a person would run it: the real parts on ports of
// their own, and the programs as processes. Each test has its own view of the
// shared one, which ends with the test.
type system struct {
	root  string            // of the repository
	state string            // where the stack keeps its things
	bin   string            // where the programs are
	env   map[string]string // as stack/env prints it

	ctx      context.Context // ends when the test's time is over
	release  func()          // ends it before
	slowness float64         // of this machine, see slowness
}

const (
	stackName  = "STACK=e2e"
	portOffset = "PORT_OFFSET=2000"
)

// tool is the command of a script of the repository, for the tests' stack. It is
// killed when ctx ends.
func tool(ctx context.Context, script string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, filepath.Join("..", script), args...)
	command.Env = append(os.Environ(), stackName, portOffset)
	command.WaitDelay = 10 * time.Second // for what it started, and holds its output open
	return command
}

func (s *system) tool(script string, args ...string) *exec.Cmd { return tool(s.ctx, script, args...) }

// do runs a command to its good end, and returns what it said.
func (s *system) do(t *testing.T, command *exec.Cmd) []byte {
	t.Helper()
	began := time.Now()
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command.Args, " "), s.why(err), tail(string(out)))
	}
	t.Logf("%s: %.1f s", strings.Join(command.Args, " "), time.Since(began).Seconds())
	return out
}

// why is an error, or that the test's time is over, which made it one.
func (s *system) why(err error) error {
	if cause := context.Cause(s.ctx); cause != nil {
		return cause
	}
	return err
}

// program is the command of one of PeaceState's programs.
func (s *system) program(name string, args ...string) *exec.Cmd {
	command := exec.CommandContext(s.ctx, filepath.Join(s.bin, name), args...)
	command.WaitDelay = 10 * time.Second
	command.Dir = s.root
	command.Env = os.Environ()
	for name, value := range s.env {
		command.Env = append(command.Env, name+"="+value)
	}
	return command
}

// run runs a program to its end and returns what it wrote to stdout. An exit
// code other than want fails the test.
func (s *system) run(t *testing.T, want int, name string, args ...string) []byte {
	t.Helper()
	began := time.Now()
	command := s.program(name, args...)
	var messages bytes.Buffer
	command.Stderr = &messages
	out, err := command.Output()
	if got := command.ProcessState.ExitCode(); got != want {
		t.Fatalf("%s %s: exit %d, want %d (%v)\n%s%s", name, strings.Join(args, " "), got, want, s.why(err), out, tail(messages.String()))
	}
	said, _, more := strings.Cut(strings.Join(args, " "), "\n")
	if more {
		said += " …"
	}
	t.Logf("%s %s: %.1f s", name, said, time.Since(began).Seconds())
	return out
}

func tail(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// parse reads the JSON that a program printed.
func parse[T any](t *testing.T, printed []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(printed, &v); err != nil {
		t.Fatalf("%v in %s", err, printed)
	}
	return v
}

// kill ends a part of the stack with SIGKILL; its supervisor starts it again.
func (s *system) kill(t *testing.T, part string) {
	t.Helper()
	pid := s.pid(t, part)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	t.Logf("killed %s, pid %d", part, pid)
}

// scale starts or stops what a setting of stack/up says there are to be how
// many of, and waits until all are healthy.
func (s *system) scale(t *testing.T, setting string) {
	t.Helper()
	up := s.tool("stack/up")
	up.Env = append(up.Env, setting)
	s.do(t, up)
}

// eventually waits for something that others do meanwhile, for a minute on a
// machine like the one that the limits were set on.
func (s *system) eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(s.stretch(time.Minute)); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) || s.ctx.Err() != nil {
			t.Fatalf("timed out waiting until %s", what)
		}
	}
}

// pid is the process of a part of the stack.
func (s *system) pid(t *testing.T, part string) int {
	t.Helper()
	printed := s.part(t, "pid", part)
	var pid int
	if _, err := fmt.Sscan(printed, &pid); err != nil || pid <= 1 {
		t.Fatalf("stack/part pid %s printed %q", part, printed)
	}
	return pid
}

// part asks or tells something of one part of the stack.
func (s *system) part(t *testing.T, verb, part string) string {
	t.Helper()
	printed, err := s.tool("stack/part", verb, part).Output()
	if err != nil {
		t.Fatalf("stack/part %s %s: %v", verb, part, err)
	}
	return string(printed)
}

// send produces raw messages to any partitions and waits until Kafka has them.
func (s *system) send(t *testing.T, topic string, values ...[]byte) {
	t.Helper()
	s.sendTo(t, topic, kafka.PartitionAny, values...)
}

// sendTo is send to one partition.
func (s *system) sendTo(t *testing.T, topic string, partition int32, values ...[]byte) {
	t.Helper()
	config := broker.Config(s.env["KAFKA_BOOTSTRAP_SERVERS"])
	config["acks"] = "all"
	producer, err := kafka.NewProducer(&config)
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Close()
	delivered := make(chan kafka.Event, len(values))
	for _, value := range values {
		message := &kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: partition}, Value: value}
		if err := producer.Produce(message, delivered); err != nil {
			t.Fatal(err)
		}
	}
	for range values {
		if event := (<-delivered).(*kafka.Message); event.TopicPartition.Error != nil {
			t.Fatal(event.TopicPartition.Error)
		}
	}
}

// read returns every message that a topic holds now and that was sent at a time
// or after it, in order within each partition.
func (s *system) read(t *testing.T, topic string, since time.Time) []*kafka.Message {
	t.Helper()
	config := broker.Config(s.env["KAFKA_BOOTSTRAP_SERVERS"])
	config["group.id"] = "e2e-reads-without-committing"
	config["enable.auto.commit"] = false
	config["enable.partition.eof"] = true
	consumer, err := kafka.NewConsumer(&config)
	if err != nil {
		t.Fatal(err)
	}
	defer consumer.Close()
	metadata, err := consumer.GetMetadata(&topic, false, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	var partitions []kafka.TopicPartition
	for _, p := range metadata.Topics[topic].Partitions {
		partitions = append(partitions, kafka.TopicPartition{Topic: &topic, Partition: p.ID, Offset: kafka.OffsetBeginning})
	}
	if err := consumer.Assign(partitions); err != nil {
		t.Fatal(err)
	}
	var messages []*kafka.Message
	for ends := 0; ends < len(partitions); {
		switch event := consumer.Poll(int(s.stretch(30 * time.Second).Milliseconds())).(type) {
		case *kafka.Message:
			if !event.Timestamp.Before(since) {
				messages = append(messages, event)
			}
		case kafka.PartitionEOF:
			ends++
		case kafka.Error:
			if event.IsFatal() {
				t.Fatal(event)
			}
		case nil:
			t.Fatalf("read %s: nothing more came after %d messages", topic, len(messages))
		}
	}
	return messages
}

// rest calls Connect's REST API and returns the status code and the body.
func (s *system) rest(t *testing.T, method, path string, body []byte) (int, []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, s.stretch(time.Minute))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, s.env["CONNECT_URL"]+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it is read to its end below
	var content bytes.Buffer
	if _, err := content.ReadFrom(response.Body); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	return response.StatusCode, content.Bytes()
}
