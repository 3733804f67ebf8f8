package app

import (
	"errors"
	"fmt"
	"strings"

	"github.com/peacestate/peacestate/peaceland"
	"github.com/peacestate/peacestate/spark-jobs/internal/question"
)

// scope is the options that limit what a question is asked about.
type scope struct {
	Since    moment `placeholder:"TIME" help:"Only what drones saw from then on: a date as 2026-01-05, or a time as 2026-01-05T12:00:00Z."`
	Until    moment `placeholder:"TIME" help:"Only what they saw before then."`
	District string `placeholder:"NAME" help:"Only what they saw while this district was the nearest."`
}

// asked is the scope of a question. The error names what is wrong.
func (s scope) asked() (question.Scope, error) {
	var order, where error
	if !s.Since.IsZero() && !s.Until.IsZero() && !s.Since.Before(s.Until.Time) {
		order = errors.New("--since must be before --until")
	}
	asked := question.Scope{Since: s.Since.Time, Until: s.Until.Time}
	if s.District != "" {
		asked.District, where = district(s.District)
	}
	return asked, errors.Join(order, where)
}

// district is the name of a district as the map writes it. Capitals do not
// matter.
func district(name string) (string, error) {
	var names []string
	for _, d := range peaceland.Districts() {
		if strings.EqualFold(d.Name, name) {
			return d.Name, nil
		}
		names = append(names, d.Name)
	}
	return "", fmt.Errorf("there is no district %q; there are %s", name, strings.Join(names, ", "))
}
