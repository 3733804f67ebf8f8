package truth

import (
	"math"
	"slices"
	"time"
)

var trendColumns = []string{
	"day", "reports", "riots", "riots_per_drone_day", "expected", "low", "high", "change_per_week", "change_low", "change_high",
}

// A dayRate is a day with a report in the archive.
type dayRate struct {
	number  int64 // days since 1970
	reports int64
	riots   int64
	rate    float64 // riots per drone-day
}

func (d dayRate) date() time.Time { return time.Unix(d.number*24*3600, 0).UTC() }

// weekend is 1 on Saturday and Sunday, else 0.
func (d dayRate) weekend() int {
	switch d.date().Weekday() {
	case time.Saturday, time.Sunday:
		return 1
	default:
		return 0
	}
}

// rates are those of the days, given the hours since 1970.
func rates(hours map[int64]*counts) []dayRate {
	days := map[int64]*counts{}
	for hour, c := range hours {
		if days[hour/24] == nil {
			days[hour/24] = &counts{}
		}
		days[hour/24].add(*c)
	}
	var all []dayRate
	for number, c := range days {
		if c.archived > 0 {
			all = append(all, dayRate{number, c.archived, c.riots, float64(c.riots) * droneDay / float64(c.archived)})
		}
	}
	slices.SortFunc(all, func(a, b dayRate) int { return int(a.number - b.number) })
	return all
}

// A line has one slope and two levels, that of the week and that of the
// weekend: it is where the errors, squared and weighed by the reports, are
// least.
type line struct {
	weight, middle, level [2]float64 // the day in the middle, and the mean rate
	slope                 float64    // per day
	reach                 float64    // how far the days are from their middles, squared and weighed
	error                 float64    // standard error of a day with one report; NaN without degrees of freedom
	student               float64    // how many errors are 95%
}

func fit(days []dayRate) line {
	var l line
	levels := 0
	for part := range 2 {
		for _, d := range days {
			if d.weekend() == part {
				w := float64(d.reports)
				l.weight[part] += w
				l.middle[part] += w * float64(d.number-days[0].number)
				l.level[part] += w * d.rate
			}
		}
		if l.weight[part] > 0 {
			levels++
			l.middle[part] /= l.weight[part]
			l.level[part] /= l.weight[part]
		}
	}
	var together float64
	for _, d := range days {
		x := l.away(d, days[0])
		l.reach += float64(d.reports) * x * x
		together += float64(d.reports) * x * (d.rate - l.level[d.weekend()])
	}
	l.slope = together / l.reach
	var squares float64
	for _, d := range days {
		e := d.rate - l.at(d, days[0])
		squares += float64(d.reports) * e * e
	}
	l.error = math.NaN()
	if freedom := float64(len(days) - 1 - levels); freedom > 0 {
		l.error = math.Sqrt(squares / freedom)
		l.student = student(freedom)
	}
	return l
}

// student is how many standard errors are 95%: Student's t (Abramowitz and
// Stegun, 26.7.5, three terms).
func student(freedom float64) float64 {
	return 1.959963984540054 + (2.372271230298562+(2.822498615739611+2.555849679507722/freedom)/freedom)/freedom
}

// away is how far a day is from the middle of its part, in days.
func (l line) away(d, first dayRate) float64 {
	return float64(d.number-first.number) - l.middle[d.weekend()]
}

func (l line) at(d, first dayRate) float64 {
	return l.level[d.weekend()] + l.slope*l.away(d, first)
}

// half is half the width of the interval of the line at a day.
func (l line) half(d, first dayRate) float64 {
	x := l.away(d, first)
	return l.student * l.error * math.Sqrt(1/l.weight[d.weekend()]+x*x/l.reach)
}

// trend is the rate of each day and the line through all.
func trend(hours map[int64]*counts) [][]any {
	days := rates(hours)
	rows := [][]any{}
	if len(days) == 0 {
		return rows
	}
	l := fit(days)
	width := l.student * l.error / math.Sqrt(l.reach)
	for _, d := range days {
		at, half := l.at(d, days[0]), l.half(d, days[0])
		rows = append(rows, []any{
			d.date().Format(time.DateOnly), d.reports, d.riots, d.rate,
			defined(at), defined(at - half), defined(at + half),
			defined(7 * l.slope), defined(7 * (l.slope - width)), defined(7 * (l.slope + width)),
		})
	}
	return rows
}

// defined is nil for what is not a number, as 0/0.
func defined(x float64) any {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return x
}
