// Package runs asks questions again: it runs spark-jobs, which asks Spark and
// publishes the answer.
package runs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/google/uuid"
)

const (
	// limit bounds a run: Spark may start cold, and be at work for others.
	limit = 15 * time.Minute
	// endIn is how long spark-jobs may take to stop its query on the server.
	endIn = 10 * time.Second
	// atOnce is how many questions are asked at a time: each may use the whole cluster.
	atOnce = 3
	// remembered is how many runs are known.
	remembered = 100
	// mostMessage bounds what is kept of a line, in bytes.
	mostMessage = 500
)

// ErrBusy says that enough questions are being asked.
var ErrBusy = errors.New("busy")

// A State is how a run is.
type State string

// The states.
const (
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
)

// A Run is one question asked again.
type Run struct {
	ID       string
	Question string
	State    State
	Since    time.Time
	Ended    time.Time // zero while it runs
	Message  string    // the last line that spark-jobs said
}

// Runs are the runs of one dashboard. It is safe for concurrent use.
type Runs struct {
	program      string
	ask, predict []string

	ctx  context.Context
	stop context.CancelFunc
	all  sync.WaitGroup

	mu   sync.Mutex
	runs []*Run // the newest last
}

// ranking is the question that is not asked but foretold.
const ranking = "maintenance"

// New finds the program. The options of `ask QUESTION` and of `maintenance
// predict` are given. The error says why questions cannot be asked.
func New(program string, ask, predict []string) (*Runs, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return nil, fmt.Errorf("there is no program %s to ask with; build it with 'go build ./spark-jobs' and name it with --spark-jobs", program)
	}
	r := &Runs{program: path, ask: ask, predict: predict}
	r.ctx, r.stop = context.WithCancel(context.Background())
	return r, nil
}

// Start asks a question, or finds the run in which it is being asked. The
// error is ErrBusy, with the reason, when too many are.
func (r *Runs) Start(question string) (Run, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	running := 0
	for _, run := range r.runs {
		if run.State != Running {
			continue
		}
		if run.Question == question {
			return *run, nil
		}
		running++
	}
	if err := r.ctx.Err(); err != nil {
		return Run{}, fmt.Errorf("%w: the dashboard is ending", ErrBusy)
	}
	if running >= atOnce {
		return Run{}, fmt.Errorf("%w: %d questions are being asked; wait for one of them", ErrBusy, running)
	}
	run := &Run{ID: uuid.NewString(), Question: question, State: Running, Since: time.Now(), Message: "starting"}
	r.runs = append(r.runs, run)
	r.runs = r.runs[max(0, len(r.runs)-remembered):]
	r.all.Go(func() { r.run(run) })
	return *run, nil
}

// Find is a run by its id.
func (r *Runs) Find(id string) (Run, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, run := range r.runs {
		if run.ID == id {
			return *run, true
		}
	}
	return Run{}, false
}

// Close interrupts what runs and waits for its end.
func (r *Runs) Close() {
	r.stop()
	r.all.Wait()
}

func (r *Runs) run(run *Run) {
	ctx, cancel := context.WithTimeout(r.ctx, limit)
	defer cancel()
	arguments := append([]string{"ask", run.Question}, r.ask...)
	if run.Question == ranking {
		arguments = append([]string{"maintenance", "predict"}, r.predict...)
	}
	command := exec.CommandContext(ctx, r.program, arguments...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = endIn
	reading, writing := io.Pipe()
	command.Stderr = writing
	var said sync.WaitGroup
	said.Go(func() { r.listen(run, reading) })
	err := command.Run()
	_ = writing.Close() // a pipe's never fails
	said.Wait()

	r.mu.Lock()
	defer r.mu.Unlock()
	run.State, run.Ended = Done, time.Now()
	switch {
	case ctx.Err() != nil && r.ctx.Err() == nil:
		run.State, run.Message = Failed, "it took longer than "+limit.String()+" and was stopped"
	case err != nil && run.Message == "starting":
		run.State, run.Message = Failed, err.Error()
	case err != nil:
		run.State = Failed
	}
}

// listen keeps the last line that the program says.
func (r *Runs) listen(run *Run, from io.Reader) {
	lines := bufio.NewScanner(from)
	lines.Split(scanLines)
	for lines.Scan() {
		line := clean(lines.Text())
		if line == "" {
			continue
		}
		r.mu.Lock()
		run.Message = line
		r.mu.Unlock()
	}
	_, _ = io.Copy(io.Discard, from) // a line that is too long must not stop the program
}

// scanLines is bufio.ScanLines for terminals: a carriage return ends a line,
// too.
func scanLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	for i, b := range data {
		if b == '\n' || b == '\r' {
			return i + 1, data[:i], nil
		}
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

// clean is a line without what is for terminals.
func clean(line string) string {
	line = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, line)
	return strings.ToValidUTF8(strings.TrimSpace(line[:min(len(line), mostMessage)]), "")
}
