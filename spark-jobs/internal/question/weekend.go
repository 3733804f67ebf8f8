package question

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/schemas"
)

// droneDay is how many reports one drone sends in a day of flight: one a
// minute, says the contract.
const droneDay = 1440

// The columns of weekend.
const (
	weekendPart = iota
	weekendDays
	weekendReports
	weekendRiots
	weekendPerDay
	weekendPerDroneDay
	weekendLow
	weekendHigh
)

// leastSpread is how many days it takes to tell how much days differ.
const leastSpread = 5

// weekend compares the week with the weekend. Days of flight may be partial
// and fleets may change their size, so it compares riots per drone-day: a day
// with twice the reports may hold twice the riots and be no wilder. Riots come
// in crowds, so the interval is that of days, which are independent, not of
// riots: of the ratio of two sums over days, with Student's t.
func weekend() Question {
	return Question{
		Name:   "weekend",
		Asks:   "Are there more riots in the week or at the weekend?",
		Tables: []string{schemas.Reports().Topic, schemas.Riots().Topic},
		sql: func(s Scope) string {
			return fmt.Sprintf(`WITH flown AS (
  %s
), riot AS (
  %s
), seen AS (
  SELECT CAST(at AS DATE) AS day, count(*) AS riots FROM riot GROUP BY day
), daily AS (
  -- weekday() counts from Monday, which is 0.
  SELECT if(weekday(day) < 5, 'week', 'weekend') AS part, reports, coalesce(riots, 0) AS riots
  FROM flown LEFT JOIN seen USING (day)
), rated AS (
  SELECT *, CAST(sum(riots) OVER (PARTITION BY part) AS DOUBLE) * %[3]d / sum(reports) OVER (PARTITION BY part) AS rate FROM daily
), part AS (
  SELECT part, count(*) AS days, sum(reports) AS reports, sum(riots) AS riots, any_value(rate) AS rate,
    if(count(*) < %[4]d, NULL, count(*) - 1) AS freedom,
    sqrt(sum((riots * %[3]dD - rate * reports) * (riots * %[3]dD - rate * reports)) * count(*)) / sum(reports) AS spread
  FROM rated GROUP BY part
), measured AS (
  SELECT *, spread / sqrt(freedom) * (%[5]s) AS half FROM part
)
SELECT part, days, reports, riots, CAST(riots AS DOUBLE) / days AS riots_per_day, rate AS riots_per_drone_day,
  rate - half AS low, rate + half AS high
FROM measured ORDER BY part`, s.countReports("CAST(reported_at AS DATE) AS day"), s.onceRiot("detected_at AS at"), droneDay,
				leastSpread, student("freedom"))
		},
		Columns: []Column{
			{"part", "week (Monday to Friday) or weekend, UTC", Text},
			{"days", "calendar days with at least one report", Count},
			{"reports", "reports on these days", Count},
			{"riots", "riots on these days", Count},
			{"riots_per_day", "riots per calendar day", Number},
			{"riots_per_drone_day", fmt.Sprintf("riots per %d reports: one drone's day of flight", droneDay), Number},
			{"low", fmt.Sprintf("lower end of its 95%% interval; not defined for less than %d days", leastSpread), Number},
			{"high", "upper end", Number},
		},
		Chart:    Chart{Kind: Bars, X: "part", Y: "riots_per_drone_day", Low: "low", High: "high"},
		sentence: sayWeekend,
	}
}

func sayWeekend(rows []row) string {
	switch {
	case len(rows) == 0:
		return notEnough + "no reports are archived."
	case len(rows) == 1:
		part := rows[0].text(weekendPart)
		other := map[string]string{"week": "at the weekend", "weekend": "in the week"}[part]
		return fmt.Sprintf(notEnough+"all %s reports are of the %s, none was sent %s.",
			humanize.Comma(rows[0].count(weekendReports)), part, other)
	}
	week, end := rows[0], rows[1]
	reports := week.count(weekendReports) + end.count(weekendReports)
	if week.count(weekendRiots)+end.count(weekendRiots) == 0 {
		return fmt.Sprintf(notEnough+"no riot in %s reports.", humanize.Comma(reports))
	}
	how, where := "No difference can be told", " at the weekend"
	switch {
	case week[weekendLow] == nil || end[weekendLow] == nil:
		how = "As far as few days tell"
	case end.number(weekendLow) > week.number(weekendHigh):
		how, where = "More at the weekend", ""
	case end.number(weekendHigh) < week.number(weekendLow):
		how = "Fewer at the weekend"
	}
	rate := func(r row) string {
		if r[weekendLow] == nil {
			return fmt.Sprintf("%.1f", r.number(weekendPerDroneDay))
		}
		return fmt.Sprintf("%.1f (95%% %.1f to %.1f)", r.number(weekendPerDroneDay), r.number(weekendLow), r.number(weekendHigh))
	}
	return fmt.Sprintf("%s: %s riots per drone-day%s against %s in the week, %s (%d and %d days, %s reports).",
		how, rate(end), where, rate(week),
		times(end.number(weekendPerDroneDay), week.number(weekendPerDroneDay)),
		end.count(weekendDays), week.count(weekendDays),
		humanize.Comma(reports))
}

// times compares two rates in words.
func times(a, b float64) string {
	switch {
	case a == b:
		return "as many"
	case b == 0:
		return "where there were none"
	case a == 0:
		return "none at all"
	default:
		return fmt.Sprintf("%.1f times as many", a/b)
	}
}
