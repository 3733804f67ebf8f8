package question

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

// Squares are as wide as high, about 2 km; their sides are degrees.
const (
	squareLat = 0.018
	squareLon = 0.025
	// slotS is half an hour, in seconds, and weekSlots are a week of them.
	slotS     = 1800
	weekSlots = 7 * 24 * 2

	spreadAround = "around"
)

// The columns of spread.
const (
	spreadSquare = iota
	spreadAfter
	spreadAfterRiots
	spreadChanceAfter
	spreadUsual
	spreadUsualRiots
	spreadChanceUsual
	spreadRatio
	spreadLow
	spreadHigh
)

// spread says whether a riot makes another more likely soon and nearby. The
// country is cut into squares and time into half hours. After each square and
// half hour with a riot, it is looked whether somebody who was not among its
// rioters riots in the next half hour: there, and in each square around. What
// is usual is looked up in the same places at the same hour a week before and a
// week after. A half hour of a square in which no drone reported says nothing,
// and is left out, on either side. The intervals are those of two independent
// shares (Katz), as if every look were.
func spread() Question {
	reports := schemas.Reports().Topic
	return Question{
		Name:   "spread",
		Asks:   "Do riots spread: does one make another more likely, soon and nearby?",
		Tables: []string{reports, schemas.Riots().Topic},
		sql: func(s Scope) string {
			const where = `unix_seconds(%[1]s) DIV %[2]d AS slot, CAST(floor(lat / %[3]s) AS INT) AS north, CAST(floor(lon / %[4]s) AS INT) AS east`
			located := func(at string) string {
				return fmt.Sprintf(where, at, slotS, literal(squareLat), literal(squareLon))
			}
			return fmt.Sprintf(`WITH observed AS (
  -- Whether, not how often: copies change nothing.
  SELECT DISTINCT %[1]s
  FROM %[2]s%[3]s
), riot AS (
  %[4]s
), rioter AS (
  SELECT DISTINCT citizen_id, %[5]s FROM riot
), source AS (
  SELECT DISTINCT slot, north, east FROM rioter
), look AS (
  SELECT source.slot, source.north, source.east, week <> 0 AS usual, dn = 0 AND de = 0 AS same,
    source.slot + 1 + %[6]d * week AS then_slot, source.north + dn AS then_north, source.east + de AS then_east
  FROM source CROSS JOIN (VALUES (0), (-1), (1) AS weeks (week))
    CROSS JOIN (VALUES (-1), (0), (1) AS norths (dn)) CROSS JOIN (VALUES (-1), (0), (1) AS easts (de))
), seen AS (
  SELECT look.* FROM look JOIN observed
    ON observed.slot = then_slot AND observed.north = then_north AND observed.east = then_east
), answered AS (
  -- Whether anybody riots there then who is not among the rioters of the source.
  SELECT seen.slot, seen.north, seen.east, then_slot, then_north, then_east, same, usual,
    max(if(other.citizen_id IS NOT NULL AND known.citizen_id IS NULL, 1, 0)) AS riot
  FROM seen
    LEFT JOIN rioter AS other ON other.slot = then_slot AND other.north = then_north AND other.east = then_east
    LEFT JOIN rioter AS known ON known.slot = seen.slot AND known.north = seen.north AND known.east = seen.east
      AND known.citizen_id = other.citizen_id
  GROUP BY seen.slot, seen.north, seen.east, then_slot, then_north, then_east, same, usual
), counted AS (
  SELECT same, usual, count(*) AS looks, sum(riot) AS riots FROM answered GROUP BY same, usual
), compared AS (
  SELECT same, sum(if(usual, 0, looks)) AS after, sum(if(usual, 0, riots)) AS after_riots,
    sum(if(usual, looks, 0)) AS usual, sum(if(usual, riots, 0)) AS usual_riots
  FROM counted GROUP BY same
), rated AS (
  SELECT *, CAST(after_riots AS DOUBLE) / nullif(after, 0) AS chance_after,
    CAST(usual_riots AS DOUBLE) / nullif(usual, 0) AS chance_usual,
    sqrt(1D / nullif(after_riots, 0) - 1D / nullif(after, 0) + 1D / nullif(usual_riots, 0) - 1D / nullif(usual, 0)) AS error
  FROM compared
)
SELECT if(same, 'same', %[8]s) AS square, after, after_riots, chance_after, usual, usual_riots, chance_usual,
  chance_after / nullif(chance_usual, 0) AS ratio,
  chance_after / nullif(chance_usual, 0) * exp(-%[7]s * error) AS low,
  chance_after / nullif(chance_usual, 0) * exp(%[7]s * error) AS high
FROM rated ORDER BY same DESC`,
				located("reported_at"), lake.Table(reports), s.where(reports),
				s.onceRiot("detected_at AS at", "lat AS lat", "lon AS lon", "citizen_id AS citizen_id"), located("at"),
				weekSlots, literal(normal95), quote(spreadAround))
		},
		Columns: []Column{
			{"square", fmt.Sprintf("same: that of the riot, 2 km wide (%g° by %g°); around: each of the eight at its sides", squareLat, squareLon), Text},
			{"after", "looks: such squares that a drone saw in the half hour after one with a riot", Count},
			{"after_riots", "of these, how many had a riot of somebody who did not riot before", Count},
			{"chance_after", "after_riots of after, 0 to 1", Number},
			{"usual", "looks at the same squares at the same time a week before or after", Count},
			{"usual_riots", "of these, how many had a riot of somebody else", Count},
			{"chance_usual", "usual_riots of usual, 0 to 1", Number},
			{"ratio", "chance_after over chance_usual; above 1, riots attract riots", Number},
			{"low", "lower end of the 95% interval of ratio, as if all looks were independent", Number},
			{"high", "upper end", Number},
		},
		Chart:    Chart{Kind: Bars, X: "square", Y: "ratio", Low: "low", High: "high"},
		sentence: saySpread,
	}
}

func saySpread(rows []row) string {
	if len(rows) == 0 {
		return notEnough + "no drone looked at the square of a riot half an hour later."
	}
	how := "No spread can be told"
	var said []string
	for _, r := range rows {
		if r[spreadLow] == nil {
			continue
		}
		where, found := "in the same square of 2 km", "They go on, but no spread can be told"
		if r.text(spreadSquare) == spreadAround {
			where, found = "in a square beside it", "They spread"
		}
		if r.number(spreadLow) > 1 {
			how = found
		}
		said = append(said, fmt.Sprintf("%s in %.1f%% of %s looks against %.1f%% of %s, %.2f times as often (95%% %.2f to %.2f)",
			where, 100*r.number(spreadChanceAfter), humanize.Comma(r.count(spreadAfter)),
			100*r.number(spreadChanceUsual), humanize.Comma(r.count(spreadUsual)),
			r.number(spreadRatio), r.number(spreadLow), r.number(spreadHigh)))
	}
	if len(said) == 0 {
		return notEnough + "too few riots, or no flight a week before or after them to compare with."
	}
	return fmt.Sprintf("%s: half an hour after a riot, and the same hour a week away, somebody else riots %s.", how, strings.Join(said, "; "))
}
