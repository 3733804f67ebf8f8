package deadletter

import (
	"testing"

	"github.com/peacestate/peacestate/service/puretest"
)

func TestDeadLettersArePure(t *testing.T) {
	puretest.Check(t, ".", "cmp", "fmt", "slices", "strconv", "strings")
}
