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
)

// weekend compares the week with the weekend. Days of flight may be partial
// and fleets may change their size, so it compares riots per drone-day: a day
// with twice the reports may hold twice the riots and be no wilder.
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
), part AS (
  -- weekday() counts from Monday, which is 0.
  SELECT if(weekday(day) < 5, 'week', 'weekend') AS part, count(*) AS days, sum(reports) AS reports,
    coalesce(sum(riots), 0) AS riots
  FROM flown LEFT JOIN seen USING (day) GROUP BY part
)
SELECT part, days, reports, riots,
  CAST(riots AS DOUBLE) / days AS riots_per_day,
  CAST(riots AS DOUBLE) * %d / reports AS riots_per_drone_day
FROM part ORDER BY part`, s.countReports("CAST(reported_at AS DATE) AS day"), s.onceRiot("detected_at AS at"), droneDay)
		},
		Columns: []Column{
			{"part", "week (Monday to Friday) or weekend, UTC", Text},
			{"days", "calendar days with at least one report", Count},
			{"reports", "reports on these days", Count},
			{"riots", "riots on these days", Count},
			{"riots_per_day", "riots per calendar day", Number},
			{"riots_per_drone_day", fmt.Sprintf("riots per %d reports: one drone's day of flight", droneDay), Number},
		},
		Chart:    Chart{Kind: Bars, X: "part", Y: "riots_per_drone_day"},
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
	return fmt.Sprintf("At the weekend: %.1f riots per drone-day against %.1f in the week, %s (%d and %d days, %s reports).",
		end.number(weekendPerDroneDay), week.number(weekendPerDroneDay),
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
