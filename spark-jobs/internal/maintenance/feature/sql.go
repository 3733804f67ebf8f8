// Package feature says what is known of each drone at the end of each day, as
// one SQL query for Spark, and turns it into what a model reads and into words
// for people. It is pure: it runs nothing.
//
// Nothing in it looks ahead. Every table is read up to a moment, every window
// ends at its own row, and outcomes come from a query of their own: so the row
// of a day is the same whatever happens later.
package feature

import (
	"fmt"
	"strings"
	"time"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/spark-jobs/internal/lake"
)

const (
	// Back is how many days a level is compared with, at most: signs of a failure
	// are younger.
	Back = 21
	// Recent is how many days the comparison in words spans, if most of a rise is
	// as recent, and newest that by which its speed is told.
	Recent = 5
	newest = 3
	// flying is the vibration, in hundredths of mm/s, that only a drone in the air
	// has: it stands as good as still.
	flying = 50
	// together is by how many milliseconds the clock and the hours in the air may
	// differ over a time that was all flight: hours have three decimals.
	together = 8_000
	// evening is the hour from which on readings are late ones, the newest of the day.
	evening = 16
	// newBattery is by how much the drain falls, in percent of the charge per hour
	// in the air, when a battery was replaced.
	newBattery = 2
)

// columns are what the query returns, in order. A level is the median of a day
// in the air, "late" of its evening; "then" is Recent days before, "before" up
// to Back days before, all since the last repair. "rise" is against before, and
// "speed" that of the newest days, per day: both beyond what the fleet's median
// is on that day, which is how parts age.
var columns = []string{
	"drone_id", "day", "on_duty",
	"vibration", "vibration_late", "vibration_then", "vibration_before", "vibration_spread", "vibration_rise", "vibration_speed",
	"motor", "motor_late", "motor_then", "motor_before", "motor_spread", "motor_rise", "motor_speed",
	"drain", "drain_late", "drain_then", "drain_before", "drain_spread", "drain_rise", "drain_speed",
	"rested_days", "known_days", "battery_hours", "flown_hours",
}

// Columns lists the names of what SQL returns.
func Columns() []string { return append([]string{}, columns...) }

// Tables are the topics whose tables are read.
func Tables() []string { return []string{schemas.Reports().Topic, schemas.Maintenance().Topic} }

