package deliver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
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

// Print writes one alert to out as one line, in a single write, so that
// nothing of it stays in a buffer and lines of several alerters do not mix.
func (f Format) Print(out io.Writer, alert schemas.Alert) error {
	line, err := f.line(alert)
	if err != nil {
		return fmt.Errorf("write alert %s as %s: %w", alert.AlertID, f, err)
	}
	if _, err := out.Write(line); err != nil {
		return fmt.Errorf("print alert %s: %w", alert.AlertID, err)
	}
	return nil
}

func (f Format) line(alert schemas.Alert) ([]byte, error) {
	if f == Text {
		return textLine(alert), nil
	}
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(alert); err != nil {
		return nil, err
	}
	return line.Bytes(), nil
}

func textLine(a schemas.Alert) []byte {
	stale := ""
	if a.Stale {
		stale = "  stale"
	}
	return fmt.Appendf(nil, "%s  %-8s  %s (%s) at %s, %.5f %.5f, seen by %s, peacescore %.1f%s\n",
		a.DetectedAt.UTC().Format(time.RFC3339), a.Severity, printable(a.CitizenName), printable(a.CitizenID),
		printable(a.Place), a.Lat, a.Lon, printable(a.DroneID), a.Peacescore, stale)
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
