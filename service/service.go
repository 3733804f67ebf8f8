// Package service is what every PeaceState program shares at its edge: the
// command line, signals, exit codes, and the bounded, visible wait for the
// servers that it needs. It knows nothing of drones or riots.
package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// The exit codes of every program.
const (
	ExitDone        = 0
	ExitFinding     = 1   // it ran, and a check failed
	ExitFailed      = 2   // it could not run
	ExitInterrupted = 130 // Ctrl-C or SIGTERM ended it early
)

// ErrFinding marks an error that is a result: the program ran, and what it
// checked is not as it should be.
var ErrFinding = errors.New("finding")

// Streams are a program's standard streams and its log. Data goes to Out,
// messages and progress to Err.
type Streams struct {
	Out io.Writer
	Err io.Writer
	Log *slog.Logger
}

// A Program is a command line and what it runs.
type Program struct {
	Name     string
	Does     string   // one sentence
	Examples []string // shown first by --help, each a whole command line
	// Grammar is a pointer to a kong struct. Its commands' Run methods may
	// take a context.Context, which ends on Ctrl-C, and Streams. Their errors
	// decide the exit code: ErrFinding is 1, context.Canceled after Ctrl-C is
	// 130, all others are 2. The error is printed in one line.
	Grammar any
}

// oneSignal is how long signals count as the first one: timeout(1), for one,
// sends it to the process and then to its group, so that it comes twice.
const oneSignal = time.Second

// Main runs the program on the process's own arguments and streams, ends its
// context on SIGINT and SIGTERM, and returns the exit code. A second signal,
// a second or more after the first, ends the process at once.
func Main(p Program) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() { time.AfterFunc(oneSignal, stop) })
	return p.Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
}

// Run parses args, runs the chosen command and returns the exit code. Whatever
// went wrong is one line on stderr. --help goes to stdout, with the examples
// first.
func (p Program) Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	helped := false
	parser, err := kong.New(p.Grammar,
		kong.Name(p.Name),
		kong.Description(p.Does),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { helped = true }),
		kong.Help(p.help),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintf(stderr, "%s: the command line is wrongly declared: %v\n", p.Name, err)
		return ExitFailed
	}
	command, err := parser.Parse(args)
	if helped {
		return ExitDone
	}
	if err != nil {
		fmt.Fprintf(stderr, "%s: %s; see %s --help\n", p.Name, oneLine(err), p.Name)
		return ExitFailed
	}
	streams := Streams{Out: stdout, Err: stderr, Log: newLog(stderr)}
	command.BindTo(ctx, (*context.Context)(nil))
	command.Bind(streams)
	err = command.Run()
	switch {
	case err == nil:
		return ExitDone
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintf(stderr, "%s: interrupted%s\n", p.Name, besidesCancellation(err))
		return ExitInterrupted
	case errors.Is(err, ErrFinding):
		fmt.Fprintf(stderr, "%s: %s\n", p.Name, oneLine(err))
		return ExitFinding
	default:
		fmt.Fprintf(stderr, "%s: %s\n", p.Name, oneLine(err))
		return ExitFailed
	}
}

// besidesCancellation is what an interrupted command has to say beyond the
// fact: ": 3 messages were not delivered (context canceled)", or nothing.
func besidesCancellation(err error) string {
	if err.Error() == context.Canceled.Error() {
		return ""
	}
	return ": " + oneLine(err)
}

// oneLine is the text of err with its line breaks, as of errors.Join, made
// into semicolons.
func oneLine(err error) string {
	lines := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' })
	return strings.Join(lines, "; ")
}

func (p Program) help(options kong.HelpOptions, ctx *kong.Context) error {
	if len(p.Examples) > 0 {
		fmt.Fprintf(ctx.Stdout, "Examples:\n  %s\n\n", strings.Join(p.Examples, "\n  "))
	}
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	if ctx.Selected() != nil || ctx.Model.DefaultCmd == nil {
		return nil
	}
	// The flags of the default command are used without its name: show them.
	byDefault, err := kong.Trace(ctx.Kong, []string{ctx.Model.DefaultCmd.Name})
	if err != nil {
		return err
	}
	fmt.Fprintln(ctx.Stdout)
	return kong.DefaultHelpPrinter(options, byDefault)
}
