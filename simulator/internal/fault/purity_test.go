package fault

import (
	"testing"

	"github.com/peacestate/peacestate/service/puretest"
)

// Faults are a function, as the world is: the truth has to find the same ones.
func TestFaultsArePure(t *testing.T) {
	puretest.Check(t, ".", "cmp", "container/heap", "errors", "fmt", "iter", "math/bits", "slices", "strings", "time",
		"github.com/peacestate/peacestate/schemas", "github.com/peacestate/peacestate/simulator/internal/world")
}
