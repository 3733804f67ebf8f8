package app

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// working shows on a terminal that Spark is at work, and for how long, until
// the returned function is called; that wipes the line. Elsewhere it shows
// nothing.
func working(w io.Writer, on string) (done func()) {
	p := newProgress(w)
	p.say(on + ": Spark is at work")
	return p.done
}

// A progress is one line of a terminal that says what is under way, and for how
// long. Elsewhere than on a terminal it is nothing. Others may write to the
// terminal only while nothing is said.
type progress struct {
	terminal io.Writer // nil: none
	over     chan struct{}
	ended    sync.WaitGroup

	mu    sync.Mutex
	text  string
	began time.Time
}

func newProgress(w io.Writer) *progress {
	if file, ok := w.(*os.File); !ok || !term.IsTerminal(int(file.Fd())) {
		return &progress{}
	}
	return progressOn(w)
}

// progressOn is the line of a terminal; done ends it.
func progressOn(terminal io.Writer) *progress {
	p := &progress{terminal: terminal, over: make(chan struct{})}
	p.ended.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-p.over:
				return
			case <-tick.C:
				p.mu.Lock()
				p.draw()
				p.mu.Unlock()
			}
		}
	})
	return p
}

// say says what is under way from now on; "" wipes the line.
func (p *progress) say(text string) {
	if p.terminal == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.text != "" {
		fmt.Fprint(p.terminal, "\r\033[K")
	}
	p.text, p.began = text, time.Now()
	p.draw()
}

func (p *progress) draw() {
	if p.text != "" {
		fmt.Fprintf(p.terminal, "\r%s, %s; Ctrl-C stops it ", p.text, time.Since(p.began).Round(time.Second))
	}
}

// done wipes the line for good.
func (p *progress) done() {
	if p.terminal == nil {
		return
	}
	p.say("")
	close(p.over)
	p.ended.Wait()
}
