package app

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/peacestate/peacestate/simulator/internal/fault"
)

// Faults say what goes wrong on the way, and how often. Their help is what
// describe says of them.
type Faults struct {
	Late      Share `placeholder:"1%" help:"Reports sent two periods to two hours late, after younger ones of their drone."`
	Duplicate Share `placeholder:"1%" help:"Reports sent twice, with their riots."`
	Reorder   Share `placeholder:"1%" help:"Pairs of following reports of a drone that change places."`
	Corrupt   Share `placeholder:"1%" help:"Reports sent as bytes that do not decode; their riots are intact."`
	OldSchema Share `placeholder:"1%" help:"Reports sent in version 1, without technical fields."`
	Lost      Share `placeholder:"1%" help:"Time that a drone is out of coverage, 10 to 60 minutes each; then it sends its backlog, in order."`
}

// shares are those that were asked for.
func (f Faults) shares() fault.Shares {
	return fault.Shares{
		Late: float64(f.Late), Duplicate: float64(f.Duplicate), Reorder: float64(f.Reorder), Corrupt: float64(f.Corrupt),
		OldSchema: float64(f.OldSchema), Lost: float64(f.Lost),
	}
}

// faultPlan is the faults of a flight that ends before to.
func (s Scenario) faultPlan(to time.Time) fault.Plan {
	return fault.Plan{Shares: s.shares(), Seed: s.Seed, Period: s.Period, To: to}
}

// A Share is a part of a whole, from 0 to 1, as a person writes it: 0.5%. As
// an option it may be left out.
type Share float64

// usualShare is meant by an option without a value.
const usualShare = Share(0.01)

// Decode reads a share, if the next word of the command line begins like one.
func (s *Share) Decode(ctx *kong.DecodeContext) error {
	*s = usualShare
	next := ctx.Scan.Peek()
	text := next.String()
	if next.Type != kong.FlagValueToken && !strings.ContainsRune("0123456789.", rune((text + " ")[0])) {
		return nil
	}
	ctx.Scan.Pop()
	number, isPercent := strings.CutSuffix(text, "%")
	percent, err := strconv.ParseFloat(number, 64)
	if err != nil || !isPercent || !(percent >= 0 && percent <= 100) {
		return fmt.Errorf("%q is not a share from 0%% to 100%%, like 0.5%%", text)
	}
	*s = Share(percent / 100)
	return nil
}

// A faultKind is a fault, how much of it was asked for, and what it is.
type faultKind struct {
	Fault   fault.Kind `json:"fault"`
	Share   float64    `json:"share"` // from 0 to 1
	Meaning string     `json:"meaning"`
}

// kinds lists the faults as their options explain them.
func (f Faults) kinds() []faultKind {
	options := reflect.ValueOf(f)
	var kinds []faultKind
	for i, kind := range fault.Kinds() {
		kinds = append(kinds, faultKind{kind, options.Field(i).Float(), options.Type().Field(i).Tag.Get("help")})
	}
	return kinds
}
