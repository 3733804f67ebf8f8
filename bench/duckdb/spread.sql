WITH observed AS (
  SELECT DISTINCT floor(epoch(reported_at) / 1800)::BIGINT AS slot, floor(lat / 0.018::DOUBLE)::INT AS north, floor(lon / 0.025::DOUBLE)::INT AS east
  FROM reports
),
rioter AS (
  SELECT DISTINCT floor(epoch(detected_at) / 1800)::BIGINT AS slot, floor(lat / 0.018::DOUBLE)::INT AS north,
    floor(lon / 0.025::DOUBLE)::INT AS east, citizen_id
  FROM riots
),
source AS (SELECT slot, north, east, list(citizen_id) AS rioters FROM rioter GROUP BY ALL),
look AS (
  SELECT s.rioters, dn = 0 AND de = 0 AS same, week <> 0 AS usual, o.slot, o.north, o.east
  FROM source s, (VALUES (0), (-336), (336)) AS weeks (week), (VALUES (-1), (0), (1)) AS ns (dn), (VALUES (-1), (0), (1)) AS es (de),
    observed o
  WHERE o.slot = s.slot + 1 + week AND o.north = s.north + dn AND o.east = s.east + de
),
found AS (
  SELECT same, usual, len(list_filter(later.rioters, lambda c: NOT list_contains(look.rioters, c))) > 0 AS riot
  FROM look LEFT JOIN source AS later USING (slot, north, east)
),
counted AS (
  SELECT same, count_if(NOT usual)::BIGINT AS after, count_if(NOT usual AND riot)::BIGINT AS after_riots,
    count_if(usual)::BIGINT AS usually, count_if(usual AND riot)::BIGINT AS usual_riots
  FROM found GROUP BY same
),
rated AS (
  SELECT *, after_riots / nullif(after, 0) AS chance_after, usual_riots / nullif(usually, 0) AS chance_usual,
    1.959963984540054::DOUBLE * sqrt(1 / nullif(after_riots, 0) - 1 / nullif(after, 0) + 1 / nullif(usual_riots, 0) - 1 / nullif(usually, 0)) AS width
  FROM counted
)
SELECT if(same, 'same', 'around') AS square, after, after_riots, chance_after, usually AS usual, usual_riots, chance_usual,
  chance_after / nullif(chance_usual, 0) AS ratio, chance_after / nullif(chance_usual, 0) / exp(width) AS low,
  chance_after / nullif(chance_usual, 0) * exp(width) AS high
FROM rated ORDER BY same DESC
