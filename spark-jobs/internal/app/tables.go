package app

import (
	"context"
	"fmt"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

type tables struct {
	spark `embed:""`
}

// Run creates the tables of the archive that are missing, and that of answers,
// and leaves the others as they are.
func (c tables) Run(ctx context.Context, streams service.Streams) error {
	statements := []string{"CREATE NAMESPACE IF NOT EXISTS " + lake.Namespace}
	for _, definition := range lake.Definitions() {
		statement, err := definition.Create()
		if err != nil {
			return err
		}
		statements = append(statements, statement)
	}
	statements = append(statements, lake.CreateAnswers())
	engine, err := c.connect(ctx, streams)
	if err != nil {
		return err
	}
	defer engine.Close()
	for _, statement := range statements {
		if err := engine.Execute(ctx, statement); err != nil {
			return fmt.Errorf("create the tables: %w", err)
		}
	}
	fmt.Fprintf(streams.Err, "all %d tables of %s are there\n", len(statements)-1, lake.Namespace)
	return nil
}
