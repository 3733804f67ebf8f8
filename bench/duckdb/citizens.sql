WITH seen AS (SELECT unnest(citizens).citizen_id AS citizen_id FROM reports),
citizen AS (SELECT count(DISTINCT citizen_id) AS n FROM seen),
riot AS (SELECT riot_id, any_value(citizen_id) AS citizen_id FROM riots GROUP BY riot_id),
rioter AS (SELECT citizen_id, count(*) AS riots FROM riot GROUP BY citizen_id),
ranked AS (SELECT riots, row_number() OVER (ORDER BY riots DESC, citizen_id) AS place FROM rioter),
parts AS (SELECT * FROM (VALUES (1, 'top 1%'), (10, 'top 10%'), (100, 'all')) AS parts (percent, name)),
sized AS (SELECT percent, name, (n * percent + 99) // 100 AS citizens FROM parts, citizen),
summed AS (
  SELECT percent, name, any_value(citizens)::BIGINT AS citizens, coalesce(sum(riots), 0)::BIGINT AS riots
  FROM sized LEFT JOIN ranked ON percent = 100 OR place <= citizens GROUP BY percent, name
)
SELECT name AS "group", citizens, riots, riots / nullif(max(riots) OVER (), 0) AS share FROM summed ORDER BY percent
