package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/peacestate/peacestate/alerter/internal/tally"
)

// say logs what happened, once every so long, until stop is called. It does
// so at whole multiples of that by the clock, so that what several alerters
// say is of the same time. The first line is of a shorter time, and what
// happens after the last is left to the summary.
func say(log *slog.Logger, every time.Duration, window func() tally.Summary, lag func() int64) (stop func()) {
	if every <= 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for began := time.Now(); ; {
			next := began.Truncate(every).Add(every)
			select {
			case <-time.After(time.Until(next)):
			case <-ctx.Done():
				return
			}
			attributes := append([]slog.Attr{
				slog.Duration("within", next.Sub(began).Round(time.Millisecond)), slog.Int64("lag", lag()),
			}, window().Attributes()...)
			log.LogAttrs(ctx, slog.LevelInfo, "alerts", attributes...)
			began = next
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}
