package app

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/spark-jobs/internal/audit"
)

func TestTheVerdictDecidesTheExitCodeAndTheCure(t *testing.T) {
	for _, c := range []struct {
		name    string
		verdict audit.Verdict
		wait    time.Duration
		want    string // in the finding; "" for none
	}{
		{"all there once", audit.Verdict{Records: 10, Archived: 10}, 0, ""},
		{"dead letters are accounted for", audit.Verdict{Records: 10, Archived: 9, DeadLetters: 1}, 0, ""},
		{"an empty system", audit.Verdict{}, 0, ""},
		{"missing, not waited for", audit.Verdict{Records: 10, Archived: 9, Missing: 1}, 0, "try --wait 2m"},
		{"missing after the wait", audit.Verdict{Records: 10, Archived: 9, Missing: 1}, time.Minute, "after 1m0s; look whether every task"},
		{"twice there", audit.Verdict{Records: 10, Archived: 10, Repeated: 1}, time.Minute, "more than once"},
		{"hidden copies are no fault", audit.Verdict{Records: 10, Archived: 10, Hidden: 4}, 0, ""},
		{"on a wrong day", audit.Verdict{Records: 10, Archived: 10, WrongDay: 1}, 0, "rows lie on another day than their own"},
		{"not as the manifest says, and twice there", audit.Verdict{Repeated: 1, Untrue: 1}, 0, "more than once; reports are not as the manifest says"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := verify{Wait: c.wait}.judge(c.verdict)
			if c.want == "" {
				if err != nil {
					t.Errorf("found %v", err)
				}
				return
			}
			if !errors.Is(err, service.ErrFinding) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want a finding that says %q", err, c.want)
			}
		})
	}
}

func TestManifestsAreReadBeforeAnythingIsAsked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "faults.jsonl")
	if err := os.WriteFile(file, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ file, want string }{
		{file, `line 1: "" is no fault`},
		{file + ".none", "no such file"},
	} {
		code, stdout, stderr := run(t.Context(), "verify", "--manifest", c.file)
		if code != service.ExitFailed || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c.want) {
			t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
		}
	}
}

func TestAWindowInWords(t *testing.T) {
	read := func(text string) (m moment) {
		if text != "" {
			if err := m.UnmarshalText([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		return m
	}
	for _, c := range []struct{ since, until, want string }{
		{"", "", ""},
		{"2026-03-07", "", "since 2026-03-07T00:00:00Z"},
		{"", "2026-03-07T13:00:00+01:00", "before 2026-03-07T12:00:00Z"},
		{"2026-03-07", "2026-03-08", "since 2026-03-07T00:00:00Z and before 2026-03-08T00:00:00Z"},
	} {
		w := window{Since: read(c.since), Until: read(c.until)}
		if got := w.String(); got != c.want || w.limited() != (c.want != "") {
			t.Errorf("%q, want %q; limited: %v", got, c.want, w.limited())
		}
	}
}

func TestTopicsThatDoNotExistCannotBeVerified(t *testing.T) {
	cluster, err := kafka.NewMockCluster(1)
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	code, stdout, stderr := run(t.Context(), "verify", "--kafka", cluster.BootstrapServers())
	const want = "spark-jobs: topic reports does not exist: create the topics with 'make topics'\n"
	if code != service.ExitFailed || stdout != "" || stderr != want {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}
