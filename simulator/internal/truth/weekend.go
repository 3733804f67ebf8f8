package truth

import "time"

var weekendColumns = []string{"part", "days", "reports", "riots", "riots_per_day", "riots_per_drone_day"}

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
	type part struct{ days, reports, riots int64 }
	var week, end part
	for day, c := range days {
		p := &week
		switch time.Unix(day*24*3600, 0).UTC().Weekday() {
		case time.Saturday, time.Sunday:
			p = &end
		}
		if c.archived > 0 {
			p.days++
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
			rows = append(rows, []any{
				p.name, p.days, p.reports, p.riots,
				float64(p.riots) / float64(p.days), float64(p.riots) * droneDay / float64(p.reports),
			})
		}
	}
	return rows
}
