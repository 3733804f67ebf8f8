package maintenance

import (
	"cmp"
	"slices"

	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/feature"
	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/model"
)

// A Prediction is what is foretold of a drone at the end of a day.
type Prediction struct {
	DroneID     string
	Probability float64 // that it fails within the horizon
	LeadDays    float64 // until then, if it does, on average
	Call        bool    // whether it pays to call it in
	Reasons     string  // what drives the probability up, in words
}

// Predict ranks the drones that are on duty at the end of a day, the likeliest
// to fail first.
func Predict(rows []feature.Row, m model.Model, day int) []Prediction {
	var ranked []Prediction
	for _, r := range rows {
		if r.Day != day || !r.OnDuty {
			continue
		}
		values := r.Vector()
		p := m.Probability(values)
		ranked = append(ranked, Prediction{r.DroneID, p, m.LeadDays(values), p >= m.CallAt, r.Reasons(m.Shares(values))})
	}
	slices.SortFunc(ranked, func(a, b Prediction) int {
		return cmp.Or(cmp.Compare(b.Probability, a.Probability), cmp.Compare(a.DroneID, b.DroneID))
	})
	return ranked
}
