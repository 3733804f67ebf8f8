package app

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
	"github.com/peacestate/peacestate/spark-jobs/internal/engine"
)

func run(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = Program().Run(ctx, args, &out, &errs)
	return code, out.String(), errs.String()
}

// No test here has a server: what is wrong must be found before one is asked.
func TestBadOptionsAreOneLineAndExit2(t *testing.T) {
	for _, c := range []struct {
		name string
		args string
		want []string
	}{
		{
			"an unknown question names the known ones", "ask weather",
			[]string{`unknown question "weather"; there are weekend, hours, words, citizens, spread, trend, calm, drones, and all`},
		},
		{"an unknown question among known ones", "ask weekend weather", []string{`unknown question "weather"`}},
		{"no question", "ask", []string{`expected "<question> ..."`}},
		{"an address that is none", "ask weekend --spark localhost:15002", []string{`"localhost:15002" is not an address of Spark Connect`}},
		{
			"several problems in one line", "ask weather --spark http://spark",
			[]string{`unknown question "weather"`, `; "http://spark" is not an address`},
		},
		{"a negative wait", "verify --wait=-5s", []string{"--wait is -5s, and cannot be negative"}},
		{"a wait that is no duration", "verify --wait soon", []string{"--wait"}},
		{"no broker", "verify --kafka=", []string{"--kafka is empty"}},
		{"waiting for the past", "verify --wait 5s --as-of 2026-03-07T12:00:00Z", []string{"--wait and --as-of contradict each other"}},
		{"a window that ends before it begins", "verify --since 2026-03-08 --until 2026-03-07T12:00:00Z", []string{"--since must be before --until"}},
		{"an empty window", "verify --since 2026-03-08 --until 2026-03-08", []string{"--since must be before --until"}},
		{"a window since when", "verify --since yesterday", []string{"--since", "yesterday", "neither a date like 2026-01-05"}},
		{"two manifests from one stdin", "verify --manifest - --manifest -", []string{"--manifest - can stand once"}},
		{"a time that is none", "ask weekend --as-of yesterday", []string{"--as-of", "yesterday"}},
		{"a scope that is none", "ask weekend --since tomorrow", []string{"--since", `"tomorrow" is neither a date like 2026-01-05 nor a time`}},
		{"a scope that ends before it begins", "ask weekend --since 2026-01-06 --until 2026-01-05T23:00:00Z", []string{"--since must be before --until"}},
		{"an unknown district names the known ones", "ask weekend --district Atlantis", []string{`there is no district "Atlantis"; there are Foundry, Harbour, `}},
		{"two formats", "ask weekend --json --csv", []string{"--json and --csv contradict each other"}},
		{"one table of several", "ask all --csv", []string{"--csv is one table: name one question"}},
		{"a chart of no known kind", "ask weekend --chart weekend.pdf", []string{"--chart weekend.pdf must end in .svg or .png"}},
		{"a chart in no folder", "ask weekend --chart no/such/folder/a.svg", []string{"there is no folder no/such/folder"}},
		{"a truth that is not there", "ask all --check no-such-file.json", []string{"--check: open no-such-file.json"}},
		{"a truth that is none", "ask all --check app_test.go", []string{"--check app_test.go: no JSON of `simulator truth --json`"}},
		{"a scope of a truth", "ask all --check app_test.go --district Harbour", []string{"--check compares with all that a flight saw"}},
		{"a past that is published", "ask all --publish --as-of 2026-03-07T12:00:00Z", []string{"--publish is for answers as of now"}},
		{"again and again, for nobody", "ask all --every 10m", []string{"--every is for --publish"}},
		{"again before", "ask all --publish --every=-1s", []string{"--every is -1s, and cannot be negative"}},
		{"nowhere to publish", "ask all --publish --kafka=", []string{"--kafka is empty"}},
		{"a statement that does something", "sql DROP", []string{"DROP is refused: only statements that read are sent"}},
		{"an empty statement", "sql ;", []string{"there is no statement: try"}},
		{"rows without a bound", "sql SELECT --limit 20000", []string{"--limit must be 1 to 10000, not 20000"}},
		{"two formats of a statement", "sql SELECT --json --csv", []string{"--json and --csv contradict each other"}},
		{"a table that is none", "table weather", []string{`"weather" is no table of the lake: name some of reports, riots, alerts, maintenance, answers`}},
		{"dead letters of a topic that is none", "dead-letters list weather", []string{`"weather" is no archived topic: name reports, riots, alerts or maintenance`}},
		{"commits of a topic that is none", "commits weather", []string{"reports", "riots", "alerts", "maintenance"}},
		{"commits since never", "commits --since 0s", []string{"--since must be more than zero"}},
		{"orphans that may be about to be committed", "maintain --orphans 1h", []string{"--orphans must be at least 24h0m0s, not 1h0m0s"}},
		{"a model that is not there", "maintenance predict", []string{"there is no model maintenance-model.json: make one with 'spark-jobs maintenance train'"}},
		{"a model that is none", "maintenance evaluate --model app_test.go", []string{"--model app_test.go: no model file"}},
		{"a model in no folder", "maintenance train --model no/such/folder/m.json", []string{"there is no folder no/such/folder"}},
		{"a crash that costs nothing", "maintenance train --crash-cost 1", []string{"--crash-cost must be above 1, not 1"}},
		{"a crash of no number", "maintenance train --crash-cost NaN", []string{"--crash-cost must be above 1"}},
		{"half a day", "maintenance train --until 2026-08-29T12:00:00Z", []string{"--until must be a date"}},
		{"a truth about drones that is none", "maintenance evaluate --truth app_test.go", []string{"--truth app_test.go: no JSON of `simulator wear --json`"}},
		{"few samples", "maintenance evaluate --samples 5", []string{"--samples must be 100 or more, not 5"}},
		{"nobody listed", "maintenance predict --top 0", []string{"--top must be 1 to 10000, not 0"}},
		{"a ranking published nowhere", "maintenance predict --publish --kafka=", []string{"--kafka is empty"}},
		{"an unknown flag", "verify --fast", []string{"unknown flag --fast"}},
		{"an unknown command", "tell", []string{"unexpected argument tell"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := run(t.Context(), strings.Fields(c.args)...)
			if code != service.ExitFailed || stdout != "" || strings.Count(stderr, "\n") != 1 {
				t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
			}
			for _, want := range c.want {
				if !strings.Contains(stderr, want) {
					t.Errorf("%q does not say %q", stderr, want)
				}
			}
		})
	}
}

