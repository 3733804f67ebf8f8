package peaceland

import (
	"testing"

	"github.com/peacestate/peacestate/service/puretest"
)

func TestTheMapIsPure(t *testing.T) {
	puretest.Check(t, ".", "embed", "encoding/json", "fmt", "math", "slices", "strings")
}
