package app

import (
	"bytes"
	"log/slog"
	"os"
	"strings"
	"testing"
)

func TestWhatTheLogSaysStandsAboveTheLine(t *testing.T) {
	var out bytes.Buffer
	line := &statusLine{out: &out, width: func() int { return 80 }}
	log := slog.New(line.above(slog.NewTextHandler(&out, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
				return slog.Attr{}
			}
			return a
		},
	})))
	log.Info("before")
	line.draw([]field{{"7 reports", 0}})
	log.Warn("meanwhile")
	log.With("topic", "riots").WithGroup("kafka").Warn("again", "code", 3)
	line.erase()
	log.Info("after")
	want := strings.Join([]string{
		"msg=before\n",
		"\r\x1b[K7 reports",
		"\r\x1b[Kmsg=meanwhile\n7 reports",
		"\r\x1b[Kmsg=again topic=riots kafka.code=3\n7 reports",
		"\r\x1b[K",
		"msg=after\n",
	}, "")
	if got := out.String(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestALineIsOnlyDrawnOnATerminal(t *testing.T) {
	if openLine(new(bytes.Buffer)) != nil {
		t.Error("a line on a buffer")
	}
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	if openLine(file) != nil {
		t.Error("a line on " + os.DevNull)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
}
