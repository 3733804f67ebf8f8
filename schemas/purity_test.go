package schemas_test

import (
	"testing"

	"github.com/peacestate/peacestate/service/puretest"
)

// Values in, values out; edges belong in package registry.
func TestTheContractIsPure(t *testing.T) {
	puretest.Check(t, ".", "cmp", "embed", "encoding/binary", "encoding/json", "errors", "fmt", "math", "strconv", "time", "github.com/linkedin/goavro/v2")
	puretest.Check(t, "wire", "encoding/binary", "errors", "fmt")
}
