package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/simulator/internal/fault"
)

func TestWithoutAFileFaultsAreCountedAllTheSame(t *testing.T) {
	m, err := createManifest("")
	if err != nil {
		t.Fatal(err)
	}
	m.message(fault.Transmission{Fault: fault.Late, Lost: true}, schemas.Report{})
	m.message(fault.Transmission{Fault: fault.Late}, schemas.Report{})
	if err := m.close(); err != nil || m.sent().String() != "2 late, 1 lost" {
		t.Errorf("counted %s, %v", m.sent(), err)
	}
}

func TestADamageIsWrittenDownWhenItIsDone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "faults.jsonl")
	m, err := createManifest(path)
	if err != nil {
		t.Fatal(err)
	}
	message := m.message(fault.Transmission{Fault: fault.Corrupt, OldSchema: true}, schemas.Report{})
	if len(m.sent()) != 0 || !message.OldSchema || message.Damage == nil {
		t.Fatalf("message %+v, counted %s", message, m.sent())
	}
	message.Damage([]byte{0, 0, 0, 0, 7, 4, 'i', 'd'})
	if err := m.close(); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(written)), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], `{"fault":"corrupt"`) ||
		!strings.Contains(lines[0], `"sha256":"`) || !strings.HasPrefix(lines[1], `{"fault":"old_schema"`) {
		t.Errorf("written: %s", written)
	}
}

func TestAManifestThatIsNotWholeIsAnError(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("needs a file that takes nothing: ", err)
	}
	m, err := createManifest("/dev/full")
	if err != nil {
		t.Fatal(err)
	}
	m.message(fault.Transmission{Lost: true}, schemas.Report{})
	if err := m.close(); err == nil || !strings.Contains(err.Error(), "/dev/full is not whole") {
		t.Errorf("got %v", err)
	}
}
