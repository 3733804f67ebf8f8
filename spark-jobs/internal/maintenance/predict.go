package maintenance

import (
	"cmp"
	"slices"
	"time"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/feature"
	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/model"
)

// A Prediction is what is foretold of a drone at the end of a day.
type Prediction struct {
	DroneID     string
	Probability float64   // that it fails within the horizon
	LeadDays    float64   // until then, if it does, on average
	Call        bool      // whether it pays to call it in
	Reasons     string    // what drives the probability up, in words
	Part        string    // what is suspected; empty when no reading points to one
	Repaired    time.Time // the last time; zero when no repair is known
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
		shares := m.Shares(values)
		ranked = append(ranked, Prediction{
			DroneID: r.DroneID, Probability: p, LeadDays: m.LeadDays(values), Call: p >= m.CallAt,
			Reasons: r.Reasons(shares), Part: r.Suspect(shares), Repaired: r.Repaired(),
		})
	}
	slices.SortFunc(ranked, func(a, b Prediction) int {
		return cmp.Or(cmp.Compare(b.Probability, a.Probability), cmp.Compare(a.DroneID, b.DroneID))
	})
	return ranked
}

// CallIns are the calls for those of the ranked drones that it pays to call in
// at the end of a day. While a drone is not repaired its call keeps its id,
// whichever day and model finds it again: so it can be sent as often as one
// likes, and the crew is told once. The name is the model's.
func CallIns(ranked []Prediction, name string, day int) []schemas.CallIn {
	var calls []schemas.CallIn
	for _, p := range ranked {
		if !p.Call {
			continue
		}
		lead := p.LeadDays
		calls = append(calls, schemas.CallIn{
			CallID: schemas.CallInID(p.DroneID, p.Repaired), DroneID: p.DroneID, CalledAt: time.Unix(int64(day+1)*24*60*60, 0).UTC(),
			Probability: p.Probability, HorizonDays: Horizon, LeadDays: &lead, Reasons: p.Reasons, Part: p.Part, Model: name,
		})
	}
	return calls
}
