package truth

import (
	"cmp"
	"math"
	"slices"

	"github.com/peacestate/peacestate/schemas"
)

var dronesColumns = []string{
	"drone", "expected", "missing", "late", "bad_share", "low", "high", "nearly_empty", "lowest_battery_pct",
}

const (
	worstListed  = 20
	nearlyEmpty  = 20.0              // percent
	z999         = 3.290526731491926 // standard errors: 99.9% are within
	everyDrone   = "all"
	neverCharged = float32(math.MaxFloat32) // before any battery was seen
)

// A conduct is how one drone, or several together, reported to the archive.
type conduct struct {
	name          string
	first, last   int64 // seq
	reports, late int64
	expected      int64 // set by sum and rows
	nearlyEmpty   int64
	lowestCharge  float32
	charged       bool
}

// conducts are by the drone's number.
type conducts map[int]*conduct

// add is told the reports that are archived, in the order in which they are
// sent, and no copies.
func (c conducts) add(drone int, r schemas.Report, withTechnical bool) {
	d := c[drone]
	if d == nil {
		d = &conduct{name: r.DroneID, first: r.Seq, last: r.Seq, lowestCharge: neverCharged}
		c[drone] = d
	}
	if r.Seq < d.last {
		d.late++
	}
	d.first, d.last = min(d.first, r.Seq), max(d.last, r.Seq)
	d.reports++
	if withTechnical && r.Technical != nil {
		d.charged = true
		d.lowestCharge = min(d.lowestCharge, r.BatteryPct)
		if r.BatteryPct < nearlyEmpty {
			d.nearlyEmpty++
		}
	}
}

func (c conduct) missing() int64 { return c.expected - c.reports }
func (c conduct) bad() float64 {
	return float64(c.missing()+c.late) / float64(c.expected)
}

// rows are the drones that miss most, the worst first, and all together.
func (c conducts) rows() [][]any {
	all := conduct{name: everyDrone, lowestCharge: neverCharged}
	var each []conduct
	for _, d := range c {
		d.expected = d.last - d.first + 1
		each = append(each, *d)
		all.expected += d.expected
		all.reports += d.reports
		all.late += d.late
		all.nearlyEmpty += d.nearlyEmpty
		all.lowestCharge = min(all.lowestCharge, d.lowestCharge)
		all.charged = all.charged || d.charged
	}
	rows := [][]any{}
	if len(each) == 0 {
		return rows
	}
	slices.SortFunc(each, func(a, b conduct) int { return cmp.Or(cmp.Compare(b.bad(), a.bad()), cmp.Compare(a.name, b.name)) })
	for _, d := range append(each[:min(worstListed, len(each))], all) {
		low, high := wilson(d.bad(), float64(d.expected), z999)
		var lowest any
		if d.charged {
			lowest = float64(d.lowestCharge)
		}
		rows = append(rows, []any{d.name, d.expected, d.missing(), d.late, d.bad(), low, high, d.nearlyEmpty, lowest})
	}
	return rows
}

// wilson is the interval of a share p seen in n, z standard errors wide on
// either side: the values that are no further from p than that.
func wilson(p, n, z float64) (low, high float64) {
	// The roots of (p-x)² = z² x(1-x)/n.
	a, b, c := 1+z*z/n, -(2*p + z*z/n), p*p
	root := math.Sqrt(b*b - 4*a*c)
	return (-b - root) / (2 * a), (-b + root) / (2 * a)
}
