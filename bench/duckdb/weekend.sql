WITH report AS (SELECT report_id, min(reported_at)::DATE AS day FROM reports GROUP BY report_id),
riot AS (SELECT riot_id, min(detected_at)::DATE AS day FROM riots GROUP BY riot_id),
flown AS (SELECT day, count(*) AS reports FROM report GROUP BY day),
seen AS (SELECT day, count(*) AS riots FROM riot GROUP BY day),
daily AS (
  SELECT if(isodow(day) <= 5, 'week', 'weekend') AS part, reports, coalesce(riots, 0) AS riots FROM flown LEFT JOIN seen USING (day)
),
part AS (
  SELECT part, count(*) AS days, sum(reports)::BIGINT AS reports, sum(riots)::BIGINT AS riots, sum(riots)::DOUBLE * 1440 / sum(reports) AS rate
  FROM daily GROUP BY part
),
apart AS (
  SELECT part, sqrt(any_value(days) / (any_value(days) - 1) * sum((1440 * daily.riots - rate * daily.reports) ** 2)) / any_value(part.reports) AS error
  FROM daily JOIN part USING (part) WHERE days >= 5 GROUP BY part
),
half AS (
  SELECT part, error * (1.959963984540054::DOUBLE + 2.372271230298562::DOUBLE / (days - 1)
    + 2.822498615739611::DOUBLE / (days - 1) ** 2 + 2.555849679507722::DOUBLE / (days - 1) ** 3) AS half
  FROM apart JOIN part USING (part)
)
SELECT part, days, reports, riots, riots / days AS riots_per_day, rate AS riots_per_drone_day, rate - half AS low, rate + half AS high
FROM part LEFT JOIN half USING (part) ORDER BY part
