// Package pace is how fast a flight is to go by the clock on the wall, and how
// fast it goes. A pace turns how far a flight has come into when it may go on;
// whoever flies reads the clock and waits.
//
// A flight is held to the moment it began at, not to its last step, so no
// error adds up. One that was held up is due at once until it has caught up:
// nothing is skipped, and the mean is kept.
package pace

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// WaveBytes is how many bytes one wave sends in a second: Avro values, framed,
// on the topic of reports. It makes 200 GB a day.
const WaveBytes = 2.31e6

// Units of what a flight does in a second, as they are printed.
const (
	Speed   Unit = "times real time" // seconds of simulated time
	Reports Unit = "reports/s"
	Waves   Unit = "waves" // WaveBytes bytes of reports each
)

// A Unit is what a pace counts.
type Unit string

// A Pace is how much a flight does in a second. The zero value is as much as
// it can.
type Pace struct {
	Unit      Unit
	PerSecond float64 // above 0
}

// Free says that nothing holds the flight back.
func (p Pace) Free() bool { return p == Pace{} }

func (p Pace) String() string {
	if p.Free() {
		return "as fast as possible"
	}
	return strconv.FormatFloat(p.PerSecond, 'f', -1, 64) + " " + string(p.Unit)
}

// Progress is how far a flight has come since it began.
type Progress struct {
	Simulated time.Duration // up to the report that is next
	Reports   int64         // sent before it
	Bytes     int64         // of the values of those
}

// never is longer than any flight: three centuries, nearly.
const never = time.Duration(math.MaxInt64)

// Due is when a flight that has come so far may go on, counted from when it
// began.
func (p Pace) Due(done Progress) time.Duration {
	var seconds float64
	switch p.Unit {
	case Speed:
		seconds = done.Simulated.Seconds() / p.PerSecond
	case Reports:
		seconds = float64(done.Reports) / p.PerSecond
	case Waves:
		seconds = float64(done.Bytes) / (p.PerSecond * WaveBytes)
	}
	ns := math.Round(seconds * float64(time.Second))
	if ns >= float64(never) {
		return never
	}
	return time.Duration(ns)
}

// A Rate is a number of reports per second, as in 50000/s or 0.5/s.
type Rate float64

// maxRate is more than any flight reaches: a report every nanosecond.
const maxRate = 1e9

// UnmarshalText reads a rate; the unit may be left out.
func (r *Rate) UnmarshalText(text []byte) error {
	number, err := strconv.ParseFloat(strings.TrimSuffix(string(text), "/s"), 64)
	if errors.Is(err, strconv.ErrSyntax) {
		return fmt.Errorf("%q is not a rate like 50000/s or 0.5/s", text)
	}
	if !(number > 0 && number <= maxRate) { // nor is it NaN
		return fmt.Errorf("a rate must be above 0 and at most %.0f reports a second, not %s", float64(maxRate), text)
	}
	*r = Rate(number)
	return nil
}
