package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/term"
)

const (
	gap = "  " // between fields
	// eraseLine goes to the first column and clears the line.
	eraseLine  = "\r\x1b[K"
	usualWidth = 80 // of a terminal that does not tell its own
	// margin stays free at the right, so that nothing wraps: the cursor, and
	// what a terminal echoes for Ctrl-C.
	margin = 3
)

// A statusLine is the last line of a terminal, drawn again and again in its
// place. It has no colour. Nothing else may write to the terminal meanwhile,
// but the log that above returns.
type statusLine struct {
	out   io.Writer
	width func() int

	mu    sync.Mutex
	drawn string
}

// openLine is a status line on w, or nil if that is no terminal or is one that
// cannot draw in place.
func openLine(w io.Writer) *statusLine {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	return &statusLine{out: w, width: func() int {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
			return width
		}
		return usualWidth
	}}
}

func (l *statusLine) draw(fields []field) { l.put(fit(fields, l.width()-margin)) }

func (l *statusLine) erase() { l.put("") }

func (l *statusLine) put(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drawn = text
	fmt.Fprint(l.out, eraseLine, text)
}

// fit is as many of the fields as there are columns for.
func fit(fields []field, columns int) string {
	var texts []string
	for _, f := range fields {
		texts = append(texts, f.text)
	}
	text := strings.Join(texts, gap)
	if utf8.RuneCountInString(text) <= max(0, columns) {
		return text
	}
	least := slices.MaxFunc(fields, func(a, b field) int { return cmp.Compare(a.rank, b.rank) })
	return fit(slices.DeleteFunc(slices.Clone(fields), func(f field) bool { return f == least }), columns)
}

// above is a handler whose records stand above the line.
func (l *statusLine) above(h slog.Handler) slog.Handler { return aboveLine{h, l} }

type aboveLine struct {
	slog.Handler
	line *statusLine
}

func (a aboveLine) Handle(ctx context.Context, record slog.Record) error {
	a.line.mu.Lock()
	defer a.line.mu.Unlock()
	if a.line.drawn == "" {
		return a.Handler.Handle(ctx, record)
	}
	fmt.Fprint(a.line.out, eraseLine)
	err := a.Handler.Handle(ctx, record)
	fmt.Fprint(a.line.out, a.line.drawn)
	return err
}

func (a aboveLine) WithAttrs(attrs []slog.Attr) slog.Handler {
	return aboveLine{a.Handler.WithAttrs(attrs), a.line}
}

func (a aboveLine) WithGroup(name string) slog.Handler {
	return aboveLine{a.Handler.WithGroup(name), a.line}
}
