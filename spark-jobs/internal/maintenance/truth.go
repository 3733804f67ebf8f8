package maintenance

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/peacestate/peacestate/spark-jobs/internal/maintenance/feature"
)

// A Truth is what `simulator wear --json` says of drone-days: the ceiling of
// every prediction. It is for judging alone.
type Truth map[DroneDay]Foreseen

// A DroneDay is the end of a day of a drone; days count from 1970.
type DroneDay struct {
	DroneID string
	Day     int
}

// Foreseen is what whoever knows all but the draws of the future could say.
type Foreseen struct {
	Chance float64 // of a failure within the horizon
	Fails  bool    // whether it comes
}

// ReadTruth reads what `simulator wear --json` printed. Moments that are not
// midnight are not taken, nor are drones that are not on duty.
func ReadTruth(text []byte) (Truth, error) {
	var printed struct {
		Within string `json:"within"`
		Days   []struct {
			DroneID string    `json:"drone_id"`
			At      time.Time `json:"at"`
			Chance  *float64  `json:"chance"`
			Fails   bool      `json:"fails"`
		} `json:"days"`
	}
	if err := json.Unmarshal(text, &printed); err != nil || len(printed.Days) == 0 {
		return nil, errors.New("no JSON of `simulator wear --json`")
	}
	if within, err := time.ParseDuration(printed.Within); printed.Within != "" && (err != nil || within != Horizon*24*time.Hour) {
		return nil, fmt.Errorf("it looks %s ahead, and the model %d days: use --within %dh", printed.Within, Horizon, Horizon*24)
	}
	t := Truth{}
	for _, d := range printed.Days {
		if d.Chance != nil && d.At.Equal(d.At.Truncate(24*time.Hour)) {
			t[DroneDay{d.DroneID, feature.DayOf(d.At) - 1}] = Foreseen{*d.Chance, d.Fails}
		}
	}
	return t, nil
}
