// The simulator plays the drones of Peaceland: it sends what they report, live
// or for any window of the past, to Kafka.
package main

import (
	"os"
	"runtime/debug"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/simulator/internal/app"
)

func main() {
	// All that lives on the heap is the population, a few megabytes. At the
	// usual 100% the collector would run each time as much garbage has come
	// together, and take a fifth of the CPU.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	os.Exit(service.Main(app.Program()))
}
