// Command setup prepares running servers for PeaceState: it creates the
// topics, publishes the schemas and posts the connectors. Each step is
// idempotent and can be repeated at any time.
package main

import (
	"os"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/setup/internal/app"
)

func main() { os.Exit(service.Main(app.Program())) }
