// Command riots is the other side of the alerter's benchmark (bench/alerter):
// it fills the topic riots for a catch-up, and reads it as barely as can be,
// which is the floor under any alerter's latency.
package main

import (
	"os"

	"github.com/peacestate/peacestate/service"
)

func main() {
	os.Exit(service.Main(service.Program{
		Name: "riots",
		Does: "Fills and reads the topic riots, for the alerter's benchmark.",
		Examples: []string{
			"go run ./bench/riots fill --riots 1000000    a backlog of a million",
			"go run ./bench/riots read --stats 20s        how long a bare consumer waits for a riot, every 20 s",
		},
		Grammar: &struct {
			Fill Fill `cmd:"" help:"Send riots as fast as possible, each of a citizen of its own."`
			Read Read `cmd:"" help:"Read riots and say how long after they were sent, window by window, until Ctrl-C."`
		}{},
	}))
}
