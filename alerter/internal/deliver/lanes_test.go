package deliver

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// done is what a lane answers when the first that was sent has its receipt:
// the offsets of what was skipped behind it.
func done(l *lanes, partition int32) (skipped []int64) {
	for {
		receipt, more := l.finish(partition)
		if !more {
			return skipped
		}
		skipped = append(skipped, receipt.Source.Offset)
	}
}

func skip(l *lanes, partition int32, offset int64) bool {
	return l.skip(Receipt{Source: Source{Partition: partition, Offset: offset}})
}

func TestWhatIsSkippedIsDueBehindWhatWasSent(t *testing.T) {
	l := newLanes()
	if !skip(l, 1, 0) {
		t.Error("nothing was sent, and it is not due")
	}
	l.send(1)
	l.send(1)
	if skip(l, 1, 3) || skip(l, 1, 4) {
		t.Error("due before what was sent")
	}
	if !skip(l, 2, 7) {
		t.Error("one partition waits for another")
	}
	l.send(1)
	if skip(l, 1, 6) {
		t.Error("due before what was sent")
	}
	var got [][]int64
	for range 3 {
		got = append(got, done(l, 1))
	}
	// 4 says that 3 is done, too.
	if diff := cmp.Diff([][]int64{nil, {4}, {6}}, got); diff != "" {
		t.Errorf("due after each receipt (-want +got):\n%s", diff)
	}
	if !skip(l, 1, 9) || l.waiting([]int32{1}) != 0 {
		t.Error("something is left")
	}
}

func TestAfterAFailureNothingIsDue(t *testing.T) {
	l := newLanes()
	l.send(1)
	skip(l, 1, 2)
	l.fail(errors.New("full"))
	if skip(l, 2, 3) {
		t.Error("another partition's is due")
	}
	if got := l.waiting(nil); got != 1 {
		t.Errorf("%d wait, want the one that failed", got)
	}
}

// Whatever the order of events, receipts come in the order of the offsets, and
// in the end the last one has come.
func TestReceiptsAreInOrder(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 0))
		l := newLanes()
		var sent, given []int64
		finish := func() {
			given = append(given, sent[0])
			sent = sent[1:]
			given = append(given, done(l, 0)...)
		}
		for offset := range int64(50) {
			switch random.IntN(2) {
			case 0:
				l.send(0)
				sent = append(sent, offset)
			default:
				if skip(l, 0, offset) {
					given = append(given, offset)
				}
			}
			for len(sent) > 0 && random.IntN(2) == 0 {
				finish()
			}
		}
		for len(sent) > 0 {
			finish()
		}
		if !slices.IsSorted(given) || given[len(given)-1] != 49 || l.waiting(nil) != 0 {
			t.Fatalf("seed %d: %v", seed, given)
		}
	}
}
