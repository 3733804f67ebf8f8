package manifest

import (
	"testing"

	"github.com/peacestate/peacestate/service/puretest"
)

func TestManifestsArePure(t *testing.T) {
	puretest.Check(t, ".", "bufio", "bytes", "encoding/json", "errors", "fmt", "io", "slices", "strconv", "strings")
}
