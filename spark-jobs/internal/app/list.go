package app

import (
	"fmt"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/spark-jobs/internal/question"
	"github.com/peacestate/peacestate/spark-jobs/internal/render"
)

type list struct {
	JSON bool `name:"json" help:"One JSON object a line, with the columns and the SQL."`
}

// Run prints the questions.
func (l list) Run(streams service.Streams) error {
	if !l.JSON {
		_, err := fmt.Fprint(streams.Out, render.List(question.All()))
		return err
	}
	for _, q := range question.All() {
		line, err := render.ListJSON(q)
		if err != nil {
			return err
		}
		if _, err := streams.Out.Write(line); err != nil {
			return err
		}
	}
	return nil
}
