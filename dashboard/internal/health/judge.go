package health

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/peacestate/peacestate/dashboard/internal/incident"
)

// The bounds of what is well.
const (
	// slowAlert is the latency above which an alert is late for whoever acts.
	slowAlert = 500 * time.Millisecond
	// fewWaiting is how many riots may wait for the alerter: it says where it is
	// once a second.
	fewWaiting = 500
	// stuckAfter is how long something may wait without any progress.
	stuckAfter = 15 * time.Second
	// lateArchive is more than the longest wait for a commit after a worker's death.
	lateArchive = 60 * time.Second
	// freshDeadLetters is how long a new dead letter is a matter of concern.
	freshDeadLetters = 10 * time.Minute
)

// Facts are what a report is made of, beside the numbers: errors of asking,
// nil where there was an answer, and for how long things have been as they are.
type Facts struct {
	Numbers
	Kafka, Connect, Alerters error
	// AsksAlerters says that there are alerters to ask for latencies.
	AsksAlerters bool
	// AlerterStuck is for how long riots wait for the alerter without progress.
	AlerterStuck time.Duration
	// DeadFor is how long ago the last dead letter came; negative when none came
	// since this dashboard was started.
	DeadFor time.Duration
	// Feed says why this dashboard is behind the topics; nil when it is not.
	Feed error
}

// Judge makes a report.
func Judge(f Facts, at time.Time) Report {
	r := Report{OK: true, At: incident.At(at), Numbers: f.Numbers, Checks: []Check{
		f.kafka(), f.alerter(), f.latency(), f.archive(), f.connectors(), f.deadLetters(), f.dashboard(),
	}}
	for _, c := range r.Checks {
		if c.OK != nil && !*c.OK {
			r.OK = false
		}
	}
	return r
}

func well(name, value, format string, values ...any) Check {
	ok := true
	return Check{Name: name, OK: &ok, Value: value, Says: fmt.Sprintf(format, values...)}
}

func ill(name, value, format string, values ...any) Check {
	ok := false
	return Check{Name: name, OK: &ok, Value: value, Says: fmt.Sprintf(format, values...)}
}

func unknown(name, format string, values ...any) Check {
	return Check{Name: name, Value: "unknown", Says: fmt.Sprintf(format, values...)}
}

func (f Facts) kafka() Check {
	if f.Kafka != nil {
		return ill("kafka", "away", "Kafka does not answer, so nothing new is seen: start it with 'make up', or see 'make status' (%s).", oneLine(f.Kafka))
	}
	rate := f.Rates["reports"]
	switch {
	case rate == nil:
		return well("kafka", "up", "Kafka answers.")
	case *rate == 0:
		return well("kafka", "0/s", "Kafka answers; no reports have come for some seconds.")
	default:
		return well("kafka", perSecond(*rate), "Kafka answers; %s reports come a second.", number(*rate))
	}
}

func (f Facts) alerter() Check {
	switch {
	case f.AlerterLag == nil && f.Kafka != nil:
		return unknown("alerter", "Whether riots wait for the alerter is not known, as Kafka does not answer.")
	case f.AlerterLag == nil:
		return ill("alerter", "none", "No alerter has ever been at work here: start one with 'go run ./alerter'.")
	case f.AlerterStuck >= stuckAfter:
		return ill("alerter", count(*f.AlerterLag, "riot"), "%s for the alerter, which has done nothing for %s: start one with 'go run ./alerter'.",
			waits(*f.AlerterLag, "riot"), seconds(f.AlerterStuck))
	case *f.AlerterLag > fewWaiting:
		return ill("alerter", count(*f.AlerterLag, "riot"), "%s for the alerter, which is working: start another one if it does not catch up.",
			waits(*f.AlerterLag, "riot"))
	default:
		return well("alerter", count(*f.AlerterLag, "riot"), "The alerter keeps up with the riots.")
	}
}

func (f Facts) latency() Check {
	switch {
	case !f.AsksAlerters:
		return unknown("latency", "Name the address at which an alerter serves /metrics with --alerter, and it is known how long alerts take.")
	case f.Alerters != nil:
		return unknown("latency", "How long alerts take is not known: %s.", oneLine(f.Alerters))
	case f.LatencyP99Ms == nil || f.LatencyP50Ms == nil:
		return unknown("latency", "There was no alert within the last minute.")
	}
	value := fmt.Sprintf("%s ms", number(*f.LatencyP99Ms))
	says := fmt.Sprintf("Half of the alerts were there %s ms after their riot, 99%% of them after %s ms", number(*f.LatencyP50Ms), number(*f.LatencyP99Ms))
	if *f.LatencyP99Ms > float64(slowAlert.Milliseconds()) {
		return ill("latency", value, "%s: see whether the machine is too busy, or start another alerter.", says)
	}
	return well("latency", value, "%s.", says)
}

