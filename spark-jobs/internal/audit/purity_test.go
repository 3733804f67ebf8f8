package audit

import (
	"testing"

	"github.com/peacestate/peacestate/service/puretest"
)

func TestTheAuditIsPure(t *testing.T) {
	puretest.Check(t, ".", "fmt", "maps", "slices", "strings",
		"github.com/peacestate/peacestate/spark-jobs/internal/manifest", "github.com/peacestate/peacestate/spark-jobs/internal/lake")
}
