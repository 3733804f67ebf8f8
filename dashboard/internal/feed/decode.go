package feed

import (
	"errors"
	"fmt"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/dashboard/internal/incident"
	"github.com/peacestate/peacestate/dashboard/internal/position"
	"github.com/peacestate/peacestate/dashboard/internal/store"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
)

// A Reader decodes alerts, as registry.Reader does: an error that is no
// registry.ErrUndecodable may pass.
type Reader interface {
	Read(message []byte) (schemas.Alert, error)
}

// decode is a record of one of the two topics. One that no retry can decode
// is neither an alert nor an action. The error is the registry's, and may pass.
func decode(m *kafka.Message, alerts Reader) (store.Record, error) {
	r := store.Record{
		Topic: position.Alerts, Partition: int(m.TopicPartition.Partition), Offset: int64(m.TopicPartition.Offset), SentAt: m.Timestamp,
	}
	if *m.TopicPartition.Topic == topicNames[position.Actions] {
		r.Topic = position.Actions
		if id, action, err := incident.Decode(m.Value); err == nil {
			r.AlertID, r.Action = id, &action
		}
		return r, nil
	}
	alert, err := alerts.Read(m.Value)
	switch {
	case err == nil && alert.AlertID != "":
		r.Alert = &alert
	case err != nil && !errors.Is(err, registry.ErrUndecodable):
		return r, fmt.Errorf("decode alerts partition %d offset %d: %w", r.Partition, r.Offset, err)
	}
	return r, nil
}
