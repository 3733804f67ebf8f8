package incident

import (
	"encoding/json"
	"time"
)

// layout is RFC 3339 with exactly three digits of a second.
const layout = "2006-01-02T15:04:05.000Z07:00"

// A Time is in UTC and to the millisecond; its JSON always has three digits
// after the second, so that texts sort as times do.
type Time struct{ time.Time }

// At is t, to the millisecond.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Millisecond)} }

// MarshalJSON writes it.
func (t Time) MarshalJSON() ([]byte, error) { return json.Marshal(t.UTC().Format(layout)) }

// UnmarshalJSON reads any time of RFC 3339.
func (t *Time) UnmarshalJSON(text []byte) error {
	var parsed time.Time
	if err := json.Unmarshal(text, &parsed); err != nil {
		return err
	}
	*t = At(parsed)
	return nil
}
