// Package app is the simulator's command line, and what lies between it and
// the packages world and publish: waiting for the servers, keeping time, and
// telling a person how the flight goes.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
	"github.com/peacestate/peacestate/service/monitor"
	"github.com/peacestate/peacestate/simulator/internal/publish"
)

// Program is the simulator.
func Program() service.Program {
	return service.Program{
		Name: "simulator",
		Does: "Plays the drones of Peaceland: sends what they report to Kafka, every riot they see at once, and their failures and repairs. " +
			"The same seed gives the same reports, always.",
		Examples: []string{
			"go run ./simulator --drones 100                                    live, until Ctrl-C",
			"go run ./simulator --drones 100 --speed 60 --duration 20s          live, sixty times faster than life",
			"go run ./simulator --drones 1000 --waves 5 --listen :9100          five first waves at once, with metrics",
			"go run ./simulator --drones 1000 --rate 50000/s --duration 1m      three million reports, at a steady pace",
			"go run ./simulator --drones 50 --from 2026-01-05 --for 672h        four weeks, as fast as possible",
			"go run ./simulator --drones 50 --from 2026-01-05 --for 1h --json   an hour, and its summary as JSON",
			"go run ./simulator --late --corrupt 0.1% --manifest faults.jsonl   live, with faults that are written down",
			"go run ./simulator truth --drones 50 --from 2026-01-05 --for 672h  what must be found of four weeks",
			"go run ./simulator wear --drones 50 --from 2026-01-05 --for 672h   which drones fail, and how likely that was",
			"go run ./simulator describe                                        the world's parameters and a report",
		},
		Grammar: &struct {
			Fly      Fly      `cmd:"" default:"withargs" help:"Fly the drones and send their reports. The command if none is named."`
			Truth    Truth    `cmd:"" help:"Say what a flight with the same options sends, and what must be found of it."`
			Wear     Wear     `cmd:"" help:"Say which drones fail, and how likely each was to: the ceiling of every prediction."`
			Describe Describe `cmd:"" help:"Print the world's parameters, the faults and a report as JSON."`
		}{},
	}
}

// Run flies as the options say, and reports what was delivered. It ends
// before time when ctx does, and then still delivers what it sent. A flight
// that cannot keep its pace says so, and leaves nothing out: it is on pace
// again once it has caught up, or ends late.
func (o Fly) Run(ctx context.Context, streams service.Streams) (err error) {
	drones, err := o.check(time.Now())
	if err != nil {
		return err
	}
	written, err := createManifest(o.Manifest)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, written.close()) }()
	line := openLine(streams.Err)
	if line != nil {
		streams.Log = slog.New(line.above(streams.Log.Handler()))
	}
	var flying atomic.Pointer[watcher]
	metrics := monitor.Registry()
	if o.Listen != "" {
		stop, err := monitor.Serve(streams.Log, o.Listen, metrics, func() error {
			if w := flying.Load(); w != nil {
				return w.ready()
			}
			return errors.New("waiting for Kafka and the schema registry")
		})
		if err != nil {
			return fmt.Errorf("%w; name another address with --listen", err)
		}
		defer stop()
	}
	publisher, err := o.connect(ctx, streams)
	if err != nil {
		return err
	}
	plan := o.plan(time.Now())
	f := &flight{
		fleet: drones, faults: o.faultPlan(plan.to),
		gate: newGate(plan, publisher.ReportBytes), manifest: written,
	}
	w := &watcher{gate: f.gate, tally: publisher.Tally, faults: written.sent, log: streams.Log, line: line}
	w.register(metrics)
	flying.Store(w)

	// Patience with Kafka ends some time after the flight does, or should.
	patience, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	if o.Duration != nil {
		defer time.AfterFunc(*o.Duration+o.Drain, giveUp).Stop()
	}
	defer context.AfterFunc(ctx, func() { time.AfterFunc(o.Drain, giveUp) })()

	stopWatching := w.watch(ctx, func() {
		streams.Log.Info("stopping; waiting for Kafka's acknowledgements (Ctrl-C again to leave at once)",
			"messages", publisher.Tally().Undelivered, "giving_up_in", o.Drain)
	})
	broken := publisher.Publish(patience, f.messages(ctx))
	drain, endDrain := context.WithTimeout(patience, o.Drain)
	defer endDrain()
	tally, lost := publisher.Close(drain)
	stopWatching()

	if err := o.summary(f, tally).print(streams, o.JSON); err != nil {
		return err
	}
	switch {
	case broken != nil && lost != nil:
		return fmt.Errorf("%w (%w)", lost, broken)
	case lost != nil:
		return lost
	case broken != nil:
		return broken
	default:
		return ctx.Err()
	}
}

// connect waits for the servers and opens the way to them.
func (o Fly) connect(ctx context.Context, streams service.Streams) (*publish.Publisher, error) {
	client := registry.New(o.Registry)
	for _, needed := range []service.Dependency{
		broker.Ready(o.Kafka, schemas.Reports().Topic, schemas.Riots().Topic, schemas.Maintenance().Topic),
		{
			Name:    "the schema registry",
			Address: o.Registry,
			Cure:    "start it with 'make up', or name its address with --registry or SCHEMA_REGISTRY_URL",
			Probe:   func(context.Context) error { return client.Ping() },
		},
	} {
		if err := service.Wait(ctx, streams.Log, o.Wait, needed); err != nil {
			return nil, err
		}
	}
	writers, err := publish.NewWriters(client)
	if err != nil {
		return nil, err
	}
	return publish.Open(o.Kafka, writers, streams.Log)
}
