package topic

import (
	"testing"

	"github.com/peacestate/peacestate/service/puretest"
)

func TestThePlanIsPure(t *testing.T) {
	puretest.Check(t, ".", "fmt", "strconv", "time", "github.com/peacestate/peacestate/schemas")
}
