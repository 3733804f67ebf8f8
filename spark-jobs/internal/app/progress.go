package app

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// working shows on a terminal that Spark is at work, and for how long, until
// the returned function is called; that wipes the line. Elsewhere it shows
// nothing.
func working(w io.Writer, on string) (done func()) {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return func() {}
	}
	began := time.Now()
	over, wiped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(wiped)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			fmt.Fprintf(file, "\r%s: Spark is at work, %s; Ctrl-C stops it ", on, time.Since(began).Round(time.Second))
			select {
			case <-over:
				fmt.Fprint(file, "\r\033[K")
				return
			case <-tick.C:
			}
		}
	}()
	return func() {
		close(over)
		<-wiped
	}
}
