package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/simulator/internal/world"
)

// Wear is the command that says which drones fail and how likely each was to,
// for scoring predictions. It needs no server, and computes no report.
type Wear struct {
	Scenario

	From   Moment        `required:"" placeholder:"TIME" help:"When simulated time starts: a date, or a time as in RFC 3339."`
	For    time.Duration `required:"" help:"For how much simulated time."`
	Within time.Duration `default:"168h" help:"How soon a failure counts."`
	Every  time.Duration `default:"24h" help:"How often each drone is looked at."`
	JSON   bool          `name:"json" help:"Print everything as one JSON object: every look at every drone."`
}

// A foresight is what --json prints.
type foresight struct {
	Seed     uint64           `json:"seed"`
	Drones   int              `json:"fleet"`
	Shard    string           `json:"shard"`
	From     time.Time        `json:"from"`
	To       time.Time        `json:"to"` // excluded
	Within   string           `json:"within"`
	Every    string           `json:"every"`
	Failures []world.Failure  `json:"failures"` // from From to Within after To
	Days     []world.Prospect `json:"days"`     // by time, then drone
	Ceiling  float64          `json:"ceiling_average_precision"`
}

// maxLooks is how many there may be at once: they are kept in memory.
const maxLooks = 50_000_000

// Run looks at each drone, and prints what was to be foreseen.
func (c Wear) Run(ctx context.Context, streams service.Streams) error {
	fleet, err := c.check()
	if err != nil {
		return err
	}
	from, to := c.From.Time, c.From.Add(c.For)
	f := foresight{
		Seed: c.Seed, Drones: c.Drones, Shard: fmt.Sprintf("%d/%d", c.Shard.part, c.Shard.parts),
		From: from, To: to, Within: c.Within.String(), Every: c.Every.String(),
		Failures: append([]world.Failure{}, fleet.Failures(from, to.Add(c.Within))...),
		Days:     []world.Prospect{},
	}
	for p := range fleet.Prospects(from, to, c.Every, c.Within) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		f.Days = append(f.Days, p)
	}
	f.Ceiling = averagePrecision(f.Days)
	if c.JSON {
		return json.NewEncoder(streams.Out).Encode(f)
	}
	_, err = fmt.Fprint(streams.Out, f.text())
	return err
}

// check is the fleet that the options ask for. The error names every option
// that is wrong.
func (c Wear) check() (world.Fleet, error) {
	var problems []error
	require := func(holds bool, format string, args ...any) {
		if !holds {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	require(c.For > 0 && c.For <= maxFlight, "--for must be above 0 and at most a century, not %s", c.For)
	require(!c.From.Before(world.Epoch()), "--from must not be before the first flight, %s", world.Epoch().Format(time.DateOnly))
	require(c.Within > 0 && c.Within <= maxFlight, "--within must be above 0 and at most a century, not %s", c.Within)
	require(c.Every >= time.Minute, "--every must be a minute or more, not %s", c.Every)
	if c.Every >= time.Minute {
		require(float64(c.Drones)*c.For.Seconds()/c.Every.Seconds() <= maxLooks,
			"--drones, --for and --every together make more than %s looks", humanize.Comma(maxLooks))
	}
	fleet, err := c.fleet()
	return fleet, errors.Join(append(problems, err)...)
}

// averagePrecision is that of the chances: the mean, over the looks at drones
// that fail, of the share that fails among all that had no smaller chance. 0
// when none fails.
func averagePrecision(looks []world.Prospect) float64 {
	looks = slices.DeleteFunc(slices.Clone(looks), func(p world.Prospect) bool { return !p.OnDuty })
	slices.SortFunc(looks, func(a, b world.Prospect) int { return cmp.Compare(*b.Chance, *a.Chance) })
	sum, failed := 0.0, 0
	for i := 0; i < len(looks); {
		last, fails := i, 0 // of those with the same chance
		for ; last < len(looks) && *looks[last].Chance == *looks[i].Chance; last++ {
			if looks[last].Fails {
				fails++
			}
		}
		failed += fails
		sum += float64(fails) * float64(failed) / float64(last)
		i = last
	}
	if failed == 0 {
		return 0
	}
	return sum / float64(failed)
}

// text is the foresight for a person.
func (f foresight) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d drones over seed %d, shard %s, from %s to %s UTC, each looked at every %s: does it fail within %s?\n",
		f.Drones, f.Seed, f.Shard, f.From.Format(time.DateTime), f.To.Format(time.DateTime), f.Every, f.Within)
	var tenths [10]struct {
		looks, failed int64
		foreseen      float64
	}
	looks, failed, standing := int64(0), int64(0), int64(0)
	for _, p := range f.Days {
		if !p.OnDuty {
			standing++
			continue
		}
		t := &tenths[min(9, int(10*(*p.Chance)))]
		looks++
		t.looks++
		t.foreseen += *p.Chance
		if p.Fails {
			failed++
			t.failed++
		}
	}
	fmt.Fprintf(&b, "%s looks at drones on duty, %s (%.1f%%) before a failure; %s at drones that stood; %s failures\n",
		humanize.Comma(looks), humanize.Comma(failed), 100*float64(failed)/float64(max(1, looks)), humanize.Comma(standing),
		humanize.Comma(int64(len(f.Failures))))
	fmt.Fprintf(&b, "average precision of whoever knows all but the future: %.3f\n", f.Ceiling)
	rows := [][]string{{"chance", "looks", "in the mean", "failed"}}
	for i, t := range tenths {
		if t.looks == 0 {
			continue
		}
		rows = append(rows, []string{
			fmt.Sprintf("%d%% to %d%%", 10*i, 10*i+10), humanize.Comma(t.looks),
			fmt.Sprintf("%.1f%%", 100*t.foreseen/float64(t.looks)), fmt.Sprintf("%.1f%%", 100*float64(t.failed)/float64(t.looks)),
		})
	}
	table(&b, "", rows)
	b.WriteString("\n--json lists every look and every failure\n")
	return b.String()
}
