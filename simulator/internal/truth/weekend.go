package truth

import (
	"math"
	"time"
)

var weekendColumns = []string{"part", "days", "reports", "riots", "riots_per_day", "riots_per_drone_day", "low", "high"}

// leastSpread is how many days it takes to tell how much days differ.
const leastSpread = 5

// droneDay is how many reports are a drone's day.
const droneDay = 1440

// weekend compares the week with the weekend, given the hours since 1970.
// Riots of a day without a report in the archive do not count.
func weekend(hours map[int64]*counts) [][]any {
	days := map[int64]*counts{}
	for hour, c := range hours {
		if days[hour/24] == nil {
			days[hour/24] = &counts{}
		}
		days[hour/24].add(*c)
	}
	var week, end part
	for day, c := range days {
		p := &week
		switch time.Unix(day*24*3600, 0).UTC().Weekday() {
		case time.Saturday, time.Sunday:
			p = &end
		}
		if c.archived > 0 {
			p.days = append(p.days, *c)
			p.reports += c.archived
			p.riots += c.riots
		}
	}
	rows := [][]any{}
	for _, p := range []struct {
		name string
		part
	}{{"week", week}, {"weekend", end}} {
		if p.reports > 0 {
			rate, half := p.rate(), p.half()
			rows = append(rows, []any{
				p.name, int64(len(p.days)), p.reports, p.riots,
				float64(p.riots) / float64(len(p.days)), rate, defined(rate - half), defined(rate + half),
			})
		}
	}
	return rows
}

// A part is the days of the week, or those of weekends.
type part struct {
	days           []counts
	reports, riots int64
}

// rate is riots per drone-day.
func (p part) rate() float64 { return float64(p.riots) * droneDay / float64(p.reports) }

// half is half the 95% interval of the rate, by how much the days differ; NaN
// for too few days.
func (p part) half() float64 {
	if len(p.days) < leastSpread {
		return math.NaN()
	}
	squares, rate := 0.0, p.rate()
	for _, day := range p.days {
		off := float64(day.riots)*droneDay - rate*float64(day.archived)
		squares += off * off
	}
	n := float64(len(p.days))
	return student(n-1) * math.Sqrt(n/(n-1)*squares) / float64(p.reports)
}
