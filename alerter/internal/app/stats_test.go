package app

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peacestate/peacestate/alerter/internal/tally"
)

func TestStatsAreSaidAtWholeMultiplesByTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(7 * time.Second) // the clock of the test starts at midnight
		var log bytes.Buffer
		windows := int64(0)
		stop := say(slog.New(slog.NewTextHandler(&log, nil)), 10*time.Second, func() tally.Summary {
			windows++
			return tally.Summary{Counts: tally.Counts{Opened: windows}}
		}, func() int64 { return 4 })
		time.Sleep(24 * time.Second)
		stop()
		stop() // may be called again
		lines := strings.Split(strings.TrimSuffix(log.String(), "\n"), "\n")
		if len(lines) != 3 {
			t.Fatalf("3 lines are due within 24 s, and it said:\n%s", &log)
		}
		for i, want := range []string{
			"time=2000-01-01T00:00:10.000Z level=INFO msg=alerts within=3s lag=4 opened=1 ",
			"time=2000-01-01T00:00:20.000Z level=INFO msg=alerts within=10s lag=4 opened=2 ",
			"time=2000-01-01T00:00:30.000Z level=INFO msg=alerts within=10s lag=4 opened=3 ",
		} {
			if !strings.HasPrefix(lines[i], want) {
				t.Errorf("line %d is %s, want %s...", i, lines[i], want)
			}
		}
	})
}

// It would panic: there is no log.
func TestWithoutStatsNothingIsSaid(_ *testing.T) {
	say(nil, 0, nil, nil)()
}
