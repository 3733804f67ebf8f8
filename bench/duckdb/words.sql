WITH report AS (
  SELECT report_id, list_distinct(arg_min(words, kafka_offset)) AS words,
    bool_or(len(list_filter(citizens, lambda c: c.peacescore < 10)) > 0) AS riot
  FROM reports GROUP BY report_id
),
total AS (SELECT count_if(riot) AS riots, count_if(NOT riot) AS others FROM report),
heard AS (SELECT riot, unnest(words) AS word FROM report),
counted AS (SELECT word, count_if(riot)::BIGINT AS with_riot, count_if(NOT riot)::BIGINT AS without_riot FROM heard GROUP BY word),
compared AS (
  SELECT word, with_riot, without_riot,
    ((with_riot + 1)::DOUBLE / (riots + 1)) / ((without_riot + 1)::DOUBLE / (others + 1)) AS lift
  FROM counted, total
)
SELECT * FROM compared WHERE with_riot >= 5 AND lift > 1 ORDER BY lift DESC, word LIMIT 20
