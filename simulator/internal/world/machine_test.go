package world

import (
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// Fused multiply-add rounds once where two operations round twice. amd64 does
// not fuse by itself; arm64 does wherever the source lets it.
func TestNothingIsFusedOnMachinesThatCould(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for another machine")
	}
	for _, pkg := range []string{".", "github.com/peacestate/peacestate/peaceland"} {
		compile := exec.CommandContext(t.Context(), "go", "build", "-gcflags=-S", pkg)
		compile.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
		assembly, err := compile.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, assembly)
		}
		if !regexp.MustCompile(`FMULD`).Match(assembly) {
			t.Fatalf("the assembly of %s holds no multiplication; has the compiler's output changed?", pkg)
		}
		for _, line := range regexp.MustCompile(`(?m)^.*\tFN?M(ADD|SUB)D?\t.*$`).FindAll(assembly, -1) {
			t.Errorf("fused: %s", line)
		}
	}
}
