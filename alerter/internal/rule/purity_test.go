package rule

import (
	"testing"

	"github.com/peacestate/peacestate/service/puretest"
)

func TestTheRuleIsPure(t *testing.T) {
	puretest.Check(t, ".", "cmp", "slices", "strings", "time", "github.com/peacestate/peacestate/peaceland", "github.com/peacestate/peacestate/schemas")
}
