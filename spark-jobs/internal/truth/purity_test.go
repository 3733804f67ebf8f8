package truth

import (
	"testing"

	"github.com/peacestate/peacestate/service/puretest"
)

func TestTheTruthIsPure(t *testing.T) {
	puretest.Check(t, ".", "encoding/json", "errors", "fmt", "math", "strings",
		"github.com/peacestate/peacestate/spark-jobs/internal/question")
}
