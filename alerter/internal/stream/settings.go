package stream

import (
	"maps"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/service/broker"
)

const (
	// maxWaiting bounds the alerts that are sent and have no receipt: enough
	// that a backlog does not wait for them (a thousand were a fifth slower),
	// few enough that a revoked partition is free after a tenth of a second.
	maxWaiting = 4000
	// pollFor is how long a quiet stream is polled before the loop looks
	// around; a riot ends the poll at once.
	pollFor = 100 * time.Millisecond
	// patience is how long the loop waits for something before it pauses its
	// partitions and polls, to stay in the group; pausing throws away what was
	// fetched ahead.
	patience = 200 * time.Millisecond
	// registryRetry is the pause between two attempts to read a message whose
	// schema the registry would not give.
	registryRetry = time.Second
	// drainLimit bounds the wait for receipts when a partition is revoked, and
	// at the end. What has none by then is alerted on by the next owner.
	drainLimit = 10 * time.Second
	// resumeLimit bounds the wait for Kafka to say where to resume. It is below
	// the five minutes after which a member that does not poll is put out of
	// the group.
	resumeLimit = 4 * time.Minute
	// requestTimeout bounds one question to the broker.
	requestTimeout = 5 * time.Second
	// connectedTimeout bounds one to which the answer takes milliseconds, if it comes.
	connectedTimeout = 500 * time.Millisecond
	// sayAgain is how often trouble that goes on is mentioned.
	sayAgain = 5 * time.Second
)

// memberConfig is that of the consumer in the group: a riot reaches the loop
// as soon as the broker has it (broker.Prompt), and nothing is committed before
// its effect.
//
// A member that has an instance is a static one: it does not leave the group
// when it stops, and gets the partitions it had when it is back within the
// session, without the others being asked. Without, it leaves, the others take
// over at once, and give back when it returns.
func memberConfig(servers, group, instance string) kafka.ConfigMap {
	c := with(broker.Prompt(servers), kafka.ConfigMap{
		"group.id": group,
		// The loop stores an offset once the alert is delivered; what is stored
		// is committed in the background, every second instead of every five:
		// the less there is to look up in the alerts after a crash.
		"enable.auto.offset.store": false,
		"auto.commit.interval.ms":  1000,
		"auto.offset.reset":        "earliest", // the riots before the first start count too
		// One alerter more or less does not stop the others.
		"partition.assignment.strategy": "cooperative-sticky",
		// A killed alerter's riots wait this long for another, and a static one's
		// for its return. It is the least that brokers grant as they come
		// (group.min.session.timeout.ms); the default is 45 s. Heartbeats have a
		// thread of their own: only a machine that stands still misses them.
		"session.timeout.ms": 6000,
		// A member learns by its heartbeat that the group has changed, and what
		// it is to take over waits for that; the default is 3,000.
		"heartbeat.interval.ms": 500,
		"enable.partition.eof":  true, // for IdleExit
	})
	if instance != "" {
		c["group.instance.id"] = instance
	}
	return c
}

// recallConfig is that of the consumer that reads the end of the alerts. It
// joins no group; the client asks for a name all the same.
func recallConfig(servers, group string) kafka.ConfigMap {
	return with(broker.Prompt(servers), kafka.ConfigMap{
		"group.id":             group + "-recall",
		"enable.auto.commit":   false,
		"auto.offset.reset":    "earliest", // when the oldest are deleted meanwhile
		"enable.partition.eof": true,
		"fetch.wait.max.ms":    10,
	})
}

func with(base, more kafka.ConfigMap) kafka.ConfigMap {
	maps.Copy(base, more)
	return base
}
