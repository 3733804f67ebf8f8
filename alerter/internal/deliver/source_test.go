package deliver

import (
	"math"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"
)

func TestASourceIsReadBackFromItsHeaders(t *testing.T) {
	for _, want := range []Source{
		{TopicID: "vPeOCWypqUOSepEvx0cbog", Partition: 0, Offset: 0},
		{TopicID: "", Partition: math.MaxInt32, Offset: math.MaxInt64},
	} {
		among := append([]kafka.Header{{Key: "trace", Value: []byte("x")}}, want.headers()...)
		got, err := SourceOf(among)
		if err != nil {
			t.Errorf("%+v: %v", want, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("source (-want +got):\n%s", diff)
		}
	}
}

func TestForeignHeadersNameNoSource(t *testing.T) {
	header := func(key, value string) kafka.Header { return kafka.Header{Key: key, Value: []byte(value)} }
	for _, test := range []struct {
		rule    string
		headers []kafka.Header
	}{
		{"no headers", nil},
		{"no offset", []kafka.Header{header(headerPartition, "3")}},
		{"no partition", []kafka.Header{header(headerOffset, "3")}},
		{"an offset that is no number", []kafka.Header{header(headerPartition, "3"), header(headerOffset, "three")}},
		{"a partition that is none of Kafka's", []kafka.Header{header(headerPartition, "4294967296"), header(headerOffset, "3")}},
	} {
		t.Run(test.rule, func(t *testing.T) {
			if source, err := SourceOf(test.headers); err == nil {
				t.Errorf("read as %+v", source)
			}
		})
	}
}
