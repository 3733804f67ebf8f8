package lake

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadCommits(t *testing.T) {
	ms := func(n int64) *int64 { return &n }
	for _, test := range []struct {
		rule string
		row  []any
		want Commits
	}{
		{
			"some commits",
			[]any{int64(3), int64(900), int64(5000), int64(6), 60.5, int64(1000), int64(11000), int64(6000), int64(1500), int64(2500), int64(3000)},
			Commits{3, 900, 5000, 6, 60.5, ms(1000), ms(11000), ms(6000), ms(1500), ms(2500), ms(3000)},
		},
		{"no commits", []any{int64(0), int64(0), int64(0), int64(0), 0.0, nil, nil, nil, nil, nil, nil}, Commits{}},
	} {
		got, err := ReadCommits(test.row)
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", test.rule, err, diff)
		}
	}
	for _, row := range [][]any{{}, {"3", int64(0), int64(0), int64(0), 0.0, nil, nil, nil, nil, nil, nil}} {
		if _, err := ReadCommits(row); err == nil {
			t.Errorf("%v was taken", row)
		}
	}
}
