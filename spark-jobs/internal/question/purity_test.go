package question

import (
	"testing"

	"github.com/peacestate/peacestate/service/puretest"
)

func TestQuestionsArePure(t *testing.T) {
	puretest.Check(t, ".", "errors", "fmt", "slices", "strconv", "strings", "time", "github.com/dustin/go-humanize",
		"github.com/peacestate/peacestate/peaceland", "github.com/peacestate/peacestate/schemas",
		"github.com/peacestate/peacestate/spark-jobs/internal/lake")
}
