package app

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/simulator/internal/fault"
	"github.com/peacestate/peacestate/simulator/internal/publish"
)

const (
	sayEvery  = 5 * time.Second
	drawEvery = 200 * time.Millisecond
)

// watch tells a person how the flight goes until stop is called, which waits
// for its last word: a bar, where a terminal shows a flight whose end is
// known, and otherwise a line now and then.
func watch(streams service.Streams, f *flight, p *publish.Publisher) (stop func()) {
	say, every := lines(streams, f), sayEvery
	if !f.window.endless && terminal(streams.Err) {
		say, every = bar(streams.Err, f), drawEvery
	}
	stopped, silent := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(silent)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				say(p.Tally(), false)
			case <-stopped:
				say(p.Tally(), true)
				return
			}
		}
	}()
	return func() {
		close(stopped)
		<-silent
	}
}

// lines says how far the flight is in the log. It is silent at the end: the
// summary follows.
func lines(streams service.Streams, f *flight) func(t publish.Tally, end bool) {
	return func(t publish.Tally, end bool) {
		if end {
			return
		}
		attributes := []any{"reports", t.Reports, "riots", t.Riots, "unacknowledged", t.Undelivered}
		if _, last := f.span(); !last.IsZero() {
			attributes = append(attributes, "simulated", last.Format(time.DateTime))
		}
		if !f.window.endless {
			total := f.fleet.Count(f.window.from, f.window.to)
			attributes = append(attributes, "done", fmt.Sprintf("%d%%", 100*t.Reports/max(1, total)))
		}
		streams.Log.Info("flying", attributes...)
	}
}

// bar draws the share of the flight that is delivered.
func bar(w io.Writer, f *flight) func(t publish.Tally, end bool) {
	b := progressbar.NewOptions64(f.fleet.Count(f.window.from, f.window.to),
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("flying"),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("reports"),
		progressbar.OptionFullWidth(),
	)
	return func(t publish.Tally, end bool) {
		// A bar that cannot be drawn is no reason to stop the flight.
		_ = b.Set64(t.Reports)
		if end {
			_ = b.Exit()
			fmt.Fprintln(w)
		}
	}
}

func terminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// A summary is what --json prints.
type summary struct {
	Seed            uint64    `json:"seed"`
	Drones          int       `json:"drones"`
	Reports         int64     `json:"reports"`     // acknowledged by Kafka
	Riots           int64     `json:"riots"`       // acknowledged by Kafka
	Undelivered     int64     `json:"undelivered"` // reports and riots that were not
	Bytes           int64     `json:"bytes"`       // of both, encoded and framed
	FirstReportedAt time.Time `json:"first_reported_at,omitzero"`
	LastReportedAt  time.Time `json:"last_reported_at,omitzero"`
	TookS           float64   `json:"took_s"`
	ReportsPerS     float64   `json:"reports_per_s"`
	BytesPerS       float64   `json:"bytes_per_s"`

	Faults fault.Counts `json:"faults"` // sent
}

// summarise says what came of the flight.
func (o Fly) summarise(streams service.Streams, f *flight, t publish.Tally) error {
	took := time.Since(f.window.start)
	first, last := f.span()
	s := summary{
		Seed: o.Seed, Drones: o.Drones,
		Reports: t.Reports, Riots: t.Riots, Undelivered: t.Undelivered, Bytes: t.Bytes,
		FirstReportedAt: first, LastReportedAt: last,
		TookS:       took.Seconds(),
		ReportsPerS: float64(t.Reports) / took.Seconds(),
		BytesPerS:   float64(t.Bytes) / took.Seconds(),
		Faults:      f.manifest.sent(),
	}
	if o.JSON {
		return json.NewEncoder(streams.Out).Encode(s)
	}
	span := "none was due"
	if !first.IsZero() {
		span = fmt.Sprintf("from %s to %s UTC", first.Format(time.DateTime), last.Format(time.DateTime))
	}
	_, err := fmt.Fprintf(streams.Err, "%s reports (%s) and %s riots delivered in %s: %s reports/s, %s/s\n",
		humanize.Comma(s.Reports), span, humanize.Comma(s.Riots), took.Round(10*time.Millisecond),
		humanize.Comma(int64(s.ReportsPerS)), humanize.Bytes(uint64(s.BytesPerS)))
	if len(s.Faults) > 0 {
		fmt.Fprintf(streams.Err, "faults: %s\n", s.Faults)
	}
	return err
}
