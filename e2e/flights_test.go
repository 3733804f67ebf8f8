//go:build e2e

package e2e

import (
	"bytes"
	"cmp"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

// A week is ten days of flight with every kind of fault, as it was sent and
// archived, and the truth about it. A riot has a week before it or after it to
// compare with, and a trend has a weekend.
type week struct {
	truth
	manifest string // the file that the flight wrote
	// All of it came to Kafka from began on and before ended.
	began, ended time.Time
	// audit compared Kafka, archive and manifest, when nothing else had been flown.
	audit audit
}

var (
	weekFlown      fixture[week]
	weekFlownAgain fixture[week]
)

// weekBegins is the first day of the week.
const weekBegins = "2026-01-05"

// weekArgs are those of the simulator. E2E_DRONES and E2E_FOR make it larger:
// 100 drones for 672h are four million reports.
func weekArgs() []string {
	return []string{
		"--drones", cmp.Or(os.Getenv("E2E_DRONES"), "20"), "--from", weekBegins, "--for", cmp.Or(os.Getenv("E2E_FOR"), "240h"),
		"--late", "1%", "--duplicate", "1%", "--reorder", "2%", "--corrupt", "0.5%", "--old-schema", "5%", "--lost", "2%",
	}
}

// weekDays are the arguments of a question about the week alone.
func weekDays(t *testing.T) []string {
	t.Helper()
	first, err := time.Parse(time.DateOnly, weekBegins)
	if err != nil {
		t.Fatal(err)
	}
	const day = 24 * time.Hour
	last := first.Add(duration(t, "E2E_FOR", 10*day) - time.Nanosecond)
	return []string{"--since", weekBegins, "--until", last.Add(day).Format(time.DateOnly)}
}

// flownWeek is the week, of which all has been archived. While it was sent, the
// Connect worker was killed.
func flownWeek(t *testing.T) week {
	t.Helper()
	return weekFlown.get(t, func() week {
		s := running(t, 6*time.Minute)
		defer s.release()
		w := week{manifest: filepath.Join(s.state, "manifest.jsonl"), began: time.Now()}
		flight := s.program("simulator", slices.Concat(weekArgs(), []string{"--json", "--manifest", w.manifest})...)
		var printed bytes.Buffer
		flight.Stdout, flight.Stderr = &printed, io.Discard
		if err := flight.Start(); err != nil {
			t.Fatal(err)
		}
		s.eventually(t, "reports have come", func() bool { return len(s.read(t, "reports", w.began)) > 0 })
		s.kill(t, "connect")
		w.truth = expectedOf(t, s, weekArgs())
		if err := flight.Wait(); err != nil {
			t.Fatalf("simulator: %v", s.why(err))
		}
		flown := parse[struct{ Reports, Riots, Maintenance, Undelivered int }](t, printed.Bytes())
		if flown.Reports != w.Totals.SentReports || flown.Riots != w.Totals.SentRiots ||
			flown.Maintenance != len(w.Maintenance) || flown.Maintenance == 0 || flown.Undelivered != 0 {
			t.Fatalf("sent %+v, the truth is %+v and %d failures and repairs", flown, w.Totals, len(w.Maintenance))
		}
		w.Manifest = checkManifest(t, w.manifest, w.Manifest)
		time.Sleep(10 * time.Millisecond) // what comes next is younger
		w.ended = time.Now()
		w.audit = s.archived(t, w.began, "--until", w.ended.UTC().Format(time.RFC3339Nano), "--manifest", w.manifest)
		return w
	})
}

// flownWeekAgain is the week, of which a day has been flown twice.
func flownWeekAgain(t *testing.T) week {
	t.Helper()
	w := flownWeek(t)
	return weekFlownAgain.get(t, func() week {
		s := running(t, 3*time.Minute)
		defer s.release()
		began := time.Now()
		s.run(t, 0, "simulator", slices.Concat(weekArgs(), []string{"--from", "2026-01-06", "--for", "24h"})...)
		s.archived(t, began)
		return w
	})
}

// A truth is what `simulator truth --json` prints, as far as the tests look
// at it.
type truth struct {
	Totals struct {
		Reports         int `json:"reports"`
		Riots           int `json:"riots"`
		SentReports     int `json:"sent_reports"`
		SentRiots       int `json:"sent_riots"`
		ArchivedReports int `json:"archived_reports"`
		ArchivedRiots   int `json:"archived_riots"`
		DeadLetters     int `json:"dead_letters"`
	} `json:"totals"`
	Drones []struct {
		DroneID string `json:"drone_id"`
		Reports int    `json:"reports"`
	} `json:"drones"`
	Answers     []answer                   `json:"answers"`
	Maintenance []schemas.MaintenanceEvent `json:"maintenance"`
	Manifest    []fault                    `json:"manifest"`
}

// expectedOf asks the simulator for the truth about a flight.
func expectedOf(t *testing.T, s *system, flight []string) truth {
	t.Helper()
	return parse[truth](t, s.run(t, 0, "simulator", slices.Concat([]string{"truth", "--json"}, flight)...))
}

// A fault is one line of the simulator's manifest.
type fault struct {
	Fault    string    `json:"fault"`
	ReportID string    `json:"report_id"`
	DroneID  string    `json:"drone_id"`
	Seq      int64     `json:"seq"`
	DueAt    time.Time `json:"due_at"`
	SentAt   time.Time `json:"sent_at"`
	Copies   int       `json:"copies"`
	Damage   string    `json:"damage"`
	SHA256   string    `json:"sha256"`
}

// checkManifest compares a flight's manifest with the truth's, and returns
// the flight's: it also has the hashes of what was sent.
func checkManifest(t *testing.T, file string, expected []fault) []fault {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var faults []fault
	for line := range bytes.Lines(content) {
		f := parse[fault](t, line)
		faults = append(faults, f)
		f.SHA256 = ""
		if i := len(faults) - 1; i >= len(expected) || f != expected[i] {
			t.Fatalf("line %d of the manifest is not expected: %s", i+1, line)
		}
	}
	if len(faults) != len(expected) {
		t.Errorf("the manifest has %d lines, expected were %d", len(faults), len(expected))
	}
	return faults
}

// fly starts a live flight of so long at sixty times the speed; the returned
// function waits for its end.
func (s *system) fly(t *testing.T, from string, duration time.Duration) (landed func()) {
	t.Helper()
	flight := s.program("simulator", "--drones", "20", "--speed", "60", "--from", from, "--duration", duration.String())
	flight.Stderr = io.Discard
	if err := flight.Start(); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if err := flight.Wait(); err != nil {
			t.Fatalf("simulator: %v", s.why(err))
		}
	}
}

// duration is a setting of the environment.
func duration(t *testing.T, name string, usual time.Duration) time.Duration {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return d
}
