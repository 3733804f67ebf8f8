package webhook

import (
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/peacestate/peacestate/schemas"
)

// remembered is how many incidents of a partition are remembered, and how many
// of its records are read back to fill that memory when the partition is
// assigned. At one wave of reports it is more than the riots of ten minutes.
const remembered = 10_000

// told is what the receiver knows of one partition's incidents: the greatest
// severity it was told, by alert_id. It forgets the incident that was told
// least recently; an update of a forgotten one is told again rather than
// missed. It is for one goroutine.
type told struct {
	severities *lru.Cache[string, schemas.Severity]
}

func newTold() told {
	severities, err := lru.New[string, schemas.Severity](remembered)
	if err != nil {
		panic("webhook: the memory's size, a positive constant, is refused: " + err.Error())
	}
	return told{severities: severities}
}

// isNews says whether an alert is to be told: a fresh one, of an incident of
// which this severity, or a greater, was not told before.
func (t told) isNews(alert schemas.Alert) bool {
	known, _ := t.severities.Get(alert.AlertID)
	return !alert.Stale && rank(alert.Severity) > rank(known)
}

// tell remembers that an alert was told. It must be news.
func (t told) tell(alert schemas.Alert) { t.severities.Add(alert.AlertID, alert.Severity) }

// rank orders the severities, from 1; no severity is 0. One that this build
// does not know counts as the mildest.
func rank(s schemas.Severity) int {
	switch s {
	case "":
		return 0
	case schemas.Critical:
		return 3
	case schemas.High:
		return 2
	default:
		return 1
	}
}
