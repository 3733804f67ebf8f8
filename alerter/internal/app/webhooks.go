package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/peacestate/peacestate/alerter/internal/deliver"
	"github.com/peacestate/peacestate/alerter/internal/webhook"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service"
)

// webhooks are the part of the command line that is about them. Their URLs may
// hold secrets, which no error repeats: that is why the URLs are read here, and
// not by package kong.
type webhooks struct {
	Webhook       []string      `env:"ALERTER_WEBHOOK" sep:" " placeholder:"[FORMAT=]URL" help:"Post alerts there, too; may be repeated. FORMAT is json (when there is none), slack or discord. The variable lists them with spaces between. Bodies are signed when ALERTER_WEBHOOK_SECRET is set; see docs/webhooks.md."`
	CrewWebhook   []string      `env:"ALERTER_CREW_WEBHOOK" sep:" " placeholder:"[FORMAT=]URL" help:"Post there which drones the ground crew should call in (topic call-ins); otherwise as --webhook."`
	WebhookGiveUp time.Duration `default:"5m" placeholder:"DURATION" help:"How long to try to post an alert or a call-in, before it goes to topic alerts-undelivered or call-ins-undelivered (${default})."`
}

// webhookSecret is where the secret is read from. There is no flag for it: the
// command line of a process is for all to see.
const webhookSecret = "ALERTER_WEBHOOK_SECRET"

func (w webhooks) wrong() (wrong []string) {
	for _, read := range []func() ([]webhook.Target, error){w.targets, w.crewTargets} {
		if _, err := read(); err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	if w.WebhookGiveUp <= 0 {
		wrong = append(wrong, fmt.Sprintf("--webhook-give-up must be more than zero, not %s", w.WebhookGiveUp))
	}
	return wrong
}

func (w webhooks) targets() ([]webhook.Target, error) { return targets("--webhook", w.Webhook) }

func (w webhooks) crewTargets() ([]webhook.Target, error) {
	return targets("--crew-webhook", w.CrewWebhook)
}

func targets(flag string, texts []string) ([]webhook.Target, error) {
	targets := make([]webhook.Target, len(texts))
	named := make(map[string]bool, len(texts))
	for i, text := range texts {
		target, err := webhook.ParseTarget(text)
		if err != nil {
			return nil, fmt.Errorf("%s: number %d is %w", flag, i+1, err)
		}
		if named[target.Name()] {
			return nil, fmt.Errorf("%s must name each webhook once, and names %s twice", flag, target)
		}
		named[target.Name()] = true
		targets[i] = target
	}
	return targets, nil
}

// topics are those that must exist because of the webhooks, and of the lines of
// call-ins.
func (w webhooks) topics() []string {
	topics := []string{schemas.CallIns().Topic, schemas.CallIns().Undelivered()}
	if len(w.Webhook) > 0 {
		topics = append(topics, schemas.Alerts().Undelivered())
	}
	return topics
}

// crewGroup is what the consumer groups of the ground crew's outlets are named
// after.
func (o *Options) crewGroup() string { return o.Group + "-crew" }

// linesLimit bounds the wait at the end for who reads the lines of call-ins.
const linesLimit = time.Second

// startWebhooks has set the webhooks to work when it returns, and the lines of
// call-ins: before the first riot is alerted on. What the crew is told has
// consumers of its own, for which no riot waits. stop ends them, and says what
// they did.
func (o *Options) startWebhooks(
	ctx context.Context, s service.Streams, client *registry.Client, alerts *registry.Reader[schemas.Alert],
	metrics prometheus.Registerer, condition *health,
) (stop func(), err error) {
	people, err := o.Webhooks.targets()
	if err != nil {
		return nil, err
	}
	crew, err := o.Webhooks.crewTargets()
	if err != nil {
		return nil, err
	}
	calls, err := registry.NewReader(client, schemas.CallIns())
	if err != nil {
		return nil, err
	}
	settings := webhook.Settings{
		Subject:  webhook.Alerts(alerts),
		Servers:  o.Kafka,
		Group:    o.Group,
		Instance: o.Instance,
		Targets:  people,
		Secret:   os.Getenv(webhookSecret),
		GiveUp:   o.Webhooks.WebhookGiveUp,
		Wait:     o.Wait,
		Log:      s.Log,
	}
	told, err := webhook.Start(ctx, settings)
	if err != nil {
		return nil, err
	}
	lines := deliver.OpenLines(s.Out, schemas.CallIns().Topic, o.Format.AppendCallIn, s.Log)
	settings.Subject, settings.Group, settings.Targets = webhook.CallIns(calls, lines), o.crewGroup(), crew
	called, err := webhook.Start(ctx, settings)
	if err != nil {
		lines.Close(linesLimit)
		told.Stop()
		return nil, err
	}
	told.Register(metrics)
	called.Register(metrics)
	condition.reach(func() error { return cmp.Or(told.Ready(), called.Ready()) })
	return func() {
		var stopping sync.WaitGroup
		stopping.Go(told.Stop)
		stopping.Go(called.Stop)
		stopping.Wait()
		lines.Close(linesLimit)
		for _, stats := range slices.Concat(told.Stats(), called.Stats()) {
			if stats.Webhook != webhook.Lines || !stats.Idle() {
				fmt.Fprintf(s.Err, "alerter: %s\n", stats)
			}
		}
	}, nil
}

// A oneAtATime lets several goroutines write to a stream: lines of alerts and
// of call-ins.
type oneAtATime struct {
	mu  sync.Mutex
	out io.Writer
}

func (o *oneAtATime) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.out.Write(p)
}
