package deliver

import "sync"

// lanes counts what was sent and has no receipt, by partition of its riot, and
// keeps what was skipped behind it. It is safe for concurrent use.
type lanes struct {
	changed chan struct{} // holds one: something was done, or failed

	mu          sync.Mutex
	byPartition map[int32]*lane
	err         error // the first failure
}

// A lane is one partition.
type lane struct {
	sent, done int
	skipped    []skipped // by after
}

// skipped is the last riot that was skipped after so many were sent. It is
// done once as many are.
type skipped struct {
	after   int
	receipt Receipt
}

func newLanes() *lanes {
	return &lanes{changed: make(chan struct{}, 1), byPartition: make(map[int32]*lane)}
}

// of is called with the lock held.
func (u *lanes) of(partition int32) *lane {
	l, found := u.byPartition[partition]
	if !found {
		l = &lane{}
		u.byPartition[partition] = l
	}
	return l
}

func (u *lanes) send(partition int32) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.of(partition).sent++
}

// skip says whether the receipt is due, as everything before it is done.
// Otherwise it is kept, in the place of one that it makes superfluous.
func (u *lanes) skip(receipt Receipt) (due bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	l := u.of(receipt.Source.Partition)
	if l.sent == l.done {
		return u.err == nil
	}
	if n := len(l.skipped); n > 0 && l.skipped[n-1].after == l.sent {
		l.skipped = l.skipped[:n-1]
	}
	l.skipped = append(l.skipped, skipped{after: l.sent, receipt: receipt})
	return false
}

// finish is called after the receipt of what was sent first: again and again
// while it answers the receipt of something skipped, which is due then. Until
// it answers none, nothing that is skipped meanwhile is due.
func (u *lanes) finish(partition int32) (due Receipt, more bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	l := u.of(partition)
	if len(l.skipped) > 0 && l.skipped[0].after == l.done+1 {
		due = l.skipped[0].receipt
		l.skipped = l.skipped[1:]
		return due, true
	}
	l.done++
	u.notify()
	return Receipt{}, false
}

// fail keeps the first failure. What failed stays counted.
func (u *lanes) fail(err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err == nil {
		u.err = err
	}
	u.notify()
}

func (u *lanes) failed() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.err
}

// waiting counts what was sent and is not done, in these partitions, or in all.
func (u *lanes) waiting(partitions []int32) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	total := 0
	if len(partitions) == 0 {
		for _, l := range u.byPartition {
			total += l.sent - l.done
		}
	}
	for _, p := range partitions {
		l := u.of(p)
		total += l.sent - l.done
	}
	return total
}

func (u *lanes) notify() {
	select {
	case u.changed <- struct{}{}:
	default:
	}
}
