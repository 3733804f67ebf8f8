package publish

import "github.com/confluentinc/confluent-kafka-go/v2/kafka"

// settings common to both producers, each with its reason.
func settings() kafka.ConfigMap {
	return kafka.ConfigMap{
		// A retry neither repeats a message nor changes the order of a key's;
		// that also asks for the acknowledgement of all replicas in sync.
		"enable.idempotence": true,
		"acks":               "all",
		// A broker may be away for as long as it takes: giving up is decided
		// by Close, not by a clock in the client.
		"message.timeout.ms": 0,
		// Look for a broker that is back every second, not every ten.
		"reconnect.backoff.max.ms": 1000,
		// The partition that Java clients choose for the same key, so that
		// they and Connect agree on where a drone's reports are.
		"partitioner": "murmur2_random",
		// An event for each message delivered would cost a quarter of the time
		// of sending one; see lane for how they are counted. Text, because the
		// Go client refuses the bool: it would never free what a message gives
		// it to hand back, a channel or an opaque value. Ours give it neither.
		"delivery.report.only.error": "true",
		"go.delivery.report.fields":  "none",
		"go.events.channel.size":     1000,
		// The client's other way in, which is not used, would be a million places.
		"go.produce.channel.size": 1,
	}
}

// reportSettings favour throughput.
func reportSettings() kafka.ConfigMap {
	s := settings()
	// Each partition still gathers hundreds of messages in a batch.
	s["linger.ms"] = 5
	// lz4 costs a twentieth more CPU than no compression, zstd an eighth.
	s["compression.type"] = "lz4"
	// What waits in the queue should still be in the processor's caches when
	// its turn comes: a queue of 200,000 cost the producer half as much again.
	// It has to hold what is sent during the linger and a round trip.
	s["queue.buffering.max.messages"] = 10_000
	return s
}

// riotSettings favour latency: no linger, nothing to compress.
func riotSettings() kafka.ConfigMap {
	s := settings()
	s["linger.ms"] = 0
	s["queue.buffering.max.messages"] = 100_000
	return s
}
