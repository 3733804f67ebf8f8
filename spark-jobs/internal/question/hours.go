package question

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/schemas"
)

// The columns of hours.
const (
	hoursDistrict = iota
	hoursHour
	hoursRiots
	hoursReports
	hoursPerThousand
)

// hours says where and when riots happen, as a rate: a district that many
// drones fly over has many riots only because it is looked at.
func hours() Question {
	return Question{
		Name:   "hours",
		Asks:   "At which hour of the day, and in which district, do riots happen?",
		Tables: []string{schemas.Reports().Topic, schemas.Riots().Topic},
		sql: func(s Scope) string {
			return fmt.Sprintf(`WITH flown AS (
  %s
), riot AS (
  %s
), seen AS (
  SELECT %s AS district, hour(at) AS hour, count(*) AS riots FROM riot GROUP BY district, hour
)
SELECT district, hour, coalesce(riots, 0) AS riots, reports,
  CAST(coalesce(riots, 0) AS DOUBLE) * 1000 / reports AS riots_per_1000_reports
FROM flown LEFT JOIN seen USING (district, hour) ORDER BY district, hour`,
				s.countReports(districtOf("lat", "lon")+" AS district", "hour(reported_at) AS hour"),
				s.onceRiot("detected_at AS at", "lat AS lat", "lon AS lon"), districtOf("lat", "lon"))
		},
		Columns: []Column{
			{"district", "the district whose centre was nearest to the drone", Text},
			{"hour", "hour of the day, 0 to 23, UTC", Count},
			{"riots", "riots seen there in that hour, over all days", Count},
			{"reports", "reports sent there in that hour, over all days", Count},
			{"riots_per_1000_reports", "riots per 1,000 reports", Number},
		},
		Pivot:    &Pivot{Down: "district", Across: "hour", Cell: "riots_per_1000_reports"},
		Chart:    Chart{Kind: Heat, X: "hour", Y: "riots_per_1000_reports", Series: "district"},
		sentence: sayHours,
	}
}

// sayHours names the peak among the places and hours with at least half the
// average number of reports: one riot in three reports is chance, not a peak.
func sayHours(rows []row) string {
	var riots, reports int64
	for _, r := range rows {
		riots += r.count(hoursRiots)
		reports += r.count(hoursReports)
	}
	if reports == 0 {
		return notEnough + "no reports are archived."
	}
	if riots == 0 {
		return fmt.Sprintf(notEnough+"no riot in %s reports.", humanize.Comma(reports))
	}
	// The peak exists: a row with the average number of reports is there.
	var peak row
	for _, r := range rows {
		if 2*r.count(hoursReports)*int64(len(rows)) < reports {
			continue
		}
		if peak == nil || r.number(hoursPerThousand) > peak.number(hoursPerThousand) {
			peak = r
		}
	}
	if peak.count(hoursRiots) == 0 {
		return fmt.Sprintf(notEnough+"%s riots in %s reports, all where few reports are sent.",
			humanize.Comma(riots), humanize.Comma(reports))
	}
	hour := peak.count(hoursHour)
	return fmt.Sprintf("The peak is in %s from %02d:00 to %02d:00 UTC, "+
		"with %.1f riots per 1,000 reports (%s in %s) against %.1f over all.",
		peak.text(hoursDistrict), hour, (hour+1)%24, peak.number(hoursPerThousand),
		humanize.Comma(peak.count(hoursRiots)), humanize.Comma(peak.count(hoursReports)), 1000*float64(riots)/float64(reports))
}
