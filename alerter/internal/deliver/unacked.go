package deliver

import "sync"

// unacked counts what was sent and has no receipt, by partition of its riot.
// It is safe for concurrent use.
type unacked struct {
	changed chan struct{} // holds one: something was removed, or failed

	mu          sync.Mutex
	byPartition map[int32]int
	err         error // the first failure
}

func newUnacked() *unacked {
	return &unacked{changed: make(chan struct{}, 1), byPartition: make(map[int32]int)}
}

func (u *unacked) add(partition int32) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.byPartition[partition]++
}

func (u *unacked) remove(partition int32) {
	u.mu.Lock()
	u.byPartition[partition]--
	u.mu.Unlock()
	u.notify()
}

// fail keeps the first failure. What failed stays counted.
func (u *unacked) fail(err error) {
	u.mu.Lock()
	if u.err == nil {
		u.err = err
	}
	u.mu.Unlock()
	u.notify()
}

func (u *unacked) failed() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.err
}

func (u *unacked) count(partitions []int32) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	total := 0
	if len(partitions) == 0 {
		for _, n := range u.byPartition {
			total += n
		}
	}
	for _, p := range partitions {
		total += u.byPartition[p]
	}
	return total
}

func (u *unacked) notify() {
	select {
	case u.changed <- struct{}{}:
	default:
	}
}
