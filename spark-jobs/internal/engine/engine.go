// Package engine runs SQL on a Spark cluster through Spark Connect. It is the
// only package that knows spark-connect-go: rows come back as plain values,
// and its failures, panics included, as errors of one line.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/apache/spark-connect-go/v35/spark/client/channel"
	"github.com/apache/spark-connect-go/v35/spark/sql"

	"github.com/peacestate/peacestate/service"
)

const (
	// DefaultRemote is where the local stack's Spark Connect server listens.
	DefaultRemote = "sc://localhost:15002"

	// MaxRows is the longest result that Query returns. The library holds a
	// result in memory whole, and answers are aggregates: a longer one is a
	// mistake in the query.
	MaxRows = 10_000

	probeTimeout = 10 * time.Second
)

func tooMany(most int) error {
	return fmt.Errorf("more than %d rows: let Spark aggregate them, or ask for less with WHERE or LIMIT", most)
}

// ErrNoTable marks a query on a table that the catalog does not know.
var ErrNoTable = errors.New("no such table")

// A Result is what a query returned.
type Result struct {
	Columns []string
	// Rows holds, per column, nil, bool, int64, float64 or string; a json.Number
	// for a decimal, []any for an array, Fields for a struct or a map. Times are
	// strings as in RFC 3339, in UTC (without an offset when Spark's has no time
	// zone), binaries in hexadecimal digits, intervals in words.
	Rows [][]any
}

// An Engine is one session on a Spark Connect server. It is not safe for
// concurrent use. When the context of a call is cancelled, so is the statement
// on the server.
type Engine struct {
	session sql.SparkSession
	dialer  *dialer
}

// CheckRemote tells whether an address can be one of Spark Connect, without
// connecting to it.
func CheckRemote(remote string) error {
	if builder, err := channel.NewBuilder(remote); err != nil || builder.Port() < 1 || builder.Port() > 65535 {
		shown, _, _ := strings.Cut(remote, ";") // what follows may hold a token
		return fmt.Errorf("%q is not an address of Spark Connect, like %s", shown, DefaultRemote)
	}
	return nil
}

// Connect opens a session and waits, for at most limit, until the server
// works. The session's time zone is UTC, whatever the server's is: days and
// hours in an answer depend on it.
func Connect(ctx context.Context, log *slog.Logger, remote string, limit time.Duration) (*Engine, error) {
	if err := CheckRemote(remote); err != nil {
		return nil, err
	}
	base, err := channel.NewBuilder(remote)
	if err != nil {
		return nil, explain(ctx, err)
	}
	dialer := &dialer{BaseBuilder: base}
	session, err := sql.NewSessionBuilder().WithChannelBuilder(dialer).Build(ctx)
	if err != nil {
		return nil, explain(ctx, err)
	}
	e := &Engine{session: session, dialer: dialer}
	err = service.Wait(ctx, log, limit, service.Dependency{
		Name: "Spark Connect",
		// Not remote itself, which may hold a token.
		Address: fmt.Sprintf("sc://%s:%d", base.Host(), base.Port()),
		Cure:    "start it with 'make up', or name its address with --spark or SPARK_REMOTE",
		Probe:   e.probe,
	})
	if err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}

func (e *Engine) probe(ctx context.Context) error {
	return guard(ctx, func() error {
		bounded, cancel := context.WithTimeout(ctx, probeTimeout)
		defer cancel()
		return e.session.Config().Set(bounded, "spark.sql.session.timeZone", "UTC")
	})
}

// Close ends the session on the server, and what it still runs, and closes the
// connection. A server that does not answer drops the session by itself, after
// an hour.
func (e *Engine) Close() {
	if e.dialer.session != "" {
		_ = release(context.Background(), e.dialer.conn, e.dialer.session, e.dialer.User()) // see above
	}
	_ = e.dialer.conn.Close() // nothing is lost when it fails
}

// Query runs one SELECT, which may return up to MaxRows rows.
func (e *Engine) Query(ctx context.Context, query string) (Result, error) {
	return e.QueryUpTo(ctx, query, MaxRows)
}

// QueryUpTo runs one SELECT, which may return up to so many rows: for who knows
// how many there are, and has the memory.
func (e *Engine) QueryUpTo(ctx context.Context, query string, most int) (Result, error) {
	result, err := e.call(ctx, fmt.Sprintf("SELECT * FROM (\n%s\n) LIMIT %d", query, most+1), most)
	if err == nil && len(result.Rows) > most {
		return Result{}, tooMany(most)
	}
	return result, err
}

// collect fetches all rows, of which there may be one more than most.
func collect(ctx context.Context, frame sql.DataFrame, most int) (result Result, err error) {
	table, err := frame.ToArrow(ctx)
	if err != nil {
		return Result{}, err
	}
	if *table == nil {
		return Result{}, errors.New("the answer has no schema")
	}
	defer (*table).Release()
	if (*table).NumRows() > int64(most)+1 {
		return Result{}, tooMany(most)
	}
	for _, field := range (*table).Schema().Fields() {
		result.Columns = append(result.Columns, field.Name)
	}
	result.Rows, err = rowsOf(*table)
	return result, err
}

// Call runs one statement that returns a few rows, as do the procedures of
// Iceberg; at most one more than MaxRows, so that a caller can tell that there
// are more.
func (e *Engine) Call(ctx context.Context, statement string) (Result, error) {
	return e.call(ctx, statement, MaxRows)
}

func (e *Engine) call(ctx context.Context, statement string, most int) (result Result, err error) {
	err = e.guard(ctx, func() error {
		frame, err := e.session.Sql(ctx, statement)
		if err != nil {
			return err
		}
		result, err = collect(ctx, frame, most)
		return err
	})
	return result, err
}

// Execute runs one statement that returns no rows.
func (e *Engine) Execute(ctx context.Context, statement string) error {
	return e.guard(ctx, func() error {
		_, err := e.session.Sql(ctx, statement)
		return err
	})
}

// Refresh makes the session's next queries see the table's newest snapshot:
// Iceberg's catalog in Spark keeps a table as it was first loaded. The error
// wraps ErrNoTable when there is none.
func (e *Engine) Refresh(ctx context.Context, table string) error {
	return e.Execute(ctx, "REFRESH TABLE "+table)
}

// guard makes a call that a cancelled ctx ends at once, here and on the server,
// where spark-connect-go would leave it running.
func (e *Engine) guard(ctx context.Context, call func() error) error {
	err := guard(ctx, call)
	if err != nil && ctx.Err() != nil && e.dialer.session != "" {
		// The server ends it with the session if it is deaf to this.
		_ = interrupt(ctx, e.dialer.conn, e.dialer.session, e.dialer.User())
	}
	return err
}

// guard calls the library, which panics on some answers of a server, and
// explains its errors.
func guard(ctx context.Context, call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("spark-connect-go failed: %v", p)
		}
	}()
	return explain(ctx, call())
}
