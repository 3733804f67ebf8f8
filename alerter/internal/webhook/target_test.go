package webhook

import (
	"fmt"
	"strings"
	"testing"
)

func target(t *testing.T, text string) Target {
	t.Helper()
	parsed, err := ParseTarget(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return parsed
}

func TestATargetIsAURLWithOrWithoutAFormat(t *testing.T) {
	for _, test := range []struct {
		rule, text string
		format     Format
		url        string
	}{
		{"a URL alone is JSON", "https://ops.example/alerts", JSON, "https://ops.example/alerts"},
		{"JSON may be said", "json=http://localhost:9000", JSON, "http://localhost:9000"},
		{"Slack is said", "slack=https://hooks.slack.com/services/T/B/x", Slack, "https://hooks.slack.com/services/T/B/x"},
		{"Discord is said", "discord=https://discord.com/api/webhooks/1/x", Discord, "https://discord.com/api/webhooks/1/x"},
		{"an equals sign in a URL is its own", "https://ops.example/?a=b,c", JSON, "https://ops.example/?a=b,c"},
		{"also behind a format", "slack=https://ops.example/?a=b", Slack, "https://ops.example/?a=b"},
		{"a fragment is nothing to a receiver", "https://ops.example/#top", JSON, "https://ops.example/"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			got := target(t, test.text)
			if got.format != test.format || got.url.String() != test.url {
				t.Errorf("read as %s %s", got.format, &got.url)
			}
		})
	}
}

func TestWhatIsNoTargetIsRefusedWithoutRepeatingIt(t *testing.T) {
	for _, text := range []string{
		"", "ops.example/secret", "ftp://ops.example/secret", "https:///secret", "https://:80/secret", "https://ops example/secret",
		"teams=https://ops.example/secret", "slack=", "https://ops.example/%zz?secret",
	} {
		got, err := ParseTarget(text)
		if err == nil {
			t.Errorf("%q is read as %s", text, &got.url)
			continue
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q is repeated: %v", text, err)
		}
	}
}

func TestATargetDoesNotPrintItsSecrets(t *testing.T) {
	got := target(t, "slack=https://user:secret@hooks.example:8443/services/secret?token=secret")
	for _, verb := range []string{"%s", "%v", "%+v"} {
		if printed := fmt.Sprintf(verb, got); strings.Contains(printed, "secret") || !strings.HasPrefix(printed, "hooks.example:8443#") {
			t.Errorf("%s prints %s", verb, printed)
		}
	}
}

func TestWhatIsTheSameWebhook(t *testing.T) {
	const text = "https://user:one@ops.example/alerts?team=a"
	name, group := target(t, text).Name(), target(t, text).Group("alerter")
	if want := "alerter-webhook-" + strings.TrimPrefix(name, "ops.example#"); group != want {
		t.Errorf("the group is %s, want %s", group, want)
	}
	for _, test := range []struct {
		rule, text string
		same       bool
	}{
		{"the same again", text, true},
		{"with another password", "https://user:two@ops.example/alerts?team=a", true},
		{"with another path", "https://user:one@ops.example/other?team=a", false},
		{"with another query", "https://user:one@ops.example/alerts?team=b", false},
		{"in another format", "slack=" + text, false},
	} {
		t.Run(test.rule, func(t *testing.T) {
			if got := target(t, test.text).Name() == name; got != test.same {
				t.Errorf("the same: %t, want %t", got, test.same)
			}
		})
	}
}
