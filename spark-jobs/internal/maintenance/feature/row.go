package feature

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// A Row is what is known of a drone at the end of a day.
type Row struct {
	DroneID string
	Day     int  // since 1970
	OnDuty  bool // false: it has failed and is not repaired yet
	// By column, NaN where it is not known.
	values [valueCount]float64
}

// The columns with values, as in columns.
const (
	vibration = iota
	vibrationLate
	vibrationThen
	vibrationBefore
	vibrationSpread
	vibrationRise
	vibrationSpeed
	motor
	motorLate
	motorThen
	motorBefore
	motorSpread
	motorRise
	motorSpeed
	drain
	drainLate // these three of the sum of its changes since the repair
	drainThen
	drainBefore
	drainSpread
	drainRise
	drainSpeed
	restedDays
	knownDays
	batteryHours
	flownHours
	valueCount
)

// firstValue is how many columns stand before them.
const firstValue = 3

// Rows reads what SQL returned.
func Rows(names []string, values [][]any) ([]Row, error) {
	if !slices.Equal(names, columns) {
		return nil, fmt.Errorf("Spark answered the columns %v, not %v", names, columns)
	}
	rows := make([]Row, len(values))
	for i, v := range values {
		if len(v) != len(columns) {
			return nil, fmt.Errorf("row %d has %d values, not %d", i+1, len(v), len(columns))
		}
		id, isText := v[0].(string)
		day, isCount := v[1].(int64)
		onDuty, isBool := v[2].(bool)
		if !isText || !isCount || !isBool {
			return nil, fmt.Errorf("row %d begins with %T, %T and %T", i+1, v[0], v[1], v[2])
		}
		rows[i] = Row{DroneID: id, Day: int(day), OnDuty: onDuty}
		for j := range valueCount {
			switch x := v[firstValue+j].(type) {
			case nil:
				rows[i].values[j] = math.NaN()
			case float64:
				rows[i].values[j] = x
			case int64:
				rows[i].values[j] = float64(x)
			default:
				return nil, fmt.Errorf("row %d has a %T in %s", i+1, x, columns[firstValue+j])
			}
		}
	}
	return rows, nil
}

// A Failure is a breakdown that the archive knows of.
type Failure struct {
	DroneID string
	At      int64 // milliseconds since 1970
	Part    string
}

// Failures reads what FailuresSQL returned.
func Failures(values [][]any) ([]Failure, error) {
	found := make([]Failure, len(values))
	for i, v := range values {
		if len(v) != 3 {
			return nil, fmt.Errorf("failure %d has %d values, not 3", i+1, len(v))
		}
		id, isText := v[0].(string)
		at, isCount := v[1].(int64)
		part, named := v[2].(string)
		if !isText || !isCount || !named {
			return nil, fmt.Errorf("failure %d is %T, %T and %T", i+1, v[0], v[1], v[2])
		}
		found[i] = Failure{id, at, part}
	}
	return found, nil
}

// Settled says whether the archive has known the drone for so many days.
func (r Row) Settled(days int) bool { return r.values[knownDays] >= float64(days) }

// Repaired is when the drone was last repaired, as far as the archive knew at
// the end of the day; the zero time when it knew of no repair.
func (r Row) Repaired() time.Time {
	rested := r.values[restedDays]
	if math.IsNaN(rested) {
		return time.Time{}
	}
	return time.UnixMilli(int64(r.Day+1)*dayMs - int64(math.Round(rested*dayMs))).UTC()
}
