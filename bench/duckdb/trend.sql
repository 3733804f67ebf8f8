WITH report AS (SELECT report_id, min(reported_at)::DATE AS day FROM reports GROUP BY report_id),
riot AS (SELECT riot_id, min(detected_at)::DATE AS day FROM riots GROUP BY riot_id),
flown AS (SELECT day, count(*) AS reports FROM report GROUP BY day),
seen AS (SELECT day, count(*) AS riots FROM riot GROUP BY day),
daily AS (
  SELECT day, isodow(day) > 5 AS weekend, (day - (SELECT min(day) FROM flown))::DOUBLE AS x, reports, coalesce(riots, 0) AS riots,
    coalesce(riots, 0)::DOUBLE * 1440 / reports AS y
  FROM flown LEFT JOIN seen USING (day)
),
centred AS (
  SELECT *, sum(reports) OVER part AS weight, sum(reports * y) OVER part / sum(reports) OVER part AS level,
    x - sum(reports * x) OVER part / sum(reports) OVER part AS dx
  FROM daily WINDOW part AS (PARTITION BY weekend)
),
line AS (
  SELECT sum(reports * dx * (y - level)) / nullif(sum(reports * dx * dx), 0) AS slope, sum(reports * dx * dx) AS reach,
    nullif(greatest(count(*) - 1 - count(DISTINCT weekend), 0), 0)::DOUBLE AS freedom
  FROM centred
),
fitted AS (SELECT *, level + slope * dx AS expected FROM centred, line),
width AS (
  SELECT sqrt(sum(reports * (y - expected) ** 2) / any_value(freedom)) * (1.959963984540054::DOUBLE + 2.372271230298562::DOUBLE / any_value(freedom)
    + 2.822498615739611::DOUBLE / any_value(freedom) ** 2 + 2.555849679507722::DOUBLE / any_value(freedom) ** 3) AS width
  FROM fitted
)
SELECT day, reports, riots, y AS riots_per_drone_day, expected,
  expected - width * sqrt(1 / weight + dx * dx / reach) AS low, expected + width * sqrt(1 / weight + dx * dx / reach) AS high,
  7 * slope AS change_per_week, 7 * (slope - width / sqrt(reach)) AS change_low, 7 * (slope + width / sqrt(reach)) AS change_high
FROM fitted, width ORDER BY day
