WITH report AS (SELECT report_id, min(reported_at) AS moment, any_value(lat) AS lat, any_value(lon) AS lon FROM reports GROUP BY report_id),
riot AS (SELECT riot_id, min(detected_at) AS moment, any_value(lat) AS lat, any_value(lon) AS lon FROM riots GROUP BY riot_id),
flown AS (SELECT district_of(lat, lon) AS district, hour(moment) AS hour, count(*) AS reports FROM report GROUP BY ALL),
seen AS (SELECT district_of(lat, lon) AS district, hour(moment) AS hour, count(*) AS riots FROM riot GROUP BY ALL)
SELECT district, hour, coalesce(riots, 0) AS riots, reports, coalesce(riots, 0)::DOUBLE * 1000 / reports AS riots_per_1000_reports
FROM flown LEFT JOIN seen USING (district, hour) ORDER BY district, hour
