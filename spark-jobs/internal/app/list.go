package app

import (
	"errors"
	"fmt"

	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/spark-jobs/internal/question"
	"github.com/peacestate/peacestate/spark-jobs/internal/render"
)

type list struct {
	JSON bool `name:"json" help:"One JSON object a line, with the columns, the chart and the SQL."`
	scope
}

// Validate checks the options.
func (l list) Validate() error {
	_, err := l.asked()
	if err == nil && !l.JSON && l.scope != (scope{}) {
		err = errors.New("--since, --until and --district change the SQL, which only --json prints")
	}
	return err
}

// Run prints the questions.
func (l list) Run(streams service.Streams) error {
	if !l.JSON {
		_, err := fmt.Fprint(streams.Out, render.List(question.All()))
		return err
	}
	asked, err := l.asked()
	if err != nil {
		return err
	}
	for _, q := range question.All() {
		line, err := render.ListJSON(q, asked)
		if err != nil {
			return err
		}
		if _, err := streams.Out.Write(line); err != nil {
			return err
		}
	}
	return nil
}
