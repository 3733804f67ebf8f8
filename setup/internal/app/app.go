// Package app is the command line of setup.
package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
	"github.com/peacestate/peacestate/setup/internal/connect"
	"github.com/peacestate/peacestate/setup/internal/topic"
)

// Program is the whole command line.
func Program() service.Program {
	return service.Program{
		Name: "setup",
		Does: "Prepares running servers for PeaceState. Every step can be repeated.",
		Examples: []string{
			"go run ./setup topics",
			"go run ./setup schemas",
			"go run ./setup schema reports-value next.avsc",
			"go run ./setup connectors connectors/*.json",
		},
		Grammar: &struct {
			Topics     Topics     `cmd:"" help:"Create the topics that are missing."`
			Schemas    Schemas    `cmd:"" help:"Publish every version of every schema, and set BACKWARD compatibility."`
			Schema     Schema     `cmd:"" help:"Publish one schema as a subject's next version; the registry refuses what is not compatible."`
			Connectors Connectors `cmd:"" help:"Post or update connectors, and wait until every task runs."`
		}{},
	}
}

// Topics creates the topics of the contract.
type Topics struct {
	Kafka       string        `env:"KAFKA_BOOTSTRAP_SERVERS" default:"localhost:9092" help:"Kafka's bootstrap servers."`
	Replication int           `env:"TOPIC_REPLICATION" default:"1" help:"Copies of each partition; -1 for as many as the brokers make by default."`
	Wait        time.Duration `default:"1m" help:"How long to wait for Kafka."`
}

// metadataTimeout bounds the question what topics there are, once Kafka is
// known to answer.
const metadataTimeout = 10 * time.Second

// Run creates what is missing, and refuses to go on when a topic has another
// number of partitions.
func (t Topics) Run(ctx context.Context, streams service.Streams) error {
	if err := service.Wait(ctx, streams.Log, t.Wait, broker.Ready(t.Kafka)); err != nil {
		return err
	}
	config := broker.Config(t.Kafka)
	admin, err := kafka.NewAdminClient(&config)
	if err != nil {
		return fmt.Errorf("configure the Kafka client: %w", err)
	}
	defer admin.Close()
	metadata, err := admin.GetMetadata(nil, true, int(metadataTimeout.Milliseconds()))
	if err != nil {
		return fmt.Errorf("list the topics of %s: %w", t.Kafka, err)
	}
	have := map[string]int{}
	for name, found := range metadata.Topics {
		have[name] = len(found.Partitions)
	}
	create, err := topic.Plan(topic.All(), have)
	if err != nil {
		return err
	}
	if len(create) == 0 {
		fmt.Fprintf(streams.Err, "all %d topics are there\n", len(topic.All()))
		return nil
	}
	var specifications []kafka.TopicSpecification
	for _, missing := range create {
		specifications = append(specifications, kafka.TopicSpecification{
			Topic: missing.Name, NumPartitions: missing.Partitions, ReplicationFactor: t.Replication, Config: missing.Config(),
		})
	}
	results, err := admin.CreateTopics(ctx, specifications)
	if err != nil {
		return fmt.Errorf("create topics: %w", err)
	}
	for _, result := range results {
		// Another setup may have been quicker.
		if code := result.Error.Code(); code != kafka.ErrNoError && code != kafka.ErrTopicAlreadyExists {
			return fmt.Errorf("create topic %s: %w", result.Topic, result.Error)
		}
	}
	fmt.Fprintf(streams.Err, "created %d of %d topics\n", len(create), len(topic.All()))
	return nil
}

// Schemas publishes the contract.
type Schemas struct {
	Registry string        `env:"SCHEMA_REGISTRY_URL" default:"http://localhost:8081/apis/ccompat/v7" help:"The schema registry's Confluent API."`
	Wait     time.Duration `default:"1m" help:"How long to wait for the registry."`
}

// Run publishes every version of every contract, oldest first.
func (s Schemas) Run(ctx context.Context, streams service.Streams) error {
	client := registry.New(s.Registry)
	if err := service.Wait(ctx, streams.Log, s.Wait, service.Dependency{
		Name:    "the schema registry",
		Address: s.Registry,
		Cure:    "start it with 'make up', or name its address with --registry or SCHEMA_REGISTRY_URL",
		Probe:   func(context.Context) error { return client.Ping() },
	}); err != nil {
		return err
	}
	if err := errors.Join(
		registry.Publish(client, schemas.Reports()),
		registry.Publish(client, schemas.Riots()),
		registry.Publish(client, schemas.Alerts()),
		registry.Publish(client, schemas.Maintenance()),
		registry.Publish(client, schemas.CallIns()),
	); err != nil {
		return err
	}
	fmt.Fprintln(streams.Err, "published the schemas of reports, riots, alerts, maintenance and call-ins, compatibility BACKWARD")
	return nil
}

