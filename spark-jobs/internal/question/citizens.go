package question

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

// The columns of citizens.
const (
	citizensGroup = iota
	citizensCitizens
	citizensRiots
	citizensShare
)

// citizens says how few people riots come from. The groups are parts of all
// citizens that any report ever saw, rioting or not, rounded up to whole
// people; the top are those with the most riots.
func citizens() Question {
	return Question{
		Name:   "citizens",
		Asks:   "How concentrated are riots: what share comes from the top 1% of citizens?",
		Tables: []string{schemas.Reports().Topic, schemas.Riots().Topic},
		sql: func(s Scope) string {
			return fmt.Sprintf(`WITH citizen AS (
  -- Copies of a report name the same citizens: no need to drop them first.
  SELECT DISTINCT explode(citizens.citizen_id) AS citizen_id FROM %s%s
), riot AS (
  %s
), rioter AS (
  SELECT citizen_id, count(*) AS riots FROM riot GROUP BY citizen_id
), ranked AS (
  SELECT riots, row_number() OVER (ORDER BY riots DESC, citizen_id) AS place FROM rioter
), grouped AS (
  SELECT percent, if(percent = 100, 'all', concat('top ', percent, '%%')) AS name,
    (SELECT count(*) FROM citizen) * percent AS hundredths
  FROM VALUES (1), (10), (100) AS parts (percent)
), summed AS (
  SELECT percent, name, (any_value(hundredths) + 99) DIV 100 AS citizens, coalesce(sum(riots), 0) AS riots
  FROM grouped LEFT JOIN ranked ON percent = 100 OR place <= (hundredths + 99) DIV 100 GROUP BY percent, name
)
SELECT name AS group, citizens, riots,
  CAST(riots AS DOUBLE) / nullif(max(riots) OVER (), 0) AS share
FROM summed ORDER BY percent`,
				lake.Table(schemas.Reports().Topic), s.where(schemas.Reports().Topic), s.onceRiot("citizen_id AS citizen_id"))
		},
		Columns: []Column{
			{"group", "part of all citizens ever seen in a report, those with the most riots first", Text},
			{"citizens", "citizens in it", Count},
			{"riots", "their riots", Count},
			{"share", "of all riots, 0 to 1", Number},
		},
		Chart:    Chart{Kind: Bars, X: "group", Y: "share"},
		sentence: sayCitizens,
	}
}

func sayCitizens(rows []row) string {
	if len(rows) != 3 || rows[2].count(citizensCitizens) == 0 {
		return notEnough + "no reports with citizens are archived."
	}
	top, wider, all := rows[0], rows[1], rows[2]
	if all.count(citizensRiots) == 0 {
		return fmt.Sprintf(notEnough+"no riot among %s citizens.", humanize.Comma(all.count(citizensCitizens)))
	}
	return fmt.Sprintf("The top 1%% of citizens, %s of %s, start %.1f%% of all %s riots; the top 10%% start %.1f%%.",
		humanize.Comma(top.count(citizensCitizens)), humanize.Comma(all.count(citizensCitizens)), 100*top.number(citizensShare),
		humanize.Comma(all.count(citizensRiots)), 100*wider.number(citizensShare))
}
