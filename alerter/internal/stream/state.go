package stream

import (
	"time"

	"github.com/peacestate/peacestate/schemas"
)

// A State is how the loop is at a moment.
type State struct {
	At time.Time
	// Joined says that the group has given the loop its share of the
	// partitions, which is none when there are more alerters than partitions.
	Joined     bool
	Partitions int
	// Lag is how many riots of these partitions Kafka has, as far as it has
	// told, that the loop has not taken up; Unknown before it has told.
	Lag int64
	// Waiting is how many alerts and dead letters are sent and not acknowledged.
	Waiting int
	// Trouble is why riots wait; nothing when they do not.
	Trouble string
}

// Unknown is the lag before Kafka has told where the riots end.
const Unknown = -1

const (
	// reportEvery is how often Report is told.
	reportEvery = time.Second
	// reachLimit bounds a question to Kafka, which may be away.
	reachLimit = 500 * time.Millisecond
)

// report tells Report, now and then. It asks nobody, unless riots wait.
func (l *loop) report() {
	if l.Report == nil || time.Since(l.reported) < reportEvery {
		return
	}
	l.reported = time.Now()
	if l.ails != "" && l.ails != registryTrouble && l.reachable() {
		l.calm() // without a riot to show it
	}
	l.Report(State{
		At:         l.reported,
		Joined:     l.joined,
		Partitions: len(l.assigned),
		Lag:        l.lag(),
		Waiting:    l.topic.Waiting(),
		Trouble:    l.ails,
	})
}

// lag is by what the client knows from its last fetches. While it is paused
// there are none, and Kafka is asked.
func (l *loop) lag() int64 {
	ends := l.consumer.GetWatermarkOffsets
	if l.paused {
		ends = func(topic string, p int32) (low, high int64, err error) {
			return l.consumer.QueryWatermarkOffsets(topic, p, int(reachLimit.Milliseconds()))
		}
	}
	var lag int64
	for p, held := range l.assigned {
		_, end, err := ends(schemas.Riots().Topic, p)
		if err != nil || end < 0 || held.next < 0 {
			return Unknown
		}
		lag += max(0, end-held.next)
	}
	return lag
}

func (l *loop) reachable() bool {
	topic := schemas.Riots().Topic
	_, err := l.consumer.GetMetadata(&topic, false, int(reachLimit.Milliseconds()))
	return err == nil
}