// Schema publishes one file.
type Schema struct {
	Subject  string `arg:"" help:"As reports-value."`
	File     string `arg:"" type:"existingfile" help:"An Avro schema."`
	Registry string `env:"SCHEMA_REGISTRY_URL" default:"http://localhost:8081/apis/ccompat/v7" help:"The schema registry's Confluent API."`
}

// Run publishes it, or passes on why the registry refuses it.
func (s Schema) Run(_ context.Context, streams service.Streams) error {
	content, err := os.ReadFile(s.File)
	if err != nil {
		return err
	}
	id, err := registry.PublishOne(registry.New(s.Registry), s.Subject, string(content))
	if err != nil {
		return fmt.Errorf("%s: %w", s.File, err)
	}
	fmt.Fprintf(streams.Err, "%s is a version of %s, with id %d\n", s.File, s.Subject, id)
	return nil
}

// Connectors posts connector files.
type Connectors struct {
	Files   []string      `arg:"" help:"Connector files, as they would be POSTed."`
	Connect string        `env:"CONNECT_URL" default:"http://localhost:8083" help:"A Connect worker's REST API."`
	Kafka   string        `env:"KAFKA_BOOTSTRAP_SERVERS" default:"localhost:9092" help:"Kafka's bootstrap servers."`
	Wait    time.Duration `default:"2m" help:"How long to wait for Connect, and then for the tasks."`
}

const askEvery = 500 * time.Millisecond

// Run gives every coordinator its place, puts every connector, then waits
// until each of their tasks runs.
func (c Connectors) Run(ctx context.Context, streams service.Streams) error {
	connectors, err := c.read()
	if err != nil {
		return err
	}
	worker := connect.New(c.Connect)
	if err := service.Wait(ctx, streams.Log, c.Wait, service.Dependency{
		Name:    "Kafka Connect",
		Address: c.Connect,
		Cure:    "start it with 'make up', or name its address with --connect or CONNECT_URL",
		Probe:   worker.Healthy,
	}); err != nil {
		return err
	}
	if err := placeCoordinators(ctx, streams.Log, c.Kafka, c.Wait, connectors); err != nil {
		return err
	}
	for _, connector := range connectors {
		if err := worker.Put(ctx, connector); err != nil {
			return err
		}
	}
	for i, connector := range connectors {
		if err := c.restart(ctx, worker, connector); err != nil {
			return err
		}
		tasks, err := c.started(ctx, worker, connector)
		if err != nil {
			return err
		}
		fmt.Fprintf(streams.Err, "%s runs with %d tasks, from %s\n", connector.Name, tasks, filepath.Base(c.Files[i]))
	}
	return nil
}

// restart starts again what failed before this run, if anything did. A
// connector that was only just put has no status yet, and nothing to restart.
func (c Connectors) restart(ctx context.Context, worker connect.Worker, connector connect.Connector) error {
	status, err := worker.Status(ctx, connector.Name)
	if err != nil || status.Failure() == "" {
		return nil
	}
	return worker.RestartFailed(ctx, connector.Name)
}

// started waits until all tasks of a connector run and says how many.
func (c Connectors) started(ctx context.Context, worker connect.Worker, connector connect.Connector) (int, error) {
	want, err := strconv.Atoi(connector.Config["tasks.max"])
	if err != nil {
		want = 1
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.Wait,
		fmt.Errorf("not all tasks of %s run after %s; see %s/connectors/%[1]s/status", connector.Name, c.Wait, c.Connect))
	defer cancel()
	for {
		// Right after it was put, a connector has no status yet: ask again.
		status, err := worker.Status(ctx, connector.Name)
		if err == nil && status.Failure() != "" {
			return 0, fmt.Errorf("%s failed: %s; mend the cause and run this again", connector.Name, status.Failure())
		}
		if err == nil && status.Running(want) {
			return len(status.Tasks), nil
		}
		select {
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case <-time.After(askEvery):
		}
	}
}
