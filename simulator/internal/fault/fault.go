// Package fault is what goes wrong between a drone and Kafka, on demand: which
// reports are late, doubled, out of order, damaged, of an old version or held
// back while the drone is out of coverage. It is a function of the seed and
// the report, as the world is: whoever knows the seed knows every fault. It
// sends nothing.
package fault

import (
	"time"

	"github.com/peacestate/peacestate/simulator/internal/world"
)

// A Transmission is one report on its way, at most one fault aside.
type Transmission struct {
	world.Due
	// SentAt is when, in simulated time, it is sent: At, or later.
	SentAt time.Time
}
