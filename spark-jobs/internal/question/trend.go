package question

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/schemas"
)

// leastDays is of how many days a trend can be told.
const leastDays = 7

// The columns of trend.
const (
	trendDay = iota
	trendReports
	trendRiots
	trendPerDroneDay
	trendExpected
	trendLow
	trendHigh
	trendChange
	trendChangeLow
	trendChangeHigh
)

// trend says whether the country gets more peaceful. A straight line is fitted
// to the riots per drone-day of each day, by least squares, where a day weighs
// as much as it has reports. The week and the weekend each have their own
// level, and share the slope: a flight from Monday to Sunday would otherwise
// find that everything gets worse. Intervals use Student's t, by three terms
// of the expansion of Cornish and Fisher: for four degrees of freedom, as seven
// days have, that is 0.3% too small.
func trend() Question {
	return Question{
		Name:   "trend",
		Asks:   "Do riots become fewer from week to week?",
		Tables: []string{schemas.Reports().Topic, schemas.Riots().Topic},
		sql: func(s Scope) string {
			return fmt.Sprintf(`WITH flown AS (
  %s
), riot AS (
  %s
), seen AS (
  SELECT CAST(at AS DATE) AS day, count(*) AS riots FROM riot GROUP BY day
), daily AS (
  SELECT day, weekday(day) >= 5 AS weekend, datediff(day, min(day) OVER ()) AS number, reports,
    coalesce(riots, 0) AS riots, CAST(coalesce(riots, 0) AS DOUBLE) * %[3]d / reports AS rate
  FROM flown LEFT JOIN seen USING (day)
), level AS (
  SELECT weekend, sum(reports) AS weight, CAST(sum(number * reports) AS DOUBLE) / sum(reports) AS middle,
    CAST(sum(riots) AS DOUBLE) * %[3]d / sum(reports) AS usual
  FROM daily GROUP BY weekend
), centred AS (
  SELECT *, number - middle AS x, rate - usual AS y FROM daily JOIN level USING (weekend)
), line AS (
  -- Two levels and the slope are fitted: what is left are the degrees of freedom.
  SELECT sum(reports * x * x) AS reach, sum(reports * x * y) / nullif(sum(reports * x * x), 0) AS slope,
    nullif(greatest(count(*) - 1 - count(DISTINCT weekend), 0), 0) AS freedom
  FROM centred
), measured AS (
  SELECT any_value(slope) AS slope, any_value(reach) AS reach, any_value(freedom) AS freedom,
    sqrt(sum(reports * (y - slope * x) * (y - slope * x)) / any_value(freedom)) AS error
  FROM centred CROSS JOIN line
), student AS (
  SELECT slope, reach, error * (%[4]s) AS width FROM measured
), drawn AS (
  SELECT *, usual + slope * x AS expected, width * sqrt(1D / weight + x * x / nullif(reach, 0)) AS half
  FROM centred CROSS JOIN student
)
SELECT CAST(day AS STRING) AS day, reports, riots, rate AS riots_per_drone_day,
  expected, expected - half AS low, expected + half AS high,
  7 * slope AS change_per_week,
  7 * (slope - width / sqrt(nullif(reach, 0))) AS change_low,
  7 * (slope + width / sqrt(nullif(reach, 0))) AS change_high
FROM drawn ORDER BY day`, s.countReports("CAST(reported_at AS DATE) AS day"), s.onceRiot("detected_at AS at"), droneDay,
				student("freedom"))
		},
		Columns: []Column{
			{"day", "calendar day with at least one report, UTC", Text},
			{"reports", "reports on that day", Count},
			{"riots", "riots on that day", Count},
			{"riots_per_drone_day", fmt.Sprintf("riots per %d reports: one drone's day of flight", droneDay), Number},
			{"expected", "what the line says, riots per drone-day; it has a level for the week and one for the weekend", Number},
			{"low", "lower end of the 95% interval of expected", Number},
			{"high", "upper end", Number},
			{"change_per_week", "slope of the line, riots per drone-day and week; the same in every row", Number},
			{"change_low", "lower end of its 95% interval", Number},
			{"change_high", "upper end", Number},
		},
		Chart:    Chart{Kind: Lines, X: "day", Y: "expected", Low: "low", High: "high", Dots: "riots_per_drone_day"},
		sentence: sayTrend,
	}
}

// The quantile of Student's t that leaves 2.5% above is, for n degrees of
// freedom, nearly normal95 + student1/n + student2/n² + student3/n³. Source:
// Abramowitz and Stegun, 26.7.5.
const (
	normal95 = 1.959963984540054
	student1 = 2.372271230298562
	student2 = 2.822498615739611
	student3 = 2.555849679507722
)

// student is that quantile, of a column with the degrees of freedom.
func student(freedom string) string {
	return fmt.Sprintf("%[2]s + %[3]s / %[1]s + %[4]s / (%[1]s * %[1]s) + %[5]s / (%[1]s * %[1]s * %[1]s)",
		freedom, literal(normal95), literal(student1), literal(student2), literal(student3))
}

func sayTrend(rows []row) string {
	var riots, reports int64
	for _, r := range rows {
		riots += r.count(trendRiots)
		reports += r.count(trendReports)
	}
	switch {
	case reports == 0:
		return notEnough + "no reports are archived."
	case len(rows) < leastDays:
		return fmt.Sprintf(notEnough+"reports are of %d %s, and a trend takes %d.", len(rows), plural(len(rows), "day"), leastDays)
	case riots == 0:
		return fmt.Sprintf(notEnough+"no riot in %s reports.", humanize.Comma(reports))
	}
	change, low, high := rows[0].number(trendChange), rows[0].number(trendChangeLow), rows[0].number(trendChangeHigh)
	how := "It gets neither better nor worse, as far as can be told"
	switch {
	case low > 0:
		how = "It gets worse"
	case high < 0:
		how = "It gets better"
	}
	average := float64(riots) * droneDay / float64(reports)
	return fmt.Sprintf("%s: from week to week, riots per drone-day change by %+.2f (95%% %+.2f to %+.2f), of %.1f on average (%d days, %s reports).",
		how, change, low, high, average, len(rows), humanize.Comma(reports))
}

func plural(n int, what string) string {
	if n == 1 {
		return what
	}
	return what + "s"
}
