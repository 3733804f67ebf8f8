package feed

import (
	"errors"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/dashboard/internal/position"
	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
)

// alerts reads the value as the alert's id.
type alerts struct{ err error }

func (a alerts) Read(message []byte) (schemas.Alert, error) {
	return schemas.Alert{AlertID: string(message)}, a.err
}

func TestDecode(t *testing.T) {
	const action = `{"version":1,"alert_id":"a","action_id":"1","action":"close","by":"ada","at":"2026-03-07T12:00:00Z"}`
	for name, tt := range map[string]struct {
		topic, value string
		reads        error
		alert        bool
		action       bool
		fails        bool
	}{
		"an alert":                      {"alerts", "a", nil, true, false, false},
		"an alert that nobody can read": {"alerts", "a", registry.ErrUndecodable, false, false, false},
		"an alert without an id":        {"alerts", "", nil, false, false, false},
		"while the registry is away":    {"alerts", "a", errors.New("refused"), false, false, true},
		"an action":                     {"alert-actions", action, errors.New("not asked"), false, true, false},
		"an action that is none":        {"alert-actions", "<script>", nil, false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			at := time.UnixMilli(5)
			r, err := decode(&kafka.Message{
				TopicPartition: kafka.TopicPartition{Topic: &tt.topic, Partition: 3, Offset: 7}, Value: []byte(tt.value), Timestamp: at,
			}, alerts{tt.reads})
			if (err != nil) != tt.fails || (r.Alert != nil) != tt.alert || (r.Action != nil) != tt.action {
				t.Errorf("got %+v, %v", r, err)
			}
			if r.Partition != 3 || r.Offset != 7 || !r.SentAt.Equal(at) || (r.Topic == position.Actions) != (tt.topic == "alert-actions") {
				t.Errorf("it is at %+v", r)
			}
		})
	}
}

func TestTheAssignmentIsThePosition(t *testing.T) {
	at := position.Start("e", 2, 1).With(position.Alerts, 1, 9).With(position.Actions, 0, 4)
	got := map[string]kafka.Offset{}
	for _, p := range assignment(at) {
		got[*p.Topic+string(rune('0'+p.Partition))] = p.Offset
	}
	if len(got) != 3 || got["alerts0"] != 0 || got["alerts1"] != 9 || got["alert-actions0"] != 4 {
		t.Errorf("got %v", got)
	}
}
