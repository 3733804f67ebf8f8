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

// A Format is how an alert is written as one line of text.
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
	line := bytes.NewBuffer(dst)
	encoder := json.NewEncoder(line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(alert); err != nil {
		return dst, fmt.Errorf("write alert %s as %s: %w", alert.AlertID, f, err)
	}
	return line.Bytes(), nil
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