func TestHelpStartsWithExamples(t *testing.T) {
	code, stdout, _ := run(t.Context(), "--help")
	if code != service.ExitDone || !strings.HasPrefix(stdout, "Examples:\n  go run ./spark-jobs list\n") {
		t.Errorf("exit %d, %q", code, stdout)
	}
}

func TestDefaultsAreTheLocalStacks(t *testing.T) {
	_, stdout, _ := run(t.Context(), "verify", "--help")
	for _, want := range []string{engine.DefaultRemote, broker.DefaultServers, "SPARK_REMOTE", "KAFKA_BOOTSTRAP_SERVERS"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the help does not say %q: %s", want, stdout)
		}
	}
}

func TestTheListNeedsNoServer(t *testing.T) {
	for _, args := range [][]string{{"list"}, {"list", "--json"}} {
		code, stdout, _ := run(t.Context(), args...)
		if code != service.ExitDone || !strings.Contains(stdout, "weekend") {
			t.Errorf("%v: exit %d, %q", args, code, stdout)
		}
	}
}

func TestCtrlCWhileAServerIsAwaitedExits130(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	if code, _, stderr := run(ctx, "ask", "weekend", "--spark", "sc://127.0.0.1:1"); code != service.ExitInterrupted {
		t.Errorf("exit %d, %q", code, stderr)
	}
}
