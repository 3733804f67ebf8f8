// Package app is the command line of spark-jobs: it validates what was asked,
// connects, and prints.
package app

import (
	"context"
	"fmt"
	"time"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

// connectLimit is how long a server may take to be ready. Spark itself starts
// in about half a minute.
const connectLimit = time.Minute

// Program is the command line.
func Program() service.Program {
	return service.Program{
		Name: "spark-jobs",
		Does: "Ask the archive questions, answered by Spark, and audit that it holds every record once.",
		Examples: []string{
			"go run ./spark-jobs list",
			"go run ./spark-jobs ask weekend",
			"go run ./spark-jobs ask hours --chart hours.svg",
			"go run ./spark-jobs ask all --json",
			"go run ./spark-jobs ask all --publish --every 10m",
			"go run ./spark-jobs sql 'SELECT * FROM riots LIMIT 5'",
			"go run ./spark-jobs verify --wait 2m",
			"go run ./spark-jobs commits --since 10m",
			"go run ./spark-jobs table",
			"go run ./spark-jobs maintain",
			"go run ./spark-jobs dead-letters list",
			"go run ./spark-jobs maintenance train",
			"go run ./spark-jobs maintenance predict --publish",
			"go run ./spark-jobs tables",
		},
		Grammar: &struct {
			List        list                `cmd:"" help:"List the questions."`
			Ask         ask                 `cmd:"" help:"Answer questions from the archive."`
			SQL         sqlCommand          `cmd:"" name:"sql" help:"Send Spark one statement that reads, of your own."`
			Verify      verify              `cmd:"" help:"Compare, offset by offset, what Kafka holds with what is archived."`
			Table       tableState          `cmd:"" help:"Say what each table consists of: rows, files, snapshots."`
			Commits     commits             `cmd:"" help:"Say how the sink has been committing: how often, how much, and how late."`
			Maintain    maintain            `cmd:"" help:"Compact small files, forget old snapshots, remove orphans. Safe beside a running sink."`
			DeadLetters deadLetters         `cmd:"" name:"dead-letters" help:"List records that could not be archived or alerted on; send them back."`
			Maintenance maintenanceCommands `cmd:"" help:"Foretell which drones fail: train a model, judge it, rank the drones."`
			Tables      tables              `cmd:"" help:"Create the tables of the archive that are missing."`
		}{},
	}
}

// spark is the option that every command with a cluster has.
type spark struct {
	Spark string `env:"SPARK_REMOTE" default:"sc://localhost:15002" placeholder:"URL" help:"Spark Connect (${default})."`
}

// connect waits until Spark answers, and until the catalog of the archive
// answers Spark.
func (s spark) connect(ctx context.Context, streams service.Streams) (*engine.Engine, error) {
	cluster, err := engine.Connect(ctx, streams.Log, s.Spark, connectLimit)
	if err != nil {
		return nil, err
	}
	err = service.Wait(ctx, streams.Log, connectLimit, service.Dependency{
		Name:    "the Iceberg catalog",
		Address: "catalog " + lake.Catalog + " of Spark",
		Cure:    "see with 'make status' whether S3 runs, and start it with 'make up'",
		Probe:   func(ctx context.Context) error { return cluster.Execute(ctx, "SHOW NAMESPACES IN "+lake.Catalog) },
	})
	if err != nil {
		cluster.Close()
		return nil, err
	}
	return cluster, nil
}

// nothingArchived is what to do about a table that does not exist.
func nothingArchived(topic string) error {
	return fmt.Errorf("no %s archived yet: Spark knows no table %s; create it with 'make tables', post the connectors with 'make connectors', "+
		"fly with 'go run ./simulator', and give the sink a few seconds to commit", topic, lake.Table(topic))
}
