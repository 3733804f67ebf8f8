// Command dashboard is the control room: a website that shows every riot as it
// happens, what people do about it, and what the archive says. Any number of
// them stand beside each other; each has its own database.
package main

import (
	_ "embed"
	"os"

	"github.com/peacestate/peacestate/dashboard/internal/app"
	"github.com/peacestate/peacestate/service"
)

//go:embed openapi.yaml
var openAPI []byte

func main() { os.Exit(service.Main(app.Program(openAPI))) }
