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
	// Probe answers nil when the server is ready, else what is not right yet.
	// It is called again and again; its context ends with the wait, and what
	// it does must end with that or be bounded by itself.
	Probe func(context.Context) error
}

const (
	firstRetry = 200 * time.Millisecond
	lastRetry  = 2 * time.Second
	// sayAgain is how often a wait that goes on is mentioned.
	sayAgain = 5 * time.Second
)

// Wait probes until the dependency is ready, for at most limit. It tells log
// that it waits, again every five seconds, and when that is over. The error of
// a wait in vain names the server, its last answer and the cure. When ctx is
// cancelled, Wait returns its error as soon as the probe under way is back.
func Wait(ctx context.Context, log *slog.Logger, limit time.Duration, d Dependency) error {
	probing, stop := context.WithTimeout(ctx, limit)
	defer stop()
	began := time.Now()
	var said time.Time
	policy := backoff.NewExponentialBackOff()
	policy.InitialInterval = firstRetry
	policy.MaxInterval = lastRetry
	_, err := backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, d.Probe(probing) },
		backoff.WithBackOff(policy),
		backoff.WithMaxElapsedTime(max(limit, 1)), // 0 would be for ever
		backoff.WithNotify(func(err error, _ time.Duration) {
			if !said.IsZero() && time.Since(said) < sayAgain {
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
		return fmt.Errorf("%s at %s is not ready after %s: %w; %s", d.Name, d.Address, limit, err, d.Cure)
	}
	if !said.IsZero() {
		log.Info(d.Name+" is ready", "waited", time.Since(began).Round(100*time.Millisecond))
	}
	return nil
}
