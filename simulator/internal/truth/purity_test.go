package truth

import (
	"testing"

	"github.com/peacestate/peacestate/service/puretest"
)

func TestTheTruthIsPure(t *testing.T) {
	puretest.Check(t, ".", "cmp", "iter", "maps", "math", "slices", "time",
		"github.com/peacestate/peacestate/peaceland", "github.com/peacestate/peacestate/schemas",
		"github.com/peacestate/peacestate/simulator/internal/fault")
}