func (f Facts) archive() Check {
	switch {
	case f.ArchiveDelayS == nil:
		return unknown("archive", "How far the archive is behind is not known: no sink has committed anything yet, or Kafka does not answer.")
	case *f.ArchiveDelayS > lateArchive.Seconds():
		return ill("archive", seconds(duration(*f.ArchiveDelayS)),
			"The oldest record that is not in the archive has waited for %s, and commits come every few seconds: see the connectors, and 'make status'.",
			seconds(duration(*f.ArchiveDelayS)))
	case *f.ArchiveDelayS == 0:
		return well("archive", "0 s", "All that there is is in the archive.")
	default:
		return well("archive", seconds(duration(*f.ArchiveDelayS)), "The archive is %s behind, as is usual between two commits.", seconds(duration(*f.ArchiveDelayS)))
	}
}

func (f Facts) connectors() Check {
	if f.Connect != nil {
		return ill("connectors", "away", "Kafka Connect does not answer, so nothing is archived: start it with 'make up', or see 'make status' (%s).", oneLine(f.Connect))
	}
	if len(f.Connectors) == 0 {
		return ill("connectors", "none", "There are no connectors, so nothing is archived: post them with 'make connectors'.")
	}
	tasks, wrong := 0, []string{}
	for _, c := range f.Connectors {
		if c.State != "RUNNING" {
			wrong = append(wrong, fmt.Sprintf("%s is %s", c.Name, strings.ToLower(c.State)))
		}
		if len(c.Tasks) == 0 {
			wrong = append(wrong, c.Name+" has no tasks")
		}
		for _, t := range c.Tasks {
			tasks++
			if t.State != "RUNNING" {
				wrong = append(wrong, fmt.Sprintf("task %d of %s is %s", t.ID, c.Name, strings.ToLower(t.State)))
			}
		}
	}
	if len(wrong) > 0 {
		return ill("connectors", fmt.Sprintf("%d wrong", len(wrong)), "%s: 'make connectors' posts and starts them again.", sentence(strings.Join(wrong, ", ")))
	}
	return well("connectors", count(int64(tasks), "task"), "All %s of %s run.", count(int64(tasks), "task"), count(int64(len(f.Connectors)), "connector"))
}

func (f Facts) deadLetters() Check {
	total, where := int64(0), []string{}
	for _, topic := range slices.Sorted(maps.Keys(f.DeadLetters)) {
		letters := f.DeadLetters[topic]
		if letters == nil {
			return unknown("dead letters", "How many records could not be processed is not known: topic %s does not answer.", topic)
		}
		if total += *letters; *letters > 0 {
			where = append(where, fmt.Sprintf("%d in %s", *letters, topic))
		}
	}
	const look = "'go run ./spark-jobs dead-letters list' says why"
	switch {
	case f.Kafka != nil && len(f.DeadLetters) == 0:
		return unknown("dead letters", "How many records could not be processed is not known, as Kafka does not answer.")
	case total == 0:
		return well("dead letters", "0", "No record is among the dead letters.")
	case f.DeadFor >= 0 && f.DeadFor < freshDeadLetters:
		return ill("dead letters", fmt.Sprint(total), "Records that could not be processed are among the dead letters, the newest since %s (%s): %s.",
			seconds(f.DeadFor), strings.Join(where, ", "), look)
	default:
		return well("dead letters", fmt.Sprint(total), "No record has become a dead letter lately; of before there are some (%s): %s.",
			strings.Join(where, ", "), look)
	}
}

func (f Facts) dashboard() Check {
	skipped := ""
	if f.Skipped > 0 {
		skipped = fmt.Sprintf(" %s no alert, action or answer and skipped.", map[bool]string{true: "1 record was", false: fmt.Sprintf("%d records were", f.Skipped)}[f.Skipped == 1])
	}
	switch {
	case f.Feed != nil:
		return ill("dashboard", "behind", "This page may be behind (%s).%s", oneLine(f.Feed), skipped)
	case f.DashboardLag == nil:
		return unknown("dashboard", "Whether this page is behind is not known, as Kafka does not answer.%s", skipped)
	case *f.DashboardLag > fewWaiting:
		return ill("dashboard", count(*f.DashboardLag, "record"), "This page is behind: %s to be shown.%s", waits(*f.DashboardLag, "record"), skipped)
	default:
		return well("dashboard", count(*f.DashboardLag, "record"), "This page shows all that there is.%s", skipped)
	}
}

func oneLine(err error) string {
	return strings.TrimSuffix(strings.Join(strings.Fields(err.Error()), " "), ".")
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func count(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func waits(n int64, what string) string {
	if n == 1 {
		return "1 " + what + " waits"
	}
	return fmt.Sprintf("%d %ss wait", n, what)
}

func perSecond(rate float64) string { return number(rate) + "/s" }

// number is a number as people write it: as many digits as matter.
func number(x float64) string {
	if x >= 10 {
		return fmt.Sprintf("%.0f", x)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0")
}

func duration(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func seconds(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	default:
		return fmt.Sprintf("%.0f h", d.Hours())
	}
}
