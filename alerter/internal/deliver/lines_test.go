package deliver

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

// numbered is an alert that can be told from others.
func numbered(i int) schemas.Alert {
	a := alert()
	a.CitizenName = fmt.Sprintf("Ilse %d.", i)
	return a
}

// A reader takes what is written, once it is told to.
type reader struct {
	mu     sync.Mutex // held while it does not read
	writes []string
}

func (r *reader) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writes = append(r.writes, string(p))
	return len(p), nil
}

func wantInOrder(t *testing.T, lines string, n int) {
	t.Helper()
	all := strings.SplitAfter(strings.TrimSuffix(lines, "\n"), "\n")
	if len(all) != n {
		t.Fatalf("%d lines, want %d", len(all), n)
	}
	for i, line := range all {
		if !strings.Contains(line, fmt.Sprintf("Ilse %d.", i)) {
			t.Fatalf("line %d is %s", i, line)
		}
	}
}

func TestALineIsWrittenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &reader{}
		lines := OpenLines(r, "alerts", JSON.Append, slog.New(slog.DiscardHandler))
		for i := range 3 {
			lines.Print(numbered(i))
			synctest.Wait()
			if len(r.writes) != i+1 {
				t.Errorf("after line %d, %d are written", i, len(r.writes))
			}
		}
		lines.Close(time.Minute)
	})
}

func TestManyLinesAreWrittenTogetherAndNoneIsTorn(t *testing.T) {
	r := &reader{}
	r.mu.Lock()
	lines := OpenLines(r, "alerts", JSON.Append, slog.New(slog.DiscardHandler))
	const n = 1000
	for i := range n {
		lines.Print(numbered(i))
	}
	r.mu.Unlock()
	lines.Close(time.Minute)
	wantInOrder(t, strings.Join(r.writes, ""), n)
	if len(r.writes) > n/2 {
		t.Errorf("%d writes for %d lines", len(r.writes), n)
	}
	for _, write := range r.writes {
		if len(write) > atOnce || !strings.HasSuffix(write, "\n") {
			t.Errorf("a write of %d bytes ends with %q", len(write), write[len(write)-1])
		}
	}
	if left := lines.Unwritten(); left != 0 {
		t.Errorf("%d lines are not written", left)
	}
}

func TestWhoPrintsDoesNotWaitForAReaderThatIsStuck(t *testing.T) {
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		r := &stuck{free: make(chan struct{})}
		lines := OpenLines(r, "alerts", Text.Append, slog.New(slog.NewTextHandler(&log, nil)))
		lines.Print(numbered(0))
		synctest.Wait() // it is being written
		for i := range room + 5 {
			lines.Print(numbered(1 + i))
		}
		began := time.Now()
		lines.Close(3 * time.Second)
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("closing took %s", took)
		}
		if got := lines.Unwritten(); got != room+6 {
			t.Errorf("%d lines are not written, want %d", got, room+6)
		}
		close(r.free) // it reads again
		synctest.Wait()
		wantInOrder(t, r.got.String(), room+1)
		if got := lines.Unwritten(); got != 5 {
			t.Errorf("%d lines are not written, want 5", got)
		}
	})
	if said := strings.Count(log.String(), "nobody reads the lines"); said != 1 {
		t.Errorf("it is said %d times: %s", said, log.String())
	}
}

type stuck struct {
	free chan struct{}
	got  bytes.Buffer
}

func (s *stuck) Write(p []byte) (int, error) {
	<-s.free
	return s.got.Write(p)
}

type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, errors.New("the reader is gone") }

func TestLinesThatCannotBeWrittenAreCountedAndSaidNowAndThen(t *testing.T) {
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		lines := OpenLines(closed{}, "alerts", JSON.Append, slog.New(slog.NewTextHandler(&log, nil)))
		for i := range 60 {
			lines.Print(numbered(i))
			time.Sleep(time.Second / 10)
		}
		lines.Close(time.Minute)
		if got := lines.Unwritten(); got != 60 {
			t.Errorf("%d lines are not written, want 60", got)
		}
	})
	if said := strings.Count(log.String(), "the reader is gone"); said != 2 {
		t.Errorf("it is said %d times in six seconds: %s", said, log.String())
	}
}
