package deliver

import (
	"io"
	"log/slog"
	"sync/atomic"
	"time"
)

const (
	// room is how many values may wait for the reader of the lines: seconds of a
	// backlog of alerts that is caught up with, in about ten megabytes.
	room = 1 << 14
	// atOnce is how many bytes of lines are written together, at most, unless
	// one line is longer: what a pipe takes whole (PIPE_BUF), so that lines of
	// several alerters do not mix.
	atOnce = 4096
	// sayAgain is how often trouble that goes on is mentioned.
	sayAgain = 5 * time.Second
)

// Lines writes the values of a topic, like alerts, to a stream, one line each,
// at once and by a goroutine of its own: whoever prints never waits for the
// reader. What there is no room for, or cannot be written, is left out, counted
// and said; the topic has it.
//
// Print is for one goroutine, until Close; Unwritten for any.
type Lines[T any] struct {
	topic  string
	format func(dst []byte, v T) ([]byte, error)
	out    io.Writer
	log    *slog.Logger
	queue  chan T
	done   chan struct{} // closed when nothing more is written

	printed, written atomic.Int64
	full             mention // by the goroutine that prints
	refused          mention // by the one that writes
}

// OpenLines begins to write lines of what is in a topic to out. format appends
// one line; on an error it returns dst as it was.
func OpenLines[T any](out io.Writer, topic string, format func(dst []byte, v T) ([]byte, error), log *slog.Logger) *Lines[T] {
	l := &Lines[T]{topic: topic, format: format, out: out, log: log, queue: make(chan T, room), done: make(chan struct{})}
	go l.write()
	return l
}

// Print hands one value over, if there is room. It does not wait.
func (l *Lines[T]) Print(v T) {
	l.printed.Add(1)
	select {
	case l.queue <- v:
	default:
		l.full.say(l.log, "nobody reads the lines as quickly as they come; some are left out, the topic has them", "topic", l.topic)
	}
}

// Unwritten is how many values have not been written as lines (yet).
func (l *Lines[T]) Unwritten() int64 { return l.printed.Load() - l.written.Load() }

// Close waits until all lines are written, for at most limit. What is being
// written then can not be taken back.
func (l *Lines[T]) Close(limit time.Duration) {
	close(l.queue)
	select {
	case <-l.done:
	case <-time.After(limit):
	}
}

// write is the goroutine. It writes what there is, and only then waits.
func (l *Lines[T]) write() {
	defer close(l.done)
	var line, batch []byte
	var count int64
	flush := func() {
		l.flush(batch, count)
		batch, count = batch[:0], 0
	}
	for v := range l.queue {
		var err error
		if line, err = l.format(line[:0], v); err != nil {
			l.refused.say(l.log, "it is no line; the topic has it", "topic", l.topic, "error", err)
		} else {
			if len(batch)+len(line) > atOnce {
				flush()
			}
			batch = append(batch, line...)
			count++
		}
		if len(l.queue) == 0 {
			flush()
		}
	}
}

func (l *Lines[T]) flush(batch []byte, count int64) {
	if count == 0 {
		return
	}
	if _, err := l.out.Write(batch); err != nil {
		l.refused.say(l.log, "lines cannot be written; the topic has them", "topic", l.topic, "error", err)
		return
	}
	l.written.Add(count)
}

// A mention is when trouble that goes on was last mentioned.
type mention struct{ at time.Time }

func (m *mention) say(log *slog.Logger, what string, about ...any) {
	if time.Since(m.at) < sayAgain {
		return
	}
	m.at = time.Now()
	log.Warn(what, about...)
}
