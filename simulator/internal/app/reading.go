package app

import (
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/simulator/internal/pace"
	"github.com/peacestate/peacestate/simulator/internal/publish"
)

// A reading is how a flight is at a moment, as far as a person is told.
type reading struct {
	tally     publish.Tally
	paced     bool          // the lag means something
	lag       time.Duration // behind the pace
	landed    bool          // all that is left is in the queue
	bytesPerS float64       // of reports, over the last seconds
	simulated time.Time     // of the report sent last; zero before the first
	flown     float64       // share of the flight, from 0 to 1
	ends      bool          // the share means something
}

// A field is a piece of a status line. Where the line is too narrow for all,
// those with the highest rank go.
type field struct {
	text string
	rank int
}

// fields are the reading as a status line has it, from left to right.
func (r reading) fields() []field {
	fields := []field{
		{count(r.tally.Reports) + " reports", 0},
		{count(r.tally.Riots) + " riots", 5},
		{humanize.Bytes(uint64(r.bytesPerS)) + "/s", 6},
		{figure(r.bytesPerS/pace.WaveBytes) + " waves", 3},
	}
	if r.paced {
		fields = append(fields, field{"lag " + seconds(r.lag), 2})
	}
	fields = append(fields, field{"queue " + count(r.tally.Undelivered), 4})
	if r.ends {
		fields = append([]field{{percent(r.flown), 1}}, fields...)
	}
	return fields
}

// attributes are the reading as the log has it.
func (r reading) attributes() []slog.Attr {
	attributes := []slog.Attr{
		slog.Int64("reports", r.tally.Reports),
		slog.Int64("riots", r.tally.Riots),
		slog.String("mb_per_s", figure(r.bytesPerS/1e6)),
		slog.String("waves", figure(r.bytesPerS/pace.WaveBytes)),
	}
	if r.paced {
		attributes = append(attributes, slog.String("lag", seconds(r.lag)))
	}
	attributes = append(attributes, slog.Int64("queue", r.tally.Undelivered))
	if !r.simulated.IsZero() {
		attributes = append(attributes, slog.String("simulated", r.simulated.Format(time.DateTime)))
	}
	if r.ends {
		attributes = append(attributes, slog.String("done", percent(r.flown)))
	}
	return attributes
}

// count writes a number in full, or, once that gets long, in millions.
func count(n int64) string {
	if n < 1_000_000 {
		return humanize.Comma(n)
	}
	return humanize.CommafWithDigits(math.Floor(float64(n)/1e4)/100, 2) + "M"
}

// figure writes a measured number with three significant digits or more.
func figure(x float64) string {
	if x >= 100 {
		return humanize.Comma(int64(math.Round(x)))
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1fs", d.Seconds()) }

// percent rounds down: 100% is all of it.
func percent(share float64) string { return fmt.Sprintf("%d%%", int(100*share)) }
