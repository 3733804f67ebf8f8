package audit

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// without walks ranges; its twin walks offsets.
func TestWithoutIsWhatIsLeftOffsetByOffset(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var member, taken [24]bool
		var offsets []int64
		for i := range member {
			member[i] = random.IntN(3) > 0
			if random.IntN(4) == 0 {
				taken[i] = true
				offsets = append(offsets, int64(i))
			}
		}
		random.Shuffle(len(offsets), func(i, j int) { offsets[i], offsets[j] = offsets[j], offsets[i] })
		given := runs(member[:], func(i int) bool { return member[i] })
		want := runs(member[:], func(i int) bool { return member[i] && !taken[i] })
		before := slices.Clone(offsets)
		if diff := cmp.Diff(want, without(given, offsets)); diff != "" {
			t.Fatalf("%v without %v, -want +got:\n%s", given, offsets, diff)
		}
		if !slices.Equal(before, offsets) {
			t.Fatal("the offsets were written to")
		}
	}
}

// runs lists the runs of indexes that are in.
func runs(of []bool, in func(int) bool) []Range {
	var ranges []Range
	for i := range of {
		switch {
		case !in(i):
		case i > 0 && in(i-1):
			ranges[len(ranges)-1].Last = int64(i)
		default:
			ranges = append(ranges, Range{int64(i), int64(i)})
		}
	}
	return ranges
}

func TestRangesAreWrittenWithBothEnds(t *testing.T) {
	for want, r := range map[string]Range{"17": {17, 17}, "17..19": {17, 19}} {
		if r.String() != want {
			t.Errorf("got %s, want %s", r, want)
		}
	}
}
