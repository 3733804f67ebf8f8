//go:build e2e

package e2e

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestBadCommandLines(t *testing.T) {
	s := running(t, time.Minute)
	for _, args := range [][]string{
		{"simulator", "--drones", "0"},
		{"simulator", "--drones", "-5"},
		{"simulator", "--from", "yesterday"},
		{"simulator", "--no-such-flag"},
		{"alerter", "--format", "xml"},
		{"spark-jobs", "ask", "why"},
	} {
		command := s.program(args[0], args[1:]...)
		var messages bytes.Buffer
		command.Stderr = &messages
		_ = command.Run() // the exit code is looked at
		if code := command.ProcessState.ExitCode(); code != 2 || strings.Count(messages.String(), "\n") != 1 {
			t.Errorf("%s: exit %d, want 2 and one line: %s", strings.Join(args, " "), code, messages.String())
		}
	}
}
