package app

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/simulator/internal/fault"
	"github.com/peacestate/peacestate/simulator/internal/pace"
	"github.com/peacestate/peacestate/simulator/internal/publish"
)

// A summary is what --json prints.
type summary struct {
	Seed            uint64    `json:"seed"`
	Drones          int       `json:"drones"`
	Reports         int64     `json:"reports"`                    // acknowledged by Kafka
	Riots           int64     `json:"riots"`                      // acknowledged by Kafka
	Maintenance     int64     `json:"maintenance"`                // failures and repairs, acknowledged by Kafka
	Undelivered     int64     `json:"undelivered"`                // messages that were not
	Bytes           int64     `json:"bytes"`                      // of all, encoded and framed
	ReportBytes     int64     `json:"report_bytes"`               // of reports alone
	FirstReportedAt time.Time `json:"first_reported_at,omitzero"` // in simulated time
	LastReportedAt  time.Time `json:"last_reported_at,omitzero"`  // held reports count when they were sent
	TookS           float64   `json:"took_s"`                     // until all was acknowledged
	ReportsPerS     float64   `json:"reports_per_s"`
	BytesPerS       float64   `json:"bytes_per_s"`
	Waves           float64   `json:"waves"` // of reports, over the whole flight
	Pace            *kept     `json:"pace,omitempty"`

	Faults fault.Counts `json:"faults"` // sent
}

// kept is what came of the pace that was asked for.
type kept struct {
	Unit    pace.Unit `json:"unit"`
	Asked   float64   `json:"asked"`
	Kept    float64   `json:"kept"`      // in the mean
	Share   float64   `json:"share"`     // of asked, at most 1
	MaxLagS float64   `json:"max_lag_s"` // the longest that a report was sent too late
}

// summary is that of a flight whose messages are all acknowledged, or given up.
func (o Fly) summary(f *flight, t publish.Tally) summary {
	position, took, _ := f.gate.look()
	s := summary{
		Seed: o.Seed, Drones: o.Drones,
		Reports: t.Reports, Riots: t.Riots, Maintenance: t.Maintenance, Undelivered: t.Undelivered, Bytes: t.Bytes, ReportBytes: t.ReportBytes,
		FirstReportedAt: position.first, LastReportedAt: position.last,
		TookS:       took.Seconds(),
		ReportsPerS: float64(t.Reports) / took.Seconds(),
		BytesPerS:   float64(t.Bytes) / took.Seconds(),
		Waves:       float64(t.ReportBytes) / took.Seconds() / pace.WaveBytes,
		Faults:      f.manifest.sent(),
	}
	if p := f.gate.plan.pace; !p.Free() {
		// Within what is not yet late, the last reports may be on their way.
		until := max(position.landed, took-tooLate)
		share := 1.0
		if !position.first.IsZero() {
			share = min(1, position.due.Seconds()/until.Seconds())
		}
		s.Pace = &kept{
			Unit: p.Unit, Asked: p.PerSecond, Kept: share * p.PerSecond, Share: share,
			MaxLagS: position.maxLag.Seconds(),
		}
	}
	return s
}

// print says what came of the flight, as JSON or in a person's words.
func (s summary) print(streams service.Streams, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(streams.Out).Encode(s)
	}
	_, err := io.WriteString(streams.Err, s.text())
	return err
}

func (s summary) text() string {
	var b strings.Builder
	span := "none was due"
	if !s.FirstReportedAt.IsZero() {
		span = fmt.Sprintf("from %s to %s UTC", s.FirstReportedAt.Format(time.DateTime), s.LastReportedAt.Format(time.DateTime))
	}
	fmt.Fprintf(&b, "%s reports (%s), %s riots and %s failures and repairs delivered in %.2fs: %s reports/s, %s/s, %s waves\n",
		humanize.Comma(s.Reports), span, humanize.Comma(s.Riots), humanize.Comma(s.Maintenance), s.TookS,
		figure(s.ReportsPerS), humanize.Bytes(uint64(s.BytesPerS)), figure(s.Waves))
	if s.Pace != nil {
		asked := pace.Pace{Unit: s.Pace.Unit, PerSecond: s.Pace.Asked}
		fmt.Fprintf(&b, "asked for %s, kept %s (%.1f%%), up to %.3fs late\n",
			asked, figure(s.Pace.Kept), 100*s.Pace.Share, s.Pace.MaxLagS)
	}
	if len(s.Faults) > 0 {
		fmt.Fprintf(&b, "faults: %s\n", s.Faults)
	}
	return b.String()
}
