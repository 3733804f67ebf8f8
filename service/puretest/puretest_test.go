package puretest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Check reports through its testing.T, so what it finds is looked at in a
// test of its own process.
func TestCheckFinds(t *testing.T) {
	if folder := os.Getenv("PURETEST_FOLDER"); folder != "" {
		Check(t, folder, "time", "fmt")
		return
	}
	tests := map[string]struct{ source, finding string }{
		"an import that is not allowed": {`import _ "os"`, "imports \"os\""},
		"a goroutine":                   {`func f() { go f() }`, "starts a goroutine"},
		"a look at the clock":           {"import \"time\"\nvar t = time.Now()", "uses time.Now"},
		"a word to the terminal":        {"import \"fmt\"\nfunc f() { fmt.Println() }", "uses fmt.Println"},
		"nothing in a pure file":        {"import \"time\"\nvar d time.Duration", ""},
		"that there is no file":         {"", "no Go files"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if tt.source != "" {
				if err := os.WriteFile(filepath.Join(folder, "p.go"), []byte("package p\n"+tt.source+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			found, failed := checkElsewhere(t, folder)
			if failed != (tt.finding != "") || !strings.Contains(found, tt.finding) {
				t.Errorf("failed: %v, want %q in %s", failed, tt.finding, found)
			}
		})
	}
}

// checkElsewhere runs Check on a folder in another process and tells what it
// said.
func checkElsewhere(t *testing.T, folder string) (said string, failed bool) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(self, "-test.run=^TestCheckFinds$")
	command.Env = append(os.Environ(), "PURETEST_FOLDER="+folder)
	out, err := command.CombinedOutput()
	return string(out), err != nil
}
