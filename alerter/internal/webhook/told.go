package webhook

import (
	lru "github.com/hashicorp/golang-lru/v2"
)

// remembered is how many incidents of a partition are remembered, and how many
// of its records are read back to fill that memory when the partition is
// assigned. At one wave of reports it is more than the riots of ten minutes.
const remembered = 10_000

// told is what the receiver knows of one partition: the greatest rank it was
// told, by what the notices were about, like incidents. It forgets what was
// told least recently; a notice about it is told again rather than missed. It
// is for one goroutine.
type told struct {
	ranks *lru.Cache[string, int]
}

func newTold() told {
	ranks, err := lru.New[string, int](remembered)
	if err != nil {
		panic("webhook: the memory's size, a positive constant, is refused: " + err.Error())
	}
	return told{ranks: ranks}
}

// isNews says whether a notice is to be told: this rank, or a greater, was not
// told before.
func (t told) isNews(n notice) bool {
	known, _ := t.ranks.Get(n.about)
	return n.rank > known
}

// tell remembers that a notice was told. It must be news.
func (t told) tell(n notice) { t.ranks.Add(n.about, n.rank) }
