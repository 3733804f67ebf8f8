package app

import (
	"fmt"
	"time"
)

// A moment is a point in time as a person writes it: a date, for its first
// instant in UTC, or an RFC 3339 time.
type moment struct{ time.Time }

// UnmarshalText reads a moment.
func (m *moment) UnmarshalText(text []byte) error {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, string(text)); err == nil {
			m.Time = t.UTC()
			return nil
		}
	}
	return fmt.Errorf("%q is neither a date like 2026-01-05 nor a time like 2026-01-05T18:00:00Z", text)
}
