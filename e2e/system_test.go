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
// their own, and the programs as processes.
type system struct {
	root string            // of the repository
	bin  string            // where the programs are
	env  map[string]string // as stack/env prints it
}

const (
	stackName  = "STACK=e2e"
	portOffset = "PORT_OFFSET=2000"
)

// start builds the programs and starts a stack with empty data, whole or of the
// named parts alone; the clean-up stops it.
func start(t *testing.T, parts ...string) *system {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	s := &system{root: root, bin: t.TempDir()}
	t.Cleanup(func() {
		if out, err := s.stack("down").CombinedOutput(); err != nil {
			t.Errorf("stack/down: %v\n%s", err, out)
		}
	})
	// What a run that was cut short left behind.
	if out, err := s.stack("down").CombinedOutput(); err != nil {
		t.Fatalf("stack/down: %v\n%s", err, out)
	}
	if err := os.RemoveAll(filepath.Join(root, ".stack", "e2e")); err != nil {
		t.Fatal(err)
	}
	for _, build := range []*exec.Cmd{
		exec.Command(filepath.Join("dashboard", "web", "build")),
		exec.Command("go", "build", "-o", s.bin+"/", "./setup", "./simulator", "./alerter", "./spark-jobs", "./dashboard", "./bench/riots"),
	} {
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", build, err, out)
		}
	}
	if out, err := s.stack("up", parts...).CombinedOutput(); err != nil {
		t.Fatalf("stack/up: %v\n%s", err, out)
	}
	printed, err := s.stack("env").Output()
	if err != nil {
		t.Fatalf("stack/env: %v", err)
	}
	s.env = map[string]string{}
	for line := range strings.Lines(string(printed)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		s.env[name] = value
	}
	return s
}

// stack is the command of a script in stack/, for this system's stack.
func (s *system) stack(script string, args ...string) *exec.Cmd {
	command := exec.Command(filepath.Join(s.root, "stack", script), args...)
	command.Env = append(os.Environ(), stackName, portOffset)
	return command
}

// program is the command of one of PeaceState's programs. Its messages go to
// the test's log when it ends (see run).
func (s *system) program(name string, args ...string) *exec.Cmd {
	command := exec.Command(filepath.Join(s.bin, name), args...)
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
		t.Fatalf("%s %s: exit %d, want %d (%v)\n%s%s", name, strings.Join(args, " "), got, want, err, out, tail(messages.String()))
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
	printed, err := s.stack("part", verb, part).Output()
	if err != nil {
		t.Fatalf("stack/part %s %s: %v", verb, part, err)
	}
	return string(printed)
}

// send produces raw messages and waits until Kafka has them.
func (s *system) send(t *testing.T, topic string, values ...[]byte) {
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
		message := &kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: kafka.PartitionAny}, Value: value}
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

// read returns every message that a topic holds now, in order within each
// partition.
func (s *system) read(t *testing.T, topic string) []*kafka.Message {
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
		switch event := consumer.Poll(30_000).(type) {
		case *kafka.Message:
			messages = append(messages, event)
		case kafka.PartitionEOF:
			ends++
		case kafka.Error:
			if event.IsFatal() {
				t.Fatal(event)
			}
		case nil:
			t.Fatalf("read %s: nothing came for 30 s after %d messages", topic, len(messages))
		}
	}
	return messages
}

// rest calls Connect's REST API and returns the status code and the body.
func (s *system) rest(t *testing.T, method, path string, body []byte) (int, []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
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
