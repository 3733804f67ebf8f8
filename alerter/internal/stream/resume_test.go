package stream

import (
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

func TestResumeAt(t *testing.T) {
	for _, test := range []struct {
		rule      string
		committed kafka.Offset
		delivered int64
		want      kafka.Offset
	}{
		{"a group that never ran starts at the beginning", kafka.OffsetInvalid, -1, kafka.OffsetBeginning},
		{"without alerts the commit counts", 7, -1, 7},
		{"a commit of nothing done counts too", 0, -1, 0},
		{"without a commit the alerts count", kafka.OffsetInvalid, 6, 7},
		{"the very first riot's alert counts", kafka.OffsetInvalid, 0, 1},
		{"after a crash the alerts are ahead", 3, 6, 7},
		{"after a clean stop both agree", 7, 6, 7},
		{"after dead letters the commit is ahead", 9, 6, 9},
	} {
		t.Run(test.rule, func(t *testing.T) {
			if got := resumeAt(test.committed, test.delivered); got != test.want {
				t.Errorf("committed %v, delivered %d: resume at %v, want %v", test.committed, test.delivered, got, test.want)
			}
		})
	}
}
