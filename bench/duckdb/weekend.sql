WITH report AS (SELECT report_id, min(reported_at)::DATE AS day FROM reports GROUP BY report_id),
riot AS (SELECT riot_id, min(detected_at)::DATE AS day FROM riots GROUP BY riot_id),
flown AS (SELECT day, count(*) AS reports FROM report GROUP BY day),
seen AS (SELECT day, count(*) AS riots FROM riot GROUP BY day),
part AS (
  SELECT if(isodow(day) <= 5, 'week', 'weekend') AS part, count(*) AS days, sum(reports)::BIGINT AS reports,
    sum(coalesce(riots, 0))::BIGINT AS riots
  FROM flown LEFT JOIN seen USING (day) GROUP BY part
)
SELECT part, days, reports, riots, riots / days AS riots_per_day, riots::DOUBLE * 1440 / reports AS riots_per_drone_day FROM part ORDER BY part
