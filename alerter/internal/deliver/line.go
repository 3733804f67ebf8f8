package deliver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/peacestate/peacestate/schemas"
)

// A Format is how an alert, or a call to the ground crew, is written as one
// line of text.
type Format string

// The formats.
const (
	JSON Format = "json" // one object, with the field names of the Avro schema
	Text Format = "text" // for people
)

// Append appends one alert to dst, as one line. On an error it returns dst as
// it was.
func (f Format) Append(dst []byte, alert schemas.Alert) ([]byte, error) {
	if f == Text {
		return appendText(dst, alert), nil
	}
	line, err := appendJSON(dst, alert)
	if err != nil {
		return dst, fmt.Errorf("write alert %s as %s: %w", alert.AlertID, f, err)
	}
	return line, nil
}

// AppendCallIn appends one call to the ground crew, as Append does an alert.
func (f Format) AppendCallIn(dst []byte, call schemas.CallIn) ([]byte, error) {
	if f == Text {
		return appendCallText(dst, call), nil
	}
	line, err := appendJSON(dst, call)
	if err != nil {
		return dst, fmt.Errorf("write call-in %s as %s: %w", call.CallID, f, err)
	}
	return line, nil
}

func appendJSON(dst []byte, v any) ([]byte, error) {
	line := bytes.NewBuffer(dst)
	encoder := json.NewEncoder(line)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return line.Bytes(), err
}

func appendText(dst []byte, a schemas.Alert) []byte {
	dst = fmt.Appendf(dst, "%s  %-8s  %s (%s) at %s, %.5f %.5f, seen by %s, peacescore %.1f",
		a.DetectedAt.UTC().Format(time.RFC3339), a.Severity, printable(a.CitizenName), printable(a.CitizenID),
		printable(a.Place), a.Lat, a.Lon, printable(a.DroneID), a.Peacescore)
	if a.Rioters > 1 {
		dst = fmt.Appendf(dst, ", one of %d", a.Rioters)
	}
	if a.Updates() {
		dst = fmt.Appendf(dst, "  again (%d riots)", a.Riots)
	}
	if a.Stale {
		dst = append(dst, "  stale"...)
	}
	return append(dst, '\n')
}

func appendCallText(dst []byte, c schemas.CallIn) []byte {
	dst = fmt.Appendf(dst, "%s  call-in   %s: %s that it fails within %d days", c.CalledAt.UTC().Format(time.RFC3339), printable(c.DroneID),
		Percent(c.Probability), c.HorizonDays)
	if c.LeadDays != nil {
		dst = fmt.Appendf(dst, ", on average in %.1f", *c.LeadDays)
	}
	if c.Part != "" {
		dst = fmt.Appendf(dst, ", %s suspected", printable(c.Part))
	}
	return fmt.Appendf(dst, "; %s\n", printable(c.Reasons))
}

// Percent writes a probability for people; what is foretold is never certain.
func Percent(p float64) string {
	switch {
	case p > 0.99:
		return "more than 99%"
	case p < 0.01:
		return "less than 1%"
	default:
		return fmt.Sprintf("%.0f%%", 100*p)
	}
}

// printable keeps text that came over the network from moving the cursor or
// starting a line of its own.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}
