package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/apache/spark-connect-go/v35/spark/sparkerrors"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// maxMessage bounds, in bytes, what is shown of a message of Spark's, which
// may hold the whole query plan.
const maxMessage = 300

// explain makes one line of an error of spark-connect-go's. It is ctx's own
// error when ctx is over, whatever became of the call.
func explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	code, class, message, from := codes.Unknown, "", err.Error(), "call Spark Connect"
	if refusal, ok := errors.AsType[*sparkerrors.SparkError](err); ok {
		code, class, message, from = refusal.Code, refusal.ErrorClass, refusal.Message, "refused by Spark"
	} else if s, ok := status.FromError(err); ok {
		code, message = s.Code(), s.Message()
	}
	message = firstLine(message)
	switch {
	case code == codes.Unavailable:
		return fmt.Errorf("no connection to Spark Connect: %s", message)
	case code == codes.DeadlineExceeded:
		return errors.New("no answer from Spark Connect in time")
	case code == codes.ResourceExhausted:
		return fmt.Errorf("a message of Spark Connect is too long: ask for less, as with substring: %s", message)
	case class == "TABLE_OR_VIEW_NOT_FOUND" || strings.HasPrefix(message, "[TABLE_OR_VIEW_NOT_FOUND]"):
		return fmt.Errorf("%w: %s", ErrNoTable, message)
	default:
		return fmt.Errorf("%s: %s", from, message)
	}
}

// firstLine is the first line of a message, cut to maxMessage.
func firstLine(message string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(message), "\n")
	line = strings.TrimSpace(line)
	if len(line) > maxMessage {
		return strings.ToValidUTF8(line[:maxMessage], "") + "…"
	}
	return line
}
