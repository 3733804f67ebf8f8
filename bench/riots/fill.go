package main

import (
	"context"
	"fmt"
	"time"

	"github.com/peacestate/peacestate/bench/internal/feed"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service"
)

// Fill sends riots.
type Fill struct {
	Kafka    string `env:"KAFKA_BOOTSTRAP_SERVERS" default:"localhost:9092" help:"Kafka's bootstrap servers."`
	Registry string `env:"SCHEMA_REGISTRY_URL" default:"http://localhost:8081/apis/ccompat/v7" help:"Where the schema registry listens."`
	Riots    int    `default:"1000000" help:"How many."`
}

// Run sends them and waits until Kafka has them all. Their ids hold the time of
// the start, so that no run repeats the riots of another.
func (f Fill) Run(ctx context.Context, streams service.Streams) error {
	writer, err := registry.NewWriter(registry.New(f.Registry), schemas.Riots())
	if err != nil {
		return err
	}
	began := time.Now()
	err = feed.Fill(ctx, f.Kafka, schemas.Riots().Topic, f.Riots, func(value []byte, i int) (string, []byte, error) {
		riot := nth(i, began)
		value, err := writer.Append(value, riot)
		return riot.CitizenID, value, err
	})
	if err != nil {
		return err
	}
	streams.Log.Info("sent", "riots", f.Riots, "took", time.Since(began).Round(time.Millisecond))
	return nil
}

// nth is the riot number i of a run: of its own citizen, and as long as those
// of the simulator.
func nth(i int, run time.Time) schemas.Riot {
	report := schemas.ReportID(schemas.DroneID(i%1000), run.UnixMilli()*1000+int64(i/1000))
	citizen := fmt.Sprintf("bench-%d-%07d", run.UnixMilli(), i)
	return schemas.Riot{
		RiotID: schemas.RiotID(report, citizen), ReportID: report, DroneID: schemas.DroneID(i % 1000),
		DetectedAt: run, Lat: 43 + float64(i%1000)/1000, Lon: -30 + float64(i%997)/997,
		CitizenID: citizen, CitizenName: "Ilse Moreau", Peacescore: float64(i%100) / 10,
		Words: []string{"bread", "now", "enough", "street", "together"},
	}
}
