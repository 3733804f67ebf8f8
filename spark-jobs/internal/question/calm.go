package question

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/schemas"
)

// The columns of calm.
const (
	calmDistrict = iota
	calmPeacescore
	calmSightings
	calmShare
	calmMean
)

// calm says how peaceful those are whom the drones see, by district. A citizen
// who is seen in ten reports is ten sightings: what is described is what a
// drone finds when it looks, not the people who live there.
func calm() Question {
	return Question{
		Name:   "calm",
		Asks:   "How calm are the people in each district?",
		Tables: []string{schemas.Reports().Topic},
		sql: func(s Scope) string {
			return fmt.Sprintf(`WITH %s, sighting AS (
  SELECT district, weight, explode(scores) AS score FROM report
), banded AS (
  -- The highest band has both its ends.
  SELECT district, 10 * least(CAST(score / 10 AS INT), 9) AS peacescore, sum(weight) AS weight, sum(weight * score) AS total
  FROM sighting GROUP BY district, peacescore
), counted AS (
  SELECT *, CAST(round(weight) AS BIGINT) AS sightings FROM banded
)
SELECT district, peacescore, sightings,
  CAST(sightings AS DOUBLE) * 100 / sum(sightings) OVER (PARTITION BY district) AS percent,
  sum(total) OVER (PARTITION BY district) / sum(sightings) OVER (PARTITION BY district) AS mean
FROM counted ORDER BY district, peacescore`,
				s.weighReports(districtOf("lat", "lon")+" AS district", "citizens.peacescore AS scores"))
		},
		Columns: []Column{
			{"district", "the district whose centre was nearest to the drone", Text},
			{"peacescore", "lower end of a band of ten points; below 10 is a riot; the highest has 100 in it", Count},
			{"sightings", "citizens seen with such a score, once per report", Count},
			{"percent", "of all sightings in the district, 0 to 100", Number},
			{"mean", "peacescore of all sightings in the district, 0 to 100; the same in each of its rows", Number},
		},
		Pivot:    &Pivot{Down: "district", Across: "peacescore", Cell: "percent"},
		Chart:    Chart{Kind: Heat, X: "peacescore", Y: "percent", Series: "district"},
		sentence: sayCalm,
	}
}

func sayCalm(rows []row) string {
	seen := map[string]int64{}
	var least, most row
	var all int64
	for _, r := range rows {
		seen[r.text(calmDistrict)] += r.count(calmSightings)
		all += r.count(calmSightings)
		if least == nil || r.number(calmMean) < least.number(calmMean) {
			least = r
		}
		if most == nil || r.number(calmMean) > most.number(calmMean) {
			most = r
		}
	}
	switch len(seen) {
	case 0:
		return notEnough + "no reports with citizens are archived."
	case 1:
		return fmt.Sprintf("In %s, the mean peacescore of %s sightings is %.1f; no other district was looked at.",
			most.text(calmDistrict), humanize.Comma(all), most.number(calmMean))
	}
	named := func(r row) string {
		return fmt.Sprintf("%s (mean peacescore %.1f of %s sightings)", r.text(calmDistrict), r.number(calmMean), humanize.Comma(seen[r.text(calmDistrict)]))
	}
	return fmt.Sprintf("Calmest is %s, least calm %s.", named(most), named(least))
}
