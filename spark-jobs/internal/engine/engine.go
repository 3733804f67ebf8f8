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
	"github.com/apache/spark-connect-go/v35/spark/sql/types"
	"google.golang.org/grpc"

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

// ErrNoTable marks a query on a table that the catalog does not know.
var ErrNoTable = errors.New("no such table")

// A Result is what a query returned.
type Result struct {
	Columns []string
	// Rows holds, per column, nil, bool, int64, float64, string, or for types
	// that PeaceState does not use what spark-connect-go makes of them.
	Rows [][]any
}

// An Engine is one session on a Spark Connect server. It is not safe for
// concurrent use.
type Engine struct {
	session sql.SparkSession
	conn    *grpc.ClientConn
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
	e := &Engine{session: session, conn: dialer.conn}
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

// dialer keeps the connection that the library opens and would never close.
type dialer struct {
	*channel.BaseBuilder
	conn *grpc.ClientConn
}

func (d *dialer) Build(ctx context.Context) (*grpc.ClientConn, error) {
	conn, err := d.BaseBuilder.Build(ctx)
	d.conn = conn
	return conn, err
}

func (e *Engine) probe(ctx context.Context) error {
	return guard(ctx, func() error {
		bounded, cancel := context.WithTimeout(ctx, probeTimeout)
		defer cancel()
		return e.session.Config().Set(bounded, "spark.sql.session.timeZone", "UTC")
	})
}

// Close closes the connection. The server drops the session after an hour:
// spark-connect-go cannot end it.
func (e *Engine) Close() { _ = e.conn.Close() } // nothing is lost when it fails

// Query runs one SELECT, which may return up to MaxRows rows. A cancelled ctx
// ends the call at once, but not the query on the server: spark-connect-go
// lacks Interrupt.
func (e *Engine) Query(ctx context.Context, query string) (result Result, err error) {
	err = guard(ctx, func() error {
		bounded := fmt.Sprintf("SELECT * FROM (\n%s\n) LIMIT %d", query, MaxRows+1)
		frame, err := e.session.Sql(ctx, bounded)
		if err != nil {
			return err
		}
		result, err = collect(ctx, frame)
		return err
	})
	return result, err
}

// collect fetches all rows.
func collect(ctx context.Context, frame sql.DataFrame) (result Result, err error) {
	table, err := frame.ToArrow(ctx)
	if err != nil {
		return Result{}, err
	}
	if *table == nil {
		return Result{}, errors.New("the answer has no schema")
	}
	defer (*table).Release()
	if (*table).NumRows() > MaxRows {
		return Result{}, fmt.Errorf("the query returned more than %d rows; aggregate it on the server", MaxRows)
	}
	for _, field := range (*table).Schema().Fields() {
		result.Columns = append(result.Columns, field.Name)
	}
	rows, err := types.ReadArrowTableToRows(*table)
	if err != nil {
		return Result{}, err
	}
	for _, row := range rows {
		result.Rows = append(result.Rows, plain(row.Values()))
	}
	return result, nil
}

// Call runs one statement that does something and returns a few rows, as the
// procedures of Iceberg.
func (e *Engine) Call(ctx context.Context, statement string) (result Result, err error) {
	err = guard(ctx, func() error {
		frame, err := e.session.Sql(ctx, statement)
		if err != nil {
			return err
		}
		result, err = collect(ctx, frame)
		return err
	})
	return result, err
}

// Execute runs one statement that returns no rows.
func (e *Engine) Execute(ctx context.Context, statement string) error {
	return guard(ctx, func() error {
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

// plain widens integers, so that callers meet one integer type.
func plain(values []any) []any {
	widened := make([]any, len(values))
	for i, value := range values {
		switch v := value.(type) {
		case int8:
			widened[i] = int64(v)
		case int16:
			widened[i] = int64(v)
		case int32:
			widened[i] = int64(v)
		default:
			widened[i] = v
		}
	}
	return widened
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
