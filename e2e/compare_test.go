package e2e

import (
	"fmt"
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	want := Rows{{"a", 1.0, 1.0 / 3, nil}, {"b", 3e9, 1e9 / 3, 2.0}}
	edit := func(i, j int, value any) Rows {
		edited := Rows{append([]any{}, want[0]...), append([]any{}, want[1]...)}
		edited[i][j] = value
		return edited
	}
	for _, c := range []struct {
		name string
		got  Rows
		want string // in the error; "" for none
	}{
		{"the same", edit(0, 0, "a"), ""},
		{"a number within the tolerance", edit(0, 2, 1.0/3+9e-10), ""},
		{"a large number within the relative tolerance", edit(1, 2, 1e9/3+0.1), ""},
		{"a number outside the tolerance", edit(0, 2, 1.0/3+2e-9), "row 0, value 2"},
		{"a whole number a little off", edit(1, 3, 2+1e-12), ""},
		{"a count one off, though within the tolerance", edit(1, 1, 3e9+1), "row 1, value 1"},
		{"another text", edit(1, 0, "c"), "row 1, value 0"},
		{"a number for null", edit(0, 3, 0.0), "row 0, value 3"},
		{"null for a number", edit(0, 1, nil), "row 0, value 1"},
		{"a row too few", want[:1], "1 rows, want 2"},
		{"a row too many", append(edit(0, 0, "a"), []any{"c"}), "3 rows, want 2"},
		{"a row too short", Rows{want[0][:3], want[1]}, "row 0 has 3 values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Compare(c.got, want, 1e-9)
			if fmt.Sprint(err) != "<nil>" && c.want == "" || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
