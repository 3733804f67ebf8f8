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
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
	"github.com/peacestate/peacestate/alerter/internal/rule"
	"github.com/peacestate/peacestate/alerter/internal/stream"
	"github.com/peacestate/peacestate/alerter/internal/webhook"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
)

// Options are the command line.
type Options struct {
	Kafka         string         `env:"KAFKA_BOOTSTRAP_SERVERS" default:"localhost:9092" placeholder:"HOST:PORT,..." help:"Kafka's bootstrap servers (${default})."`
	Registry      string         `env:"SCHEMA_REGISTRY_URL" default:"http://localhost:8081/apis/ccompat/v7" placeholder:"URL" help:"Confluent API of the schema registry (${default})."`
	Group         string         `default:"alerter" placeholder:"NAME" help:"Consumer group; alerters of one group share the riots. One group at a time may alert (${default})."`
	Format        deliver.Format `enum:"json,text" default:"json" placeholder:"FORMAT" help:"How alerts are written to standard output: json or text (${default})."`
	MaxAge        time.Duration  `default:"15m" placeholder:"DURATION" help:"A riot older than this is alerted on as stale (${default})."`
	Webhook       []string       `env:"ALERTER_WEBHOOK" sep:" " placeholder:"[FORMAT=]URL" help:"Post alerts there, too; may be repeated. FORMAT is json (when there is none), slack or discord. The variable lists them with spaces between. Bodies are signed when ALERTER_WEBHOOK_SECRET is set; see docs/webhooks.md."`
	WebhookGiveUp time.Duration  `default:"5m" placeholder:"DURATION" help:"How long to try to post an alert, before it goes to topic alerts-undelivered (${default})."`
	Wait          time.Duration  `default:"1m" placeholder:"DURATION" help:"How long to wait at the start for Kafka and the registry (${default})."`
	IdleExit      time.Duration  `default:"0s" placeholder:"DURATION" help:"End when there has been no riot for so long; 0s is never (${default})."`
}

// Program is the alerter.
func Program() service.Program {
	return service.Program{
		Name: "alerter",
		Does: "Turns riots into alerts as quickly as it can: one JSON line each on standard output, and the topic alerts.",
		Examples: []string{
			"go run ./alerter                      alert until Ctrl-C",
			"go run ./alerter --format text        the same, for people",
			"go run ./alerter --idle-exit 5s       alert on what there is, then end",
			"go run ./alerter --webhook https://ops.example/alerts --webhook slack=https://hooks.slack.com/services/...",
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
	if o.WebhookGiveUp <= 0 {
		refuse("--webhook-give-up must be more than zero, not %s", o.WebhookGiveUp)
	}
	if _, err := o.targets(); err != nil {
		refuse("%v", err)
	}
	if o.Wait <= 0 {
		refuse("--wait must be more than zero, not %s", o.Wait)
	}
	if o.IdleExit < 0 {
		refuse("--idle-exit must not be negative, and is %s", o.IdleExit)
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "; "))
	}
	return nil
}

// targets are the webhooks. Their URLs may hold secrets, which no error
// repeats: that is why the command line is not left to read them.
func (o *Options) targets() ([]webhook.Target, error) {
	targets := make([]webhook.Target, len(o.Webhook))
	named := make(map[string]bool, len(o.Webhook))
	for i, text := range o.Webhook {
		target, err := webhook.ParseTarget(text)
		if err != nil {
			return nil, fmt.Errorf("--webhook: number %d is %w", i+1, err)
		}
		if named[target.Name()] {
			return nil, fmt.Errorf("--webhook must name each webhook once, and names %s twice", target)
		}
		named[target.Name()] = true
		targets[i] = target
	}
	return targets, nil
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
	topics := []string{schemas.Riots().Topic, schemas.Alerts().Topic, schemas.Riots().DeadLetters()}
	if len(o.Webhook) > 0 {
		topics = append(topics, schemas.Alerts().Undelivered())
	}
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
	webhooks, err := o.webhooks(ctx, s, client)
	if err != nil {
		return err
	}
	defer func() {
		webhooks.Stop()
		for _, stats := range webhooks.Stats() {
			fmt.Fprintf(s.Err, "alerter: %s\n", stats)
		}
	}()
	summary, err := stream.Run(ctx, stream.Settings{
		Servers:  o.Kafka,
		Group:    o.Group,
		Rule:     rule.Settings{MaxAge: o.MaxAge},
		IdleExit: o.IdleExit,
		RiotsID:  riotsID,
		Reader:   reader,
		Writer:   writer,
		Format:   o.Format,
		Out:      s.Out,
		Log:      s.Log,
	})
	fmt.Fprintf(s.Err, "alerter: %s\n", summary)
	return err
}

// webhookSecret is where the secret is read from. There is no flag for it: the
// command line of a process is for all to see.
const webhookSecret = "ALERTER_WEBHOOK_SECRET"

// webhooks are at work when it returns, before the first riot is alerted on.
func (o *Options) webhooks(ctx context.Context, s service.Streams, client *registry.Client) (*webhook.Webhooks, error) {
	targets, err := o.targets()
	if err != nil {
		return nil, err
	}
	reader, err := registry.NewReader(client, schemas.Alerts())
	if err != nil {
		return nil, err
	}
	return webhook.Start(ctx, webhook.Settings{
		Servers: o.Kafka,
		Group:   o.Group,
		Targets: targets,
		Secret:  os.Getenv(webhookSecret),
		GiveUp:  o.WebhookGiveUp,
		Wait:    o.Wait,
		Reader:  reader,
		Log:     s.Log,
	})
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
