package webhook

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
)

var rewrite = flag.Bool("update", false, "rewrite the examples in docs/webhooks.md")

const page = "../../../docs/webhooks.md"

// The page's examples are the code blocks behind a comment <!-- name -->.
func TestTheExamplesOnThePageAreReal(t *testing.T) {
	file, err := os.ReadFile(page)
	must(t, err)
	got := string(file)
	for name, example := range map[string]string{
		"json":    "```json\n" + indent(t, encode(t, JSON, alert())) + "\n```",
		"call":    "```json\n" + indent(t, encodeCall(t, JSON, call())) + "\n```",
		"slack":   "```json\n" + indent(t, encode(t, Slack, alert())) + "\n```",
		"discord": "```json\n" + indent(t, encode(t, Discord, update())) + "\n```",
		"verify":  "```go\n" + source(t, "example_test.go", "// genuine ") + "\n```",
	} {
		before, rest, found := strings.Cut(got, "<!-- "+name+" -->\n")
		_, language, opens := strings.Cut(rest, "```")
		_, after, closes := strings.Cut(language, "\n```")
		if !found || !opens || !closes {
			t.Errorf("%s has no code block behind <!-- %s -->", page, name)
			continue
		}
		got = before + "<!-- " + name + " -->\n" + example + after
	}
	if got == string(file) {
		return
	}
	if !*rewrite {
		t.Errorf("the examples in %s are not what the code does: go test ./alerter/internal/webhook -update, and look at what changed", page)
		return
	}
	must(t, os.WriteFile(page, []byte(got), 0o600))
}

func indent(t *testing.T, body []byte) string {
	t.Helper()
	var b bytes.Buffer
	must(t, json.Indent(&b, body, "", "  "))
	return b.String()
}

// source is the declaration whose comment starts like this.
func source(t *testing.T, file, start string) string {
	t.Helper()
	all, err := os.ReadFile(file)
	must(t, err)
	_, rest, found := strings.Cut(string(all), "\n"+start)
	declaration, _, closed := strings.Cut(rest, "\n}\n")
	if !found || !closed {
		t.Fatalf("%s has nothing that starts with %q", file, start)
	}
	return start + declaration + "\n}"
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
