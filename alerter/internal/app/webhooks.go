package app

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"

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
	WebhookGiveUp time.Duration `default:"5m" placeholder:"DURATION" help:"How long to try to post an alert, before it goes to topic alerts-undelivered (${default})."`
}

// webhookSecret is where the secret is read from. There is no flag for it: the
// command line of a process is for all to see.
const webhookSecret = "ALERTER_WEBHOOK_SECRET"

func (w webhooks) wrong() (wrong []string) {
	if _, err := w.targets(); err != nil {
		wrong = append(wrong, err.Error())
	}
	if w.WebhookGiveUp <= 0 {
		wrong = append(wrong, fmt.Sprintf("--webhook-give-up must be more than zero, not %s", w.WebhookGiveUp))
	}
	return wrong
}

func (w webhooks) targets() ([]webhook.Target, error) {
	targets := make([]webhook.Target, len(w.Webhook))
	named := make(map[string]bool, len(w.Webhook))
	for i, text := range w.Webhook {
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

// topics are those that must exist because of the webhooks.
func (w webhooks) topics() []string {
	if len(w.Webhook) == 0 {
		return nil
	}
	return []string{schemas.Alerts().Undelivered()}
}

// startWebhooks has set the webhooks to work when it returns: before the first
// riot is alerted on. stop ends them, and says what they did.
func (o *Options) startWebhooks(
	ctx context.Context, s service.Streams, alerts *registry.Reader[schemas.Alert], metrics prometheus.Registerer, condition *health,
) (stop func(), err error) {
	targets, err := o.Webhooks.targets()
	if err != nil {
		return nil, err
	}
	started, err := webhook.Start(ctx, webhook.Settings{
		Servers:  o.Kafka,
		Group:    o.Group,
		Instance: o.Instance,
		Targets:  targets,
		Secret:   os.Getenv(webhookSecret),
		GiveUp:   o.Webhooks.WebhookGiveUp,
		Wait:     o.Wait,
		Reader:   alerts,
		Log:      s.Log,
	})
	if err != nil {
		return nil, err
	}
	started.Register(metrics)
	condition.reach(started.Ready)
	return func() {
		started.Stop()
		for _, stats := range started.Stats() {
			fmt.Fprintf(s.Err, "alerter: %s\n", stats)
		}
	}, nil
}
