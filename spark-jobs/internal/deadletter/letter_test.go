package deadletter

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDescribe(t *testing.T) {
	for _, test := range []struct {
		rule    string
		headers map[string]string
		want    Letter
	}{
		{
			"of a connector",
			map[string]string{
				"__connect.errors.topic": "reports", "__connect.errors.partition": "3", "__connect.errors.offset": "17",
				"__connect.errors.connector.name": "reports-s3-sink", "__connect.errors.stage": "VALUE_CONVERTER",
				"__connect.errors.exception.class.name": "org.apache.kafka.connect.errors.DataException",
				"__connect.errors.exception.message":    "no schema 7\nand more",
			},
			Letter{Topic: "reports", Partition: 3, Offset: 17, By: "reports-s3-sink", Reason: "value_converter: DataException: no schema 7"},
		},
		{
			"of the alerter",
			map[string]string{
				"peacestate.dead.topic": "riots", "peacestate.dead.partition": "1", "peacestate.dead.offset": "4",
				"peacestate.dead.reason": "undecodable message",
			},
			Letter{Topic: "riots", Partition: 1, Offset: 4, By: "alerter", Reason: "undecodable message"},
		},
		{"without headers", nil, Letter{Partition: -1, Offset: -1, By: "alerter"}},
	} {
		if diff := cmp.Diff(test.want, Describe(Letter{}, test.headers)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.rule, diff)
		}
	}
}

func TestReasonsThatDifferInNumbersAreOne(t *testing.T) {
	var tally Tally
	for _, reason := range []string{"no schema 7", "no schema 12", "a tombstone"} {
		tally.Add(Letter{By: "sink", Reason: reason})
	}
	want := []Reason{{"sink", "no schema N", 2}, {"sink", "a tombstone", 1}}
	if diff := cmp.Diff(want, tally.Reasons()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
