package pace

import (
	"testing"

	"github.com/peacestate/peacestate/service/puretest"
)

// A pace is told how far a flight is and how late it is; it looks at no clock.
func TestAPaceIsPure(t *testing.T) {
	puretest.Check(t, ".", "errors", "fmt", "math", "slices", "strconv", "strings", "time")
}
