package position

import (
	"testing"

	"github.com/peacestate/peacestate/service/puretest"
)

func TestPositionsArePure(t *testing.T) {
	puretest.Check(t, ".", "fmt", "slices", "strconv", "strings")
}

func TestAPositionIsACompactText(t *testing.T) {
	p := Start("5f2c", 3, 2).With(Alerts, 0, 3).With(Alerts, 1, 17).With(Actions, 1, 1)
	if got, want := p.String(), "a3.17.0-x0.1-5f2c"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	read, err := Parse(p.String())
	if err != nil || read.String() != p.String() {
		t.Errorf("read back: %s, %v", read, err)
	}
}

func TestWithLeavesTheOtherAlone(t *testing.T) {
	before := Start("e", 2, 1)
	after := before.With(Alerts, 1, 5)
	if before.Next(Alerts, 1) != 0 || after.Next(Alerts, 1) != 5 {
		t.Errorf("before %s, after %s", before, after)
	}
	if grown := before.With(Actions, 3, 2); grown.String() != "a0.0-x0.0.0.2-e" {
		t.Errorf("grown to %s", grown)
	}
}

func TestCovers(t *testing.T) {
	for name, tt := range map[string]struct {
		have, other string
		want        bool
	}{
		"the same":                         {"a1.2-x0-e", "a1.2-x0-e", true},
		"one further on":                   {"a1.3-x0-e", "a1.2-x0-e", true},
		"one behind in a single partition": {"a9.1-x9-e", "a1.2-x0-e", false},
		"actions count too":                {"a1.2-x0-e", "a1.2-x1-e", false},
		"a partition that is not known":    {"a1-x0-e", "a1.2-x0-e", false},
		"other topics":                     {"a9.9-x9-e", "a1.2-x0-f", false},
	} {
		t.Run(name, func(t *testing.T) {
			have, err := Parse(tt.have)
			if err != nil {
				t.Fatal(err)
			}
			other, err := Parse(tt.other)
			if err != nil {
				t.Fatal(err)
			}
			if have.Covers(other) != tt.want {
				t.Errorf("%s covers %s: %t", have, other, !tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"a3.17.0-x0.1-5f2c", "a-x-", "a1-x1-é", "a-1-x0-e", "a01-x0-e", "x0-a0-e", "", "a9223372036854775808-x0-e"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := Parse(p.String()); err != nil || again.String() != p.String() || !again.Covers(p) || !p.Covers(again) {
			t.Errorf("%q is read as %s, and that as %s, %v", text, p, again, err)
		}
	})
}
