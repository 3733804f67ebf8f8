package app

import (
	"errors"
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
