package world

import (
	"testing"

	"github.com/peacestate/peacestate/service/puretest"
)

// The world is a function: nothing that it could be told by anything but its
// arguments may get in.
func TestTheWorldIsPure(t *testing.T) {
	puretest.Check(t, ".", "cmp", "errors", "fmt", "iter", "maps", "math", "math/bits", "slices", "time",
		"github.com/peacestate/peacestate/peaceland", "github.com/peacestate/peacestate/schemas")
}
