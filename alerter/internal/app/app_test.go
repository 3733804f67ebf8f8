package app

import (
	"bytes"
	"net"
	"strings"
	"testing"

	"github.com/peacestate/peacestate/service"
)

func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Program().Run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestBadOptionsAreOneLineBeforeAnythingIsConnectedTo(t *testing.T) {
	for _, test := range []struct {
		rule string
		args []string
		says []string
	}{
		{"an unknown flag", []string{"--frobnicate"}, []string{"--frobnicate"}},
		{"an argument", []string{"riots"}, []string{"riots"}},
		{"a format that there is not", []string{"--format", "xml"}, []string{"--format", "json", "text", "xml"}},
		{"a duration that is none", []string{"--max-age", "old"}, []string{"--max-age", "old"}},
		{"no age at all", []string{"--max-age", "0s"}, []string{"--max-age"}},
		{"a negative age", []string{"--max-age=-1m"}, []string{"--max-age", "-1m"}},
		{"a negative cooldown", []string{"--cooldown=-1s"}, []string{"--cooldown", "-1s"}},
		{"a negative distance", []string{"--nearby=-1"}, []string{"--nearby", "-1"}},
		{"a distance that is no number", []string{"--nearby=NaN"}, []string{"--nearby", "NaN"}},
		{"too little memory", []string{"--remember=99"}, []string{"--remember", "100", "99"}},
		{"too much memory", []string{"--remember=200001"}, []string{"--remember", "200000", "200001"}},
		{"no wait at all", []string{"--wait", "0s"}, []string{"--wait"}},
		{"a negative idle time", []string{"--idle-exit=-1s"}, []string{"--idle-exit", "-1s"}},
		{"stats without a pause", []string{"--stats", "10ms"}, []string{"--stats", "at least 1s", "10ms"}},
		{"negative stats", []string{"--stats=-1s"}, []string{"--stats", "-1s"}},
		{"an instance with a space", []string{"--instance", "one "}, []string{"--instance"}},
		{"a port without a colon", []string{"--listen", "9101"}, []string{"--listen", "9101"}},
		{"no group", []string{"--group="}, []string{"--group"}},
		{"no server", []string{"--kafka="}, []string{"--kafka"}},
		{"a server without a port", []string{"--kafka", "localhost"}, []string{"--kafka", "localhost", "port"}},
		{"one of two servers with a bad port", []string{"--kafka", "localhost:9092,localhost:99999"}, []string{"localhost:99999", "65535"}},
		{"a server without a host", []string{"--kafka", ":9092"}, []string{"--kafka", ":9092", "no host"}},
		{"a registry that is no URL", []string{"--registry", "localhost:8081"}, []string{"--registry", "localhost:8081"}},
		{"a webhook that is no URL", []string{"--webhook", "https://ops.example/", "--webhook", "ops.example/alerts"}, []string{"--webhook", "number 2", "slack=URL", "discord=URL"}},
		{"a webhook of an unknown format", []string{"--webhook", "teams=https://ops.example/"}, []string{"--webhook", "slack=URL"}},
		{"a webhook named twice", []string{"--webhook", "https://ops.example/", "--webhook", "json=https://ops.example/"}, []string{"--webhook", "ops.example#", "twice"}},
		{"a crew's webhook that is no URL", []string{"--crew-webhook", "ops.example/alerts"}, []string{"--crew-webhook", "number 1", "slack=URL"}},
		{"a crew's webhook named twice", []string{"--crew-webhook", "https://ops.example/", "--crew-webhook", "https://ops.example/"}, []string{"--crew-webhook", "ops.example#", "twice"}},
		{"no time for a webhook", []string{"--webhook-give-up", "0s"}, []string{"--webhook-give-up"}},
		{"two at once, both named", []string{"--max-age", "0s", "--group="}, []string{"--max-age", "--group", "; "}},
	} {
		t.Run(test.rule, func(t *testing.T) {
			code, stdout, stderr := run(t, test.args...)
			if code != service.ExitFailed {
				t.Errorf("exit code %d, want %d", code, service.ExitFailed)
			}
			if stdout != "" || strings.Count(stderr, "\n") != 1 {
				t.Errorf("not one line on stderr alone: %q, %q", stdout, stderr)
			}
			for _, want := range test.says {
				if !strings.Contains(stderr, want) {
					t.Errorf("%q is not in: %s", want, stderr)
				}
			}
		})
	}
}

func TestHelpStartsWithExamples(t *testing.T) {
	code, stdout, _ := run(t, "--help")
	if code != service.ExitDone || !strings.HasPrefix(stdout, "Examples:\n  go run ./alerter") {
		t.Errorf("exit code %d, help:\n%s", code, stdout)
	}
}

func TestFlagsBeatTheEnvironment(t *testing.T) {
	t.Setenv("KAFKA_BOOTSTRAP_SERVERS", "nonsense-from-the-environment")
	if _, _, stderr := run(t, "--group="); !strings.Contains(stderr, "nonsense-from-the-environment") {
		t.Errorf("the environment is not read: %s", stderr)
	}
	if _, _, stderr := run(t, "--group=", "--kafka", "localhost:9092"); strings.Contains(stderr, "nonsense-from-the-environment") {
		t.Errorf("the flag does not win: %s", stderr)
	}
}

func TestWebhooksMayStandInTheEnvironment(t *testing.T) {
	t.Setenv("ALERTER_WEBHOOK", "https://ops.example/?a=b,c slack=https://hooks.example/secret slack=https://hooks.example/secret")
	code, _, stderr := run(t)
	if code != service.ExitFailed || !strings.Contains(stderr, "names hooks.example#") || strings.Contains(stderr, "secret") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	t.Setenv("ALERTER_WEBHOOK", "hooks.example/secret")
	if _, _, stderr := run(t); !strings.Contains(stderr, "slack=URL") || strings.Contains(stderr, "secret") {
		t.Errorf("what is wrong is not told, or too much: %s", stderr)
	}
}

func TestWithoutKafkaItWaitsAndThenSaysWhatToDo(t *testing.T) {
	code, stdout, stderr := run(t, "--wait", "300ms", "--kafka", deaf(t))
	last := stderr[strings.LastIndex(strings.TrimSuffix(stderr, "\n"), "\n")+1:]
	if code != service.ExitFailed || stdout != "" {
		t.Errorf("exit code %d, stdout %q", code, stdout)
	}
	for _, want := range []string{"alerter: ", "Kafka at ", "make up", "KAFKA_BOOTSTRAP_SERVERS"} {
		if !strings.Contains(last, want) {
			t.Errorf("%q is not in the last line: %s", want, last)
		}
	}
}

// deaf is an address at which nothing listens.
func deaf(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
