// Package app is the alerter as a program: its command line, the checks
// before anything is connected to, the wait for Kafka and the registry, and
// the summary at the end. The work is package stream's.
package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
	"github.com/peacestate/peacestate/alerter/internal/rule"
	"github.com/peacestate/peacestate/alerter/internal/stream"
	"github.com/peacestate/peacestate/alerter/internal/tally"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
	"github.com/peacestate/peacestate/service/monitor"
)

// Options are the command line.
type Options struct {
	Kafka    string          `env:"KAFKA_BOOTSTRAP_SERVERS" default:"localhost:9092" placeholder:"HOST:PORT,..." help:"Kafka's bootstrap servers (${default})."`
	Registry string          `env:"SCHEMA_REGISTRY_URL" default:"http://localhost:8081/apis/ccompat/v7" placeholder:"URL" help:"Confluent API of the schema registry (${default})."`
	Group    string          `default:"alerter" placeholder:"NAME" help:"Consumer group; alerters of one group share the riots. One group at a time may alert (${default})."`
	Format   deliver.Format  `enum:"json,text" default:"json" placeholder:"FORMAT" help:"How alerts and call-ins are written to standard output: json or text (${default})."`
	MaxAge   time.Duration   `default:"15m" placeholder:"DURATION" help:"A riot older than this is alerted on as stale (${default})."`
	Cooldown time.Duration   `default:"10m" placeholder:"DURATION" help:"Riots of a citizen that follow each other within this, by their own time, and within --nearby are one incident: one alert, and updates of it (${default})."`
	Nearby   float64         `default:"1000" placeholder:"METRES" help:"How far apart the drones that see them may be (${default})."`
	Remember int             `default:"50000" placeholder:"ALERTS" help:"How many of the last alerts of each partition are known, to go on with incidents and recognise repetitions (${default})."`
	Instance string          `placeholder:"ID" help:"Name of this instance in its group, its own for good, as that of a pod in a stateful set: started again within six seconds, it goes on with its partitions, and the other alerters notice nothing (default: none)."`
	Stats    time.Duration   `default:"0s" placeholder:"DURATION" help:"Say on standard error how many alerts there were and how long they took, once every so long; 0s is only at the end (${default})."`
	Listen   monitor.Address `placeholder:"ADDR" help:"Serve /metrics, /healthz and /readyz here, as in :9101, for this machine alone, or 0.0.0.0:9101 (default: nowhere)."`
	Wait     time.Duration   `default:"1m" placeholder:"DURATION" help:"How long to wait at the start for Kafka and the registry (${default})."`
	IdleExit time.Duration   `default:"0s" placeholder:"DURATION" help:"End when there has been no riot for so long; 0s is never (${default})."`
	Webhooks webhooks        `embed:""`
}

// The bounds of what is remembered of a partition: enough that the end of the
// last alerts is among them even if there are records that are none; and so
// much that all six partitions take two gigabytes, and ten seconds to read back.
const (
	leastRemembered = 100
	mostRemembered  = 200_000
)

// Program is the alerter.
func Program() service.Program {
	return service.Program{
		Name: "alerter",
		Does: "Turns riots into alerts as quickly as it can: one JSON line each on standard output, and the topic alerts. Tells the ground crew which drones to call in.",
		Examples: []string{
			"go run ./alerter                      alert until Ctrl-C",
			"go run ./alerter --format text        the same, for people",
			"go run ./alerter --idle-exit 5s       alert on what there is, then end",
			"go run ./alerter --stats 10s          say every ten seconds how many alerts, and how long they took",
			"go run ./alerter --listen :9101       with metrics and health",
			"go run ./alerter --webhook https://ops.example/alerts --webhook slack=https://hooks.slack.com/services/...",
			"go run ./alerter --crew-webhook https://crew.example/calls     tell the ground crew which drones to call in",
		},
		Grammar: &Options{},
	}
}

