// Command spark-jobs asks the archive: the questions of internal/question,
// answered by Spark, and an audit of what was archived.
package main

import (
	"os"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/spark-jobs/internal/app"
)

func main() { os.Exit(service.Main(app.Program())) }
