package app

import (
	"errors"
	"time"
)

// window is the option of commands that can look at a part of what was sent.
type window struct {
	Since moment `placeholder:"TIME" help:"Only records sent to Kafka from then on, as 2026-03-07T12:00:00Z or 2026-03-07 (default: all that Kafka holds)."`
	Until moment `placeholder:"TIME" help:"Only records sent to Kafka before then."`
}

// check refuses windows that are empty.
func (w window) check() error {
	if !w.Since.IsZero() && !w.Until.IsZero() && !w.Since.Before(w.Until.Time) {
		return errors.New("--since must be before --until")
	}
	return nil
}

// limited reports whether the window is not all of time.
func (w window) limited() bool { return !w.Since.IsZero() || !w.Until.IsZero() }

// String is "since 2026-03-07T12:00:00Z and before …".
func (w window) String() string {
	said, and := "", ""
	if !w.Since.IsZero() {
		said, and = "since "+w.Since.Format(time.RFC3339), " and "
	}
	if !w.Until.IsZero() {
		said += and + "before " + w.Until.Format(time.RFC3339)
	}
	return said
}