// Validate names everything that is wrong with the options, on one line.
func (o *Options) Validate() error {
	var wrong []string
	refuse := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	for server := range strings.SplitSeq(o.Kafka, ",") {
		if err := checkServer(server); err != nil {
			refuse("--kafka must list HOST:PORT, separated by commas, and %q is none (%v)", server, err)
		}
	}
	if u, err := url.Parse(o.Registry); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		refuse("--registry must be an http or https URL, not %q", o.Registry)
	}
	if strings.TrimSpace(o.Group) == "" {
		refuse("--group must not be empty")
	}
	if o.MaxAge <= 0 {
		refuse("--max-age must be more than zero, not %s", o.MaxAge)
	}
	if o.Cooldown < 0 {
		refuse("--cooldown must not be negative, and is %s", o.Cooldown)
	}
	if !(o.Nearby >= 0) { // nor NaN
		refuse("--nearby must be metres, 0 or more, not %v", o.Nearby)
	}
	if o.Remember < leastRemembered || o.Remember > mostRemembered {
		refuse("--remember must be %d to %d alerts, not %d", leastRemembered, mostRemembered, o.Remember)
	}
	if o.Instance != strings.TrimSpace(o.Instance) {
		refuse("--instance must not begin or end with a space, and is %q", o.Instance)
	}
	if o.Stats < 0 || (o.Stats > 0 && o.Stats < time.Second) {
		refuse("--stats must be 0s or at least 1s, not %s", o.Stats)
	}
	if o.Wait <= 0 {
		refuse("--wait must be more than zero, not %s", o.Wait)
	}
	if o.IdleExit < 0 {
		refuse("--idle-exit must not be negative, and is %s", o.IdleExit)
	}
	wrong = append(wrong, o.Webhooks.wrong()...)
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "; "))
	}
	return nil
}

func checkServer(server string) error {
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		return err
	}
	if strings.TrimSpace(host) == "" {
		return errors.New("no host")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return errors.New("the port is not within 1 to 65535")
	}
	return nil
}

// Run is the whole service. It ends on Ctrl-C with ctx's error.
func (o *Options) Run(ctx context.Context, s service.Streams) error {
	counted, condition, metrics := tally.New(), &health{}, monitor.Registry()
	counted.Register(metrics)
	condition.register(metrics)
	if o.Listen != "" {
		stop, err := monitor.Serve(s.Log, o.Listen, metrics, func() error { return condition.ready(time.Now()) })
		if err != nil {
			return fmt.Errorf("%w; name another address with --listen", err)
		}
		defer stop()
	}
	topics := []string{schemas.Riots().Topic, schemas.Alerts().Topic, schemas.Riots().DeadLetters()}
	topics = append(topics, o.Webhooks.topics()...)
	if err := service.Wait(ctx, s.Log, o.Wait, broker.Ready(o.Kafka, topics...)); err != nil {
		return err
	}
	riotsID := func(ctx context.Context) (string, error) { return stream.RiotsID(ctx, o.Kafka) }
	if _, err := riotsID(ctx); err != nil {
		return err
	}
	client := registry.New(o.Registry)
	reader, err := registry.NewReader(client, schemas.Riots())
	if err != nil {
		return err
	}
	writer, err := o.writer(ctx, s, client)
	if err != nil {
		return err
	}
	alerts, err := registry.NewReader(client, schemas.Alerts())
	if err != nil {
		return err
	}
	alerts.Know(writer) // a partition must not wait for the registry to be taken over
	s.Out = &oneAtATime{out: s.Out}
	stopWebhooks, err := o.startWebhooks(ctx, s, client, alerts, metrics, condition)
	if err != nil {
		return err
	}
	defer stopWebhooks()
	quiet := say(s.Log, o.Stats, counted.Window, func() int64 { return condition.told().Lag })
	err = stream.Run(ctx, stream.Settings{
		Servers:  o.Kafka,
		Group:    o.Group,
		Instance: o.Instance,
		Rule:     rule.Settings{MaxAge: o.MaxAge, Cooldown: o.Cooldown, Nearby: o.Nearby},
		Remember: o.Remember,
		IdleExit: o.IdleExit,
		RiotsID:  riotsID,
		Reader:   reader,
		Alerts:   alerts,
		Writer:   writer,
		Format:   o.Format,
		Out:      s.Out,
		Log:      s.Log,
		Observer: counted,
		Report:   func(state stream.State) { condition.tell(state, counted.Done()) },
	})
	quiet()
	fmt.Fprintf(s.Err, "alerter: %s\n", counted.Summary())
	return err
}

// writer waits for the registry to know the schema of the alerts.
func (o *Options) writer(ctx context.Context, s service.Streams, client *registry.Client) (registry.Writer[schemas.Alert], error) {
	var writer registry.Writer[schemas.Alert]
	err := service.Wait(ctx, s.Log, o.Wait, service.Dependency{
		Name:    "the schema registry",
		Address: o.Registry,
		Cure:    "start it with 'make up', register the schemas with 'make schemas', or name its address with --registry or SCHEMA_REGISTRY_URL",
		Probe: func(context.Context) (err error) {
			writer, err = registry.NewWriter(client, schemas.Alerts())
			return err
		},
	})
	return writer, err
}
