package truth

import (
	"cmp"
	"slices"

	"github.com/peacestate/peacestate/schemas"
)

var wordsColumns = []string{"word", "with_riot", "without_riot", "lift"}

const (
	leastReports = 5 // with a riot, that a word must be heard in
	mostWords    = 20
)

// words count in how many reports of the archive each was heard.
type words struct {
	reports withAndWithout
	heardIn map[string]*withAndWithout
}

// withAndWithout counts reports with a riot and those without.
type withAndWithout struct{ with, without int64 }

func newWords() words { return words{heardIn: map[string]*withAndWithout{}} }

func (w *words) add(r schemas.Report, riot bool) {
	w.reports.count(riot)
	for i, word := range r.Words {
		if slices.Contains(r.Words[:i], word) {
			continue // a word counts once in a report
		}
		if w.heardIn[word] == nil {
			w.heardIn[word] = &withAndWithout{}
		}
		w.heardIn[word].count(riot)
	}
}

func (n *withAndWithout) count(riot bool) {
	if riot {
		n.with++
	} else {
		n.without++
	}
}

// rows are the words of the highest lift, the share of the reports with a riot
// over the share of the others, after one is added to each count.
func (w *words) rows() [][]any {
	type lifted struct {
		word string
		withAndWithout
		lift float64
	}
	var all []lifted
	for word, n := range w.heardIn {
		lift := float64(n.with+1) / float64(w.reports.with+1) / (float64(n.without+1) / float64(w.reports.without+1))
		if n.with >= leastReports && lift > 1 {
			all = append(all, lifted{word, *n, lift})
		}
	}
	slices.SortFunc(all, func(a, b lifted) int { return cmp.Or(cmp.Compare(b.lift, a.lift), cmp.Compare(a.word, b.word)) })
	rows := [][]any{}
	for _, l := range all[:min(mostWords, len(all))] {
		rows = append(rows, []any{l.word, l.with, l.without, l.lift})
	}
	return rows
}