// SQL selects a row for each drone and day from one day up to, and without,
// another, for which it has reports in the air: what is known at the end of the
// day. Reports before the first day are read where a row looks back to them.
// Readings are counted in whole tenths, hundredths and thousandths, whose sums
// are exact: the same archive gives the same bits, on any cluster.
func SQL(from, until time.Time) string {
	reports, maintenance := lake.Table(schemas.Reports().Topic), lake.Table(schemas.Maintenance().Topic)
	return fmt.Sprintf(`WITH report AS (
  SELECT DISTINCT drone_id, seq, unix_millis(reported_at) AS sent, CAST(reported_at AS DATE) AS day, hour(reported_at) AS hour,
    CAST(round(battery_pct * 10) AS BIGINT) AS battery, CAST(round(motor_temp_c * 10) AS BIGINT) AS motor,
    CAST(round(vibration_mm_s * 100) AS BIGINT) AS vibration, CAST(round(flight_hours * 1000) AS BIGINT) AS hours
  FROM %[1]s WHERE reported_at < %[3]s AND vibration_mm_s IS NOT NULL
), usual AS (
  -- The fleet at the same hour stands for the weather.
  SELECT day, hour, median(motor) AS usual FROM report WHERE vibration >= %[4]d GROUP BY day, hour
), event AS (
  -- Not by event_id: another world's flights may use it again.
  SELECT DISTINCT drone_id, kind, happened_at AS at, part, flight_hours FROM %[2]s WHERE happened_at <= %[3]s
), upkeep AS (
  -- What happens at midnight is known at the end of the day before.
  SELECT drone_id, CAST(at - INTERVAL 1 MILLISECOND AS DATE) AS day, max_by(kind, at) AS last_kind,
    unix_millis(max(if(kind = 'repair', at, NULL))) AS repaired,
    max_by(flight_hours, if(kind = 'repair' AND part = 'battery', at, NULL)) AS battery_at_hours
  FROM event GROUP BY drone_id, CAST(at - INTERVAL 1 MILLISECOND AS DATE)
), step AS (
  SELECT drone_id, day, hour, sent, vibration, motor, hours,
    (lag(battery) OVER earlier) - battery AS spent, hours - lag(hours) OVER earlier AS flown, sent - lag(sent) OVER earlier AS passed
  FROM report WINDOW earlier AS (PARTITION BY drone_id ORDER BY seq)
), reading AS (
  -- What a repair has ended says nothing about what flies now. A battery tells its drain between two reports of one flight.
  SELECT drone_id, day, hours,
    if(fresh AND vibration >= %[4]d, vibration, NULL) AS vibration, if(fresh AND vibration >= %[4]d, motor - usual, NULL) AS motor,
    if(fresh AND abs(passed - 3600 * flown) <= %[5]d, spent, NULL) AS spent,
    if(fresh AND abs(passed - 3600 * flown) <= %[5]d, flown, NULL) AS flown, hour >= %[9]d AS late
  FROM (SELECT step.*, repaired IS NULL OR sent > repaired AS fresh FROM step LEFT JOIN upkeep USING (drone_id, day))
  LEFT JOIN usual USING (day, hour)
), daily AS (
  SELECT drone_id, day, CAST(max(hours) AS DOUBLE) / 1000 AS hours_in_all,
    median(vibration) / 100 AS vibration, median(if(late, vibration, NULL)) / 100 AS vibration_late,
    median(motor) / 10 AS motor, median(if(late, motor, NULL)) / 10 AS motor_late,
    CAST(sum(spent) AS DOUBLE) * 100 / nullif(sum(flown), 0) AS drain
  FROM reading GROUP BY drone_id, day
), known AS (
  SELECT drone_id, unix_date(day) AS number, day, hours_in_all, vibration, coalesce(vibration_late, vibration) AS vibration_late,
    motor, coalesce(motor_late, motor) AS motor_late, drain,
    last_value(last_kind, true) OVER so_far AS last_kind, coalesce(last_value(repaired, true) OVER so_far, 0) AS repaired,
    last_value(battery_at_hours, true) OVER so_far AS battery_at_hours,
    unix_date(day) - min(unix_date(day)) OVER so_far AS known_days, min(hours_in_all) OVER so_far AS first_hours
  FROM daily FULL JOIN upkeep USING (drone_id, day)
  WINDOW so_far AS (PARTITION BY drone_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
), changed AS (
  SELECT *, drain - lag(drain, 1) OVER life AS change FROM known WINDOW life AS (PARTITION BY drone_id, repaired ORDER BY number)
), steady AS (
  -- A drain that drops is that of a new battery, which was due: the sum of its changes leaves the drop out.
  SELECT *, sum(if(change < -%[11]d, 0, change)) OVER (
      PARTITION BY drone_id, repaired ORDER BY number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS drained,
    vibration AS vibration_level, motor AS motor_level
  FROM changed
), levels AS (
  SELECT *, coalesce(drained, if(drain IS NULL, NULL, 0)) AS drain_late, coalesce(drained, if(drain IS NULL, NULL, 0)) AS drain_level FROM steady
), compared AS (
  SELECT *, %[6]s
  FROM levels WINDOW
    recent AS (PARTITION BY drone_id, repaired ORDER BY number RANGE BETWEEN %[7]d PRECEDING AND CURRENT ROW),
    around AS (PARTITION BY drone_id, repaired ORDER BY number RANGE BETWEEN %[7]d + 1 PRECEDING AND %[7]d - 1 PRECEDING),
    back AS (PARTITION BY drone_id, repaired ORDER BY number RANGE BETWEEN %[8]d PRECEDING AND CURRENT ROW),
    farther AS (PARTITION BY drone_id, repaired ORDER BY number RANGE BETWEEN %[8]d PRECEDING AND %[8]d - 4 PRECEDING),
    days AS (PARTITION BY drone_id, repaired ORDER BY number RANGE BETWEEN %[12]d PRECEDING AND CURRENT ROW),
    week AS (PARTITION BY drone_id, repaired ORDER BY number RANGE BETWEEN 6 PRECEDING AND CURRENT ROW),
    yesterday AS (PARTITION BY drone_id ORDER BY number RANGE BETWEEN 1 PRECEDING AND CURRENT ROW)
), aged AS (
  SELECT *, %[13]s
  FROM compared
)
SELECT drone_id, CAST(number AS BIGINT) AS day, coalesce(last_kind = 'repair', true) AS on_duty,
  %[14]s,
  CAST((number + 1) * 86400000L - nullif(repaired, 0) AS DOUBLE) / 86400000 AS rested_days,
  CAST(known_days AS BIGINT) AS known_days, hours_in_all - coalesce(battery_at_hours, first_hours) AS battery_hours, flown_hours
FROM aged
WHERE hours_in_all IS NOT NULL AND day >= %[10]s AND day < CAST(%[3]s AS DATE)
ORDER BY drone_id, number`,
		reports, maintenance, lake.Timestamp(until), flying, together, comparisons(), Recent, Back, evening, date(from),
		newBattery, newest, ageing(), results())
}

