// Package topic says which topics PeaceState needs and what is to be done
// when a broker has others. It is pure: the broker is app's business.
package topic

import (
	"fmt"
	"strconv"
	"time"

	"github.com/peacestate/peacestate/schemas"
)

// A Topic is one topic as it should be.
type Topic struct {
	Name       string
	Partitions int
	// Retention is how long a message is kept; Forever never deletes, and 0
	// leaves it to the broker (seven days by default).
	Retention time.Duration
	// Compacted keeps the newest message of each key, however old it is.
	Compacted bool
}

// Forever is the retention of a topic whose messages are never deleted.
const Forever time.Duration = -1

const (
	// contractPartitions bounds how many instances share the work of a topic.
	contractPartitions = 6
	// keepDeadLetters is how long a person has to look into them, and into
	// what a webhook did not take.
	keepDeadLetters = 90 * 24 * time.Hour
	// keepControl is how long commits may fail: what the sink's tasks announced
	// before that, and its coordinator has not committed, is forgotten. Nobody
	// reads the topic from its start, so it is only disk that it costs.
	keepControl = 7 * 24 * time.Hour
	// Control is where the sinks of the archive agree on their commits.
	Control = "control-iceberg"
)

// All lists every topic of the contract.
func All() []Topic {
	reports, riots, alerts, maintenance := schemas.Reports(), schemas.Riots(), schemas.Alerts(), schemas.Maintenance()
	callIns := schemas.CallIns()
	return []Topic{
		{Name: reports.Topic, Partitions: contractPartitions},
		{Name: riots.Topic, Partitions: contractPartitions},
		{Name: maintenance.Topic, Partitions: contractPartitions},
		// The queue of record: what was alerted is read back after a restart.
		{Name: alerts.Topic, Partitions: contractPartitions, Retention: Forever},
		// Few, and whom the crew was told of is read back after a restart.
		{Name: callIns.Topic, Partitions: contractPartitions, Retention: Forever},
		// As long as the alerts that they are about.
		{Name: schemas.ActionsTopic, Partitions: contractPartitions, Retention: Forever},
		{Name: reports.DeadLetters(), Partitions: 1, Retention: keepDeadLetters},
		{Name: riots.DeadLetters(), Partitions: 1, Retention: keepDeadLetters},
		{Name: alerts.DeadLetters(), Partitions: 1, Retention: keepDeadLetters},
		{Name: maintenance.DeadLetters(), Partitions: 1, Retention: keepDeadLetters},
		{Name: alerts.Undelivered(), Partitions: 1, Retention: keepDeadLetters},
		{Name: callIns.Undelivered(), Partitions: 1, Retention: keepDeadLetters},
		{Name: schemas.AnswersTopic, Partitions: 1, Compacted: true},
		{Name: Control, Partitions: 1, Retention: keepControl},
	}
}

// Config is the topic's configuration as Kafka names it; nil when the
// broker's defaults are right.
func (t Topic) Config() map[string]string {
	if t.Compacted {
		return map[string]string{
			"cleanup.policy": "compact",
			// A segment is compacted when it is full or a day old; a reader has little to skip.
			"segment.ms": milliseconds(24 * time.Hour),
		}
	}
	switch t.Retention {
	case 0:
		return nil
	case Forever:
		return map[string]string{"retention.ms": "-1"}
	default:
		return map[string]string{
			"retention.ms": milliseconds(t.Retention),
			// Only whole segments are deleted, and a quiet topic's would grow for a week.
			"segment.ms": milliseconds(t.Retention / 8),
		}
	}
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// Plan compares what should be with the partition counts that a broker has.
// It lists the topics to create. A topic with another number of partitions is
// an error: more partitions would send a key's next messages elsewhere.
func Plan(want []Topic, have map[string]int) (create []Topic, err error) {
	for _, t := range want {
		partitions, exists := have[t.Name]
		switch {
		case !exists:
			create = append(create, t)
		case partitions != t.Partitions:
			return nil, fmt.Errorf("topic %s has %d partitions, not %d: delete it if its data may go, then run this again",
				t.Name, partitions, t.Partitions)
		}
	}
	return create, nil
}
