WITH report AS (
  SELECT drone_id, seq, min(kafka_offset) AS arrived, min(battery_pct) AS battery FROM reports GROUP BY drone_id, seq
),
arriving AS (
  SELECT *, max(seq) OVER (PARTITION BY drone_id ORDER BY arrived ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest FROM report
),
drone AS (
  SELECT drone_id AS name, max(seq) - min(seq) + 1 AS expected, max(seq) - min(seq) + 1 - count(*) AS missing,
    count_if(seq < highest) AS late, count_if(battery < 20) AS empty, min(battery) AS lowest
  FROM arriving GROUP BY drone_id
),
named AS (
  SELECT * FROM drone
  UNION ALL
  SELECT 'all', sum(expected), sum(missing), sum(late), sum(empty), min(lowest) FROM drone HAVING count(*) > 0
),
rated AS (SELECT *, (missing + late) / expected AS bad, 3.290526731491926::DOUBLE ** 2 / expected AS z FROM named),
placed AS (
  SELECT *, (bad + z / 2) / (1 + z) AS centre, sqrt(z * bad * (1 - bad) + z * z / 4) / (1 + z) AS half,
    row_number() OVER (PARTITION BY name = 'all' ORDER BY bad DESC, name) AS place
  FROM rated
)
SELECT name AS drone, expected::BIGINT AS expected, missing::BIGINT AS missing, late::BIGINT AS late, bad AS bad_share,
  centre - half AS low, centre + half AS high, empty::BIGINT AS nearly_empty, lowest::DOUBLE AS lowest_battery_pct
FROM placed WHERE place <= 20 ORDER BY name = 'all', place
