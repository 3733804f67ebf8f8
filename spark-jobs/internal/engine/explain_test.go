package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/spark-connect-go/v35/spark/sparkerrors"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestErrorsAreExplainedInOneLine(t *testing.T) {
	for _, c := range []struct {
		name  string
		given error
		want  string
	}{
		{
			"of Spark's message the first line",
			refusal(&sparkerrors.SparkError{Code: codes.Internal, Message: "[PARSE_SYNTAX_ERROR] Syntax error.\n\n== SQL ==\nSELEC"}),
			"refused by Spark: [PARSE_SYNTAX_ERROR] Syntax error.",
		},
		{
			"a long line is cut",
			refusal(&sparkerrors.SparkError{Code: codes.Internal, Message: strings.Repeat("é", 400)}),
			"refused by Spark: " + strings.Repeat("é", 150) + "…",
		},
		{
			"a server that is gone is no fault of Spark's",
			refusal(&sparkerrors.SparkError{Code: codes.Unavailable, Message: "connection refused"}),
			"no connection to Spark Connect: connection refused",
		},
		{
			"an error of gRPC itself", status.Error(codes.Unavailable, "connection refused"),
			"no connection to Spark Connect: connection refused",
		},
		{
			"a server that is too slow", status.Error(codes.DeadlineExceeded, "context deadline exceeded"),
			"no answer from Spark Connect in time",
		},
		{
			"a row that is too long", status.Error(codes.ResourceExhausted, "received message larger than max"),
			"a message of Spark Connect is too long: ask for less, as with substring: received message larger than max",
		},
		{"any other error", errors.New("broken\npipe"), "call Spark Connect: broken"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := explain(t.Context(), c.given); got == nil || got.Error() != c.want {
				t.Errorf("\n got %v\nwant %s", got, c.want)
			}
		})
	}
}

// refusal wraps an error as the library does.
func refusal(err error) error {
	return sparkerrors.WithType(fmt.Errorf("failed to execute sql: SELECT 1: %w", err), sparkerrors.ExecutionError)
}

func TestAMissingTableIsToldApart(t *testing.T) {
	missing := &sparkerrors.SparkError{Code: codes.Internal, ErrorClass: "TABLE_OR_VIEW_NOT_FOUND", Message: "[TABLE_OR_VIEW_NOT_FOUND] …"}
	if err := explain(t.Context(), refusal(missing)); !errors.Is(err, ErrNoTable) {
		t.Errorf("%v is not ErrNoTable", err)
	}
	missing.ErrorClass, missing.Message = "UNRESOLVED_COLUMN", "[UNRESOLVED_COLUMN] …"
	if err := explain(t.Context(), refusal(missing)); errors.Is(err, ErrNoTable) {
		t.Errorf("%v is ErrNoTable", err)
	}
}

func TestACancelledCallIsItsContextsError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := explain(ctx, refusal(&sparkerrors.SparkError{Code: codes.Canceled})); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestAPanicOfTheLibraryIsAnError(t *testing.T) {
	var rows []int
	err := guard(t.Context(), func() error { return fmt.Errorf("%d", rows[1]) })
	if err == nil || !strings.HasPrefix(err.Error(), "spark-connect-go failed: runtime error: index out of range") {
		t.Errorf("got %v", err)
	}
}
