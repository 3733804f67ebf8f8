package app

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/simulator/internal/world"
)

// Describe is the command that prints the scenario as documentation that
// cannot go stale: it is read from the world itself.
type Describe struct {
	Scenario

	From Moment `default:"2026-01-05" placeholder:"TIME" help:"The example is the first report from here on that holds a riot."`
}

// A parameter of the world.
type parameter struct {
	Name    string `json:"name"`
	Value   any    `json:"value"` // times as in 1m0s
	Meaning string `json:"meaning"`
}

// A description is what describe prints.
type description struct {
	Parameters []parameter `json:"parameters"`
	Faults     []faultKind `json:"faults"`
	// Example is a report, and Riots are those in it, as they are sent besides.
	Example schemas.Report `json:"example"`
	Riots   []schemas.Riot `json:"riots"`
}

// Run prints the description.
func (d Describe) Run(ctx context.Context, streams service.Streams) error {
	fleet, err := d.fleet()
	if err != nil {
		return err
	}
	if d.From.Before(world.Epoch()) {
		return fmt.Errorf("--from must not be before the first flight, %s", world.Epoch().Format(time.DateOnly))
	}
	example, err := riotous(ctx, fleet, d.From.Time)
	if err != nil {
		return err
	}
	used, err := d.parameters()
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(streams.Out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(description{
		Parameters: parameters(used),
		Faults:     d.kinds(),
		Example:    example,
		Riots:      append([]schemas.Riot{}, schemas.RiotsIn(example)...),
	})
}

// lookFor is in how much simulated time a report with a riot is looked for.
const lookFor = 30 * 24 * time.Hour

// riotous is the first report of a fleet that holds a riot, or, where all is
// calm for so long, the last one looked at.
func riotous(ctx context.Context, fleet world.Fleet, from time.Time) (report schemas.Report, err error) {
	reports := fleet.Reporter()
	for due := range fleet.Between(from, from.Add(lookFor)) {
		if report = reports(due); len(schemas.RiotsIn(report)) > 0 || ctx.Err() != nil {
			break
		}
	}
	return report, ctx.Err()
}

// parameters reads names and meanings from the tags of a struct, which are
// `json:"name" meaning:"…"`.
func parameters(of any) []parameter {
	var all []parameter
	values := reflect.ValueOf(of)
	for i := range values.NumField() {
		field, value := values.Type().Field(i), values.Field(i).Interface()
		if span, ok := value.(time.Duration); ok {
			value = span.String()
		}
		all = append(all, parameter{field.Tag.Get("json"), value, field.Tag.Get("meaning")})
	}
	return all
}
