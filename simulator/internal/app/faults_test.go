package app

import (
	"bytes"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/peacestate/peacestate/simulator/internal/fault"
)

func TestAShareMayBeLeftOut(t *testing.T) {
	tests := map[string]struct {
		args []string
		want fault.Shares
	}{
		"no fault":                       {nil, fault.Shares{}},
		"a share after a space":          {[]string{"--late", "2%"}, fault.Shares{Late: 0.02}},
		"a share after an equals sign":   {[]string{"--late=0.5%"}, fault.Shares{Late: 0.005}},
		"no share at the end":            {[]string{"--late"}, fault.Shares{Late: 0.01}},
		"no share before another option": {[]string{"--late", "--corrupt", "3%", "--lost"}, fault.Shares{Late: 0.01, Corrupt: 0.03, Lost: 0.01}},
		"no share before a word":         {[]string{"--old-schema", "fly"}, fault.Shares{OldSchema: 0.01}},
		"nothing at all":                 {[]string{"--reorder", "0%"}, fault.Shares{}},
		"everything":                     {[]string{"--duplicate", "100%"}, fault.Shares{Duplicate: 1}},
		"a part without a whole":         {[]string{"--duplicate", ".5%"}, fault.Shares{Duplicate: 0.005}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var grammar struct {
				Scenario
				Fly struct{} `cmd:"" default:"1"`
			}
			parser, err := kong.New(&grammar, kong.Writers(&bytes.Buffer{}, &bytes.Buffer{}))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := parser.Parse(tt.args); err != nil {
				t.Fatal(err)
			}
			if got := grammar.shares(); got != tt.want {
				t.Errorf("shares %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestEveryFaultIsExplainedUnderItsOwnName(t *testing.T) {
	kinds := Faults{Late: 0.1, Duplicate: 0.2, Reorder: 0.3, Corrupt: 0.4, OldSchema: 0.5, Lost: 0.6}.kinds()
	want := map[fault.Kind]float64{
		fault.Late: 0.1, fault.Duplicate: 0.2, fault.Reorder: 0.3, fault.Corrupt: 0.4, fault.OldSchema: 0.5, fault.Lost: 0.6,
	}
	for _, k := range kinds {
		if k.Share != want[k.Fault] || k.Meaning == "" {
			t.Errorf("%+v, want a meaning and the share %v", k, want[k.Fault])
		}
		delete(want, k.Fault)
	}
	if len(want) > 0 {
		t.Errorf("not explained: %v", want)
	}
}
