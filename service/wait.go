package service

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// A Dependency is a server that a program cannot work without.
type Dependency struct {
	Name    string // "Kafka"
	Address string
	Cure    string // what a person should do when it does not answer
	// Probe answers nil when the server is ready. It must be bounded in time
	// and is called again and again.
	Probe func(context.Context) error
}

const (
	firstRetry = 200 * time.Millisecond
	lastRetry  = 2 * time.Second
	// sayAgain is how often a wait that goes on is mentioned.
	sayAgain = 5 * time.Second
)

// Wait probes until the dependency is ready, for at most limit. It tells log
// that it waits, and when that is over. The error of a wait in vain names the
// server, its last answer and the cure. A cancelled ctx ends it at once.
func Wait(ctx context.Context, log *slog.Logger, limit time.Duration, d Dependency) error {
	began := time.Now()
	var said time.Time
	policy := backoff.NewExponentialBackOff()
	policy.InitialInterval = firstRetry
	policy.MaxInterval = lastRetry
	_, err := backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, d.Probe(ctx) },
		backoff.WithBackOff(policy),
		backoff.WithMaxElapsedTime(limit),
		backoff.WithNotify(func(err error, _ time.Duration) {
			if time.Since(said) < sayAgain {
				return
			}
			said = time.Now()
			left := (limit - time.Since(began)).Round(time.Second)
			log.Warn("waiting for "+d.Name, "address", d.Address, "answer", err, "giving_up_in", left)
		}),
	)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%s at %s did not answer within %s (%w); %s", d.Name, d.Address, limit, err, d.Cure)
	}
	if !said.IsZero() {
		log.Info(d.Name+" is ready", "waited", time.Since(began).Round(100*time.Millisecond))
	}
	return nil
}