// sensors are what the query compares over days.
var sensors = []string{"vibration", "motor", "drain"}

// comparisons are the levels of each sensor then and before, how many days ago
// that was, and how much its days differ.
func comparisons() string {
	list := []string{
		"hours_in_all - first_value(hours_in_all, true) OVER yesterday AS flown_hours",
		"number - first_value(number) OVER back AS span", "number - first_value(number) OVER days AS newest_span",
	}
	for _, sensor := range sensors {
		list = append(list,
			fmt.Sprintf("coalesce(avg(%[1]s_level) OVER around, first_value(%[1]s_level, true) OVER recent) AS %[1]s_then", sensor),
			fmt.Sprintf("coalesce(avg(%[1]s_level) OVER farther, first_value(%[1]s_level, true) OVER back) AS %[1]s_before", sensor),
			fmt.Sprintf("first_value(%[1]s_level, true) OVER days AS %[1]s_newest", sensor),
			fmt.Sprintf("stddev_pop(%[1]s_level) OVER week AS %[1]s_spread", sensor))
	}
	return strings.Join(list, ",\n    ")
}

// ageing is by how much each sensor of the fleet's median drone rises a day.
func ageing() string {
	var list []string
	for _, sensor := range sensors {
		list = append(list, fmt.Sprintf("coalesce(median((%[1]s_late - %[1]s_before) / nullif(span, 0)) OVER (PARTITION BY number), 0) AS %[1]s_ageing", sensor))
	}
	return strings.Join(list, ",\n    ")
}

// results are the columns of each sensor.
func results() string {
	var list []string
	for _, s := range sensors {
		list = append(list, strings.ReplaceAll(`@, @_late, @_then, @_before, @_spread, @_late - @_before - @_ageing * span AS @_rise,
  (@_late - @_newest) / greatest(newest_span, 1) - @_ageing AS @_speed`, "@", s))
	}
	return strings.Join(list, ",\n  ")
}

// FailuresSQL lists the failures up to and with a moment: the drone, and when,
// in milliseconds since 1970. It is where outcomes come from, and nothing else.
func FailuresSQL(until time.Time) string {
	return fmt.Sprintf(`SELECT DISTINCT drone_id, unix_millis(happened_at) AS at, part
FROM %s WHERE happened_at <= %s AND kind = 'failure' ORDER BY drone_id, at`, lake.Table(schemas.Maintenance().Topic), lake.Timestamp(until))
}

// date writes a day as SQL.
func date(t time.Time) string { return "DATE '" + t.UTC().Format(time.DateOnly) + "'" }
