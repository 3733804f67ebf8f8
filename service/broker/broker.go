// Package broker is how PeaceState's programs reach Kafka: the settings that
// all clients share, and the wait until the broker answers. It does not wrap
// the client.
package broker

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/service"
)

// DefaultServers is where the local stack's broker listens.
const DefaultServers = "localhost:9092"

// leaveLimit bounds how long a member takes to leave its group.
const leaveLimit = 15 * time.Second

// Leave closes a consumer that is a member of a group. One that the group has
// fenced, as it may when a coordinator dies, never manages to (librdkafka's
// issues 3437 and 3740): it is left as it is after fifteen seconds, and the
// program should end.
func Leave(consumer *kafka.Consumer) error { return within(leaveLimit, consumer.Close) }

func within(limit time.Duration, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-time.After(limit):
		return fmt.Errorf("it takes longer than %s", limit)
	}
}

// probeTimeout bounds one question to the broker: the client cannot be told to
// stop asking before.
const probeTimeout = 2 * time.Second

// Config is the start of every client's configuration; add what the client
// needs on top. Each call returns a map of its own.
func Config(servers string) kafka.ConfigMap {
	return kafka.ConfigMap{
		"bootstrap.servers": servers,
		"client.id":         "peacestate",
		// librdkafka would write every refused connection to stderr; the
		// programs say it once, in words (Ready), or as an error event.
		"log_level": 0,
	}
}

// Prompt is Config for a consumer to whom milliseconds matter: what the broker
// has is handed out at once, and a consumer that was held up is soon back.
// docs/decisions/0011 has what each setting was measured to do.
func Prompt(servers string) kafka.ConfigMap {
	config := Config(servers)
	maps.Copy(config, kafka.ConfigMap{
		// A fetch answers as soon as there is a byte (fetch.min.bytes is 1). But a
		// partition that is not in it, as one just assigned, waits until the one
		// under way comes back: at the latest after this; the default is 500.
		"fetch.wait.max.ms": 50,
		// Rest between fetches when enough is queued; the default is 1,000, and a
		// message could wait that long behind a backlog.
		"fetch.queue.backoff.ms":   10,
		"fetch.error.backoff.ms":   100,
		"reconnect.backoff.max.ms": 1000, // back within a second of the broker; the default is 10
	})
	return config
}

// Ready is the dependency on a broker that serves the given topics. A topic
// that is missing is named in the answer.
func Ready(servers string, topics ...string) service.Dependency {
	return service.Dependency{
		Name:    "Kafka",
		Address: servers,
		Cure:    "start it with 'make up', or name its address with --kafka or KAFKA_BOOTSTRAP_SERVERS",
		Probe:   func(context.Context) error { return probe(servers, topics) },
	}
}

func probe(servers string, topics []string) error {
	config := Config(servers)
	admin, err := kafka.NewAdminClient(&config)
	if err != nil {
		return fmt.Errorf("configure the Kafka client: %w", err)
	}
	defer admin.Close()
	metadata, err := admin.GetMetadata(nil, true, int(probeTimeout.Milliseconds()))
	if err != nil {
		return err
	}
	for _, name := range topics {
		topic, ok := metadata.Topics[name]
		if !ok {
			return fmt.Errorf("topic %s does not exist yet", name)
		}
		if topic.Error.Code() != kafka.ErrNoError {
			return fmt.Errorf("topic %s: %w", name, topic.Error)
		}
	}
	return nil
}
