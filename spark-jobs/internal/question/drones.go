package question

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

const (
	worstDrones = 20 // in the answer
	// lowCharge is below what percentage a battery is nearly empty.
	lowCharge = 20
	allDrones = "all"
	// normal999 leaves 0.05% above. The worst of many drones would often be
	// beyond a 95% interval by chance.
	normal999 = 3.290526731491926
)

// The columns of drones.
const (
	dronesDrone = iota
	dronesExpected
	dronesMissing
	dronesLate
	dronesShare
	dronesLow
	dronesHigh
	dronesLowCharge
	dronesLowest
)

// drones says whose reports do not come, or not in time. A report is late when
// Kafka had one of a higher number of the same drone before it: in the order
// in which a drone's rows came, those that are not late raise the highest
// number so far, and a copy never does. (The time of arrival says nothing: a
// flight of the past arrives today.)
func drones() Question {
	topic := schemas.Reports().Topic
	return Question{
		Name:   "drones",
		Asks:   "Which drones report badly?",
		Tables: []string{topic},
		sql: func(s Scope) string {
			return fmt.Sprintf(`WITH archived AS (
  SELECT drone_id, seq, battery_pct, %[1]s FROM %[2]s%[3]s
), blocks AS (
  SELECT drone_id, %[4]s AS block, min(seq) AS first, max(seq) AS last, %[5]s AS seqs,
    bit_or(if(battery_pct < %[6]d, shiftleft(1L, CAST(seq %% 60 AS INT)), 0L)) AS low, min(battery_pct) AS lowest
  FROM archived GROUP BY drone_id, block
), counted AS (
  SELECT drone_id, max(last) - min(first) + 1 AS expected, sum(bit_count(seqs)) AS reports,
    sum(bit_count(low)) AS low, min(lowest) AS lowest
  FROM blocks GROUP BY drone_id
), arriving AS (
  -- Numbers sort faster than names; that two of a million drones have one hash is less likely than one in 30 million.
  SELECT drone_id, seq, max(seq) OVER (
    PARTITION BY xxhash64(drone_id) ORDER BY %[1]s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest
  FROM archived
), ordered AS (
  SELECT drone_id, count_if(highest IS NULL OR seq > highest) AS raised FROM arriving GROUP BY drone_id
), drone AS (
  SELECT drone_id AS name, expected, expected - reports AS missing, reports - raised AS late, low, lowest
  FROM counted JOIN ordered USING (drone_id)
), named AS (
  SELECT if(grouping(name) = 1, %[7]s, name) AS name, sum(expected) AS expected, sum(missing) AS missing, sum(late) AS late,
    sum(low) AS low, min(lowest) AS lowest
  FROM drone GROUP BY GROUPING SETS ((name), ())
), rated AS (
  SELECT *, CAST(missing + late AS DOUBLE) / expected AS share FROM named
), placed AS (
  -- Wilson's interval, which stays between 0 and 1.
  SELECT *, (share + %[8]s / (2 * expected)) / (1 + %[8]s / expected) AS centre,
    sqrt(%[8]s * (share * (1 - share) / expected + %[8]s / (4D * expected * expected))) / (1 + %[8]s / expected) AS half,
    row_number() OVER (PARTITION BY name = %[7]s ORDER BY share DESC, name) AS place
  FROM rated
)
SELECT name AS drone, expected, missing, late, share AS bad_share, centre - half AS low, centre + half AS high,
  low AS nearly_empty, CAST(lowest AS DOUBLE) AS lowest_battery_pct
FROM placed WHERE place <= %[9]d ORDER BY name = %[7]s, place`,
				lake.OffsetColumn, lake.Table(topic), s.where(topic), block, seqs, lowCharge, quote(allDrones),
				literal(normal999*normal999), worstDrones)
		},
		Columns: []Column{
			{"drone", fmt.Sprintf("the %d with the highest bad_share, then all drones together", worstDrones), Text},
			{"expected", "numbers from the first to the last report", Count},
			{"missing", "of these, how many have no report in the archive", Count},
			{"late", "reports that reached Kafka after one with a higher number", Count},
			{"bad_share", "missing or late, of those expected, 0 to 1", Number},
			{"low", "lower end of the 99.9% interval of bad_share: many drones are compared", Number},
			{"high", "upper end", Number},
			{"nearly_empty", fmt.Sprintf("reports with a charge below %d%%", lowCharge), Count},
			{"lowest_battery_pct", "lowest charge reported, percent; not defined where reports are of version 1", Number},
		},
		Chart:    Chart{Kind: Bars, X: "drone", Y: "bad_share", Low: "low", High: "high"},
		sentence: sayDrones,
	}
}

func sayDrones(rows []row) string {
	if len(rows) == 0 {
		return notEnough + "no reports are archived."
	}
	all := rows[len(rows)-1]
	worst, listed := rows[0], rows[:len(rows)-1]
	if len(listed) == 1 {
		return fmt.Sprintf(notEnough+"there is only %s to look at: of %s reports, %s are missing and %s came late.",
			worst.text(dronesDrone), humanize.Comma(worst.count(dronesExpected)),
			humanize.Comma(worst.count(dronesMissing)), humanize.Comma(worst.count(dronesLate)))
	}
	if all.count(dronesMissing)+all.count(dronesLate) == 0 {
		return fmt.Sprintf("None: all %s reports came, and in order.", humanize.Comma(all.count(dronesExpected)))
	}
	standOut := 0
	for _, r := range listed {
		if r.number(dronesLow) > all.number(dronesShare) {
			standOut++
		}
	}
	how := "None stands out; most"
	switch {
	case standOut == len(listed) && standOut == worstDrones:
		how = fmt.Sprintf("At least %d stand out; most", standOut)
	case standOut > 0:
		how = fmt.Sprintf("%d %s out; most", standOut, map[bool]string{true: "stands", false: "stand"}[standOut == 1])
	}
	return fmt.Sprintf("%s is missing or late from %s: %.1f%% of %s reports (99.9%% interval %.1f to %.1f) against %.1f%% of all %s.",
		how, worst.text(dronesDrone), 100*worst.number(dronesShare), humanize.Comma(worst.count(dronesExpected)),
		100*worst.number(dronesLow), 100*worst.number(dronesHigh),
		100*all.number(dronesShare), humanize.Comma(all.count(dronesExpected)))
}
