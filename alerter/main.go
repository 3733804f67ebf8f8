// Command alerter turns riots into alerts, as quickly as it can. Any number
// of them share the work; each is a member of one consumer group.
package main

import (
	"os"

	"github.com/peacestate/peacestate/alerter/internal/app"
	"github.com/peacestate/peacestate/service"
)

func main() { os.Exit(service.Main(app.Program())) }
