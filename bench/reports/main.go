// Command reports fills the topic reports for the archive's benchmark
// (bench/archive), with reports of a given size: the simulator's have about
// 260 bytes, and what others publish of this sink was measured with 1,200. In
// another schema it is a producer that is ahead of the others (demo/evolve).
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/peacestate/peacestate/bench/internal/feed"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service"
)

// Fill sends reports.
type Fill struct {
	Kafka    string `env:"KAFKA_BOOTSTRAP_SERVERS" default:"localhost:9092" help:"Kafka's bootstrap servers."`
	Registry string `env:"SCHEMA_REGISTRY_URL" default:"http://localhost:8081/apis/ccompat/v7" help:"Where the schema registry listens."`
	Reports  int    `default:"1000000" help:"How many."`
	Bytes    int    `default:"1200" help:"How long each is, to within a citizen and a word."`
	Schema   string `type:"existingfile" placeholder:"FILE" help:"An Avro schema, registered, to write them in; fields that reports lack get their defaults (default: the contract's newest)."`
}

// Validate checks the options, before anything is connected to.
func (f Fill) Validate() error {
	if f.Reports <= 0 || f.Bytes < 100 || f.Bytes > 100_000 {
		return fmt.Errorf("--reports must be above 0 and --bytes from 100 to 100000, not %d and %d", f.Reports, f.Bytes)
	}
	return nil
}

// Run sends them and waits until Kafka has them all. Their ids hold the time of
// the start, so that no run repeats the reports of another.
func (f Fill) Run(ctx context.Context, streams service.Streams) error {
	writer, err := f.writer()
	if err != nil {
		return err
	}
	began, size := time.Now(), 0
	err = feed.Fill(ctx, f.Kafka, schemas.Reports().Topic, f.Reports, func(value []byte, i int) (string, []byte, error) {
		report := nth(i, began, f.Bytes)
		value, err := writer.Append(value, report)
		size += len(value)
		return report.DroneID, value, err
	})
	if err != nil {
		return err
	}
	streams.Log.Info("sent", "reports", f.Reports, "bytes_each", size/f.Reports, "took", time.Since(began).Round(time.Millisecond))
	return nil
}

func (f Fill) writer() (registry.Writer[schemas.Report], error) {
	client := registry.New(f.Registry)
	if f.Schema == "" {
		return registry.NewWriter(client, schemas.Reports())
	}
	schema, err := os.ReadFile(f.Schema)
	if err != nil {
		return registry.Writer[schemas.Report]{}, err
	}
	return registry.NewWriterIn(client, schemas.Reports(), string(schema))
}

// nth is the report number i of a run, of about so many bytes: half of them
// citizens, half of them words. The reports are of the day of the run, lest they
// change what is known of flights in the past.
func nth(i int, run time.Time, size int) schemas.Report {
	const drones = 1000
	drone, seq := schemas.DroneID(i%drones), run.UnixMilli()*1000+int64(i/drones)
	report := schemas.Report{
		ReportID: schemas.ReportID(drone, seq), DroneID: drone, Seq: seq,
		ReportedAt: run.UTC().Truncate(24 * time.Hour).Add(time.Duration(i/drones) * time.Second),
		Lat:        43 + float64(i%drones)/drones, Lon: -30 + float64(i%997)/997,
	}
	for n := 0; n < size/2; n += 45 {
		citizen := (i*31 + n) % 20_000
		report.Citizens = append(report.Citizens, schemas.Citizen{
			CitizenID: fmt.Sprintf("citizen-%06d", citizen), Name: "Ilse Moreau", Peacescore: 20 + float64(citizen%80), // nobody riots
		})
	}
	for n := 0; n < size/2-60; n += 7 {
		report.Words = append(report.Words, words[(i+n)%len(words)])
	}
	return report
}

var words = strings.Fields("harbour coffee market street bakery winter ferry garden school window market summer bridge letter")

func main() {
	os.Exit(service.Main(service.Program{
		Name:     "reports",
		Does:     "Fills the topic reports with reports of a given size, for the archive's benchmark.",
		Examples: []string{"go run ./bench/reports --reports 1000000 --bytes 1200"},
		Grammar:  &Fill{},
	}))
}
