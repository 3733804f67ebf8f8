package app

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/spark-jobs/internal/journal"
)

// A crew is the way to the ground crew: topic call-ins, which alerters read.
type crew struct {
	topic  *journal.Topic
	writer registry.Writer[schemas.CallIn]
}

// openCrew reaches the topic, and waits a little for the registry to know its
// schema.
func openCrew(ctx context.Context, log *slog.Logger, servers, url string) (crew, error) {
	var c crew
	err := service.Wait(ctx, log, connectLimit, service.Dependency{
		Name:    "the schema registry",
		Address: url,
		Cure:    "start it with 'make up', register the schemas with 'make schemas', or name its address with --registry or SCHEMA_REGISTRY_URL",
		Probe: func(context.Context) (err error) {
			c.writer, err = registry.NewWriter(registry.New(url), schemas.CallIns())
			return err
		},
	})
	if err != nil {
		return crew{}, err
	}
	c.topic, err = journal.Open(servers, schemas.CallIns().Topic)
	return c, err
}

func (c crew) close() { c.topic.Close() }

// call returns when Kafka has stored all calls, in topic call-ins. Those that
// are there already may come again.
func (c crew) call(ctx context.Context, calls []schemas.CallIn) error {
	records := make([]journal.Record, len(calls))
	for i, call := range calls {
		value, err := c.writer.Append(nil, call)
		if err != nil {
			return fmt.Errorf("call %s in: %w", call.DroneID, err)
		}
		records[i] = journal.Record{Key: call.DroneID, Value: value}
	}
	return c.topic.Send(ctx, records)
}
