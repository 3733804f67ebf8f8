package service

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"regexp"
	"testing"
)

func TestTheLogSuitsItsReader(t *testing.T) {
	tests := map[string]struct {
		terminal, colour bool
		want             string
	}{
		"a tool gets key=value lines with the whole time": {
			terminal: false, colour: true,
			want: `^time=\d{4}-\d\d-\d\dT\S+ level=WARN msg="waiting for Kafka" address=localhost:9092\n$`,
		},
		"a person gets a short line": {
			terminal: true, colour: false,
			want: `^\d\d:\d\d:\d\d WRN waiting for Kafka address=localhost:9092\n$`,
		},
		"and colour, unless NO_COLOR is set": {
			terminal: true, colour: true,
			want: `^\x1b\[.*WRN\x1b\[.* waiting for Kafka .*\n$`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			slog.New(handler(&out, tt.terminal, tt.colour)).Warn("waiting for Kafka", "address", "localhost:9092")
			if !regexp.MustCompile(tt.want).Match(out.Bytes()) {
				t.Errorf("got %q, want %s", out.String(), tt.want)
			}
		})
	}
}

func TestAFileIsNoTerminal(t *testing.T) {
	reading, writing, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	newLog(writing).Info("ready")
	if err := writing.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(reading)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(got, []byte("time=")) {
		t.Errorf("got %q", got)
	}
}
