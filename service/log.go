package service

import (
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
	"golang.org/x/term"
)

// newLog is a program's log on w.
func newLog(w io.Writer) *slog.Logger {
	file, ok := w.(*os.File)
	terminal := ok && term.IsTerminal(int(file.Fd()))
	return slog.New(handler(w, terminal, os.Getenv("NO_COLOR") == ""))
}

// handler writes short, aligned lines for a person at a terminal, and elsewhere
// the key=value lines that tools read. Colour is only ever for a person.
func handler(w io.Writer, terminal, colour bool) slog.Handler {
	if !terminal {
		return slog.NewTextHandler(w, nil)
	}
	return tint.NewTextHandler(w, &tint.Options{TimeFormat: time.TimeOnly, NoColor: !colour})
}
