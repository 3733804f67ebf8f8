WITH report AS (
  SELECT report_id, any_value(lat) AS lat, any_value(lon) AS lon, arg_min(list_transform(citizens, lambda c: c.peacescore), kafka_offset) AS scores
  FROM reports GROUP BY report_id
),
sighting AS (SELECT district_of(lat, lon) AS district, unnest(scores) AS score FROM report),
banded AS (
  SELECT district, 10 * least(floor(score / 10)::INT, 9) AS peacescore, count(*) AS sightings, sum(score) AS total
  FROM sighting GROUP BY ALL
)
SELECT district, peacescore, sightings, sightings::DOUBLE * 100 / sum(sightings) OVER part AS percent, sum(total) OVER part / sum(sightings) OVER part AS mean
FROM banded WINDOW part AS (PARTITION BY district) ORDER BY district, peacescore
