package schemas

import (
	"fmt"
	"math"
	"time"
)

// The ranges of the contract, both ends included.
const (
	minLat, maxLat               = -90.0, 90.0
	minLon, maxLon               = -180.0, 180.0
	minPeacescore, maxPeacescore = 0.0, 100.0
)

// within is nil when x is between least and most; NaN never is.
func within(field string, x, least, most float64) error {
	if x >= least && x <= most {
		return nil
	}
	return fmt.Errorf("%s is %v, which is not between %v and %v", field, x, least, most)
}

// finite is nil when x is a number that JSON can hold.
func finite(field string, x float64) error {
	return within(field, x, -math.MaxFloat64, math.MaxFloat64)
}

// The years that JSON can print, 0 to 9999, in seconds of Unix time; the last
// is the first that is too late.
const (
	year0     = -62_167_219_200
	year10000 = 253_402_300_800
)

// printable is nil when t has a four-digit year in UTC, as JSON needs.
func printable(field string, t time.Time) error {
	// Seconds, because milliseconds overflow; time.Time.Year takes ten times longer.
	if s := t.Unix(); s >= year0 && s < year10000 {
		return nil
	}
	return fmt.Errorf("%s is in the year %d, which is not between 0 and 9999", field, t.UTC().Year())
}
