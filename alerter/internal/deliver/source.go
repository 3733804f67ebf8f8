package deliver

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// The headers of an alert, which say what riot it answers. They make the topic
// alerts the record of how far the alerter has come.
const (
	headerTopicID   = "peacestate.riot.topic_id"
	headerPartition = "peacestate.riot.partition"
	headerOffset    = "peacestate.riot.offset"
)

// The headers of a dead letter, which say where it stood and why it is dead.
const (
	headerDeadTopic     = "peacestate.dead.topic"
	headerDeadPartition = "peacestate.dead.partition"
	headerDeadOffset    = "peacestate.dead.offset"
	headerDeadReason    = "peacestate.dead.reason"
)

// A Source is where one riot stands in the topic riots.
type Source struct {
	// TopicID is the id that Kafka gave the topic when it was created; a
	// topic deleted and created again starts its offsets over, with a new id.
	TopicID   string
	Partition int32
	Offset    int64
	// SentAt is the Kafka timestamp of the riot: when its drone sent it.
	// ReceivedAt is when the alerter took it up. They do not travel in the
	// headers.
	SentAt     time.Time
	ReceivedAt time.Time
}

func (s Source) headers() []kafka.Header {
	return []kafka.Header{
		{Key: headerTopicID, Value: []byte(s.TopicID)},
		{Key: headerPartition, Value: strconv.AppendInt(nil, int64(s.Partition), 10)},
		{Key: headerOffset, Value: strconv.AppendInt(nil, s.Offset, 10)},
	}
}

// SourceOf reads the source that the headers of an alert name. It fails when
// they were not written by this package.
func SourceOf(headers []kafka.Header) (Source, error) {
	values := make(map[string]string, len(headers))
	for _, header := range headers {
		values[header.Key] = string(header.Value)
	}
	partition, partitionErr := strconv.ParseInt(values[headerPartition], 10, 32)
	offset, offsetErr := strconv.ParseInt(values[headerOffset], 10, 64)
	if err := errors.Join(partitionErr, offsetErr); err != nil {
		return Source{}, fmt.Errorf("the headers name no riot: %w", err)
	}
	return Source{TopicID: values[headerTopicID], Partition: int32(partition), Offset: offset}, nil
}
