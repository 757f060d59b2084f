BEGIN TRANSACTION;

SET TimeZone = 'UTC';

-- the entity rows: n their ordinal, t their moment, and the join keys
-- x0 = "user_id"
CREATE TEMPORARY TABLE truepoint_spine (
  n BIGINT NOT NULL,
  t TIMESTAMP,
  x0 BIGINT
);

-- view "user_stats" at the moment of each entity row, for DuckDB
-- status 1 is present, 3 not found, 4 older than the ttl; where rows tie, the first one answers
-- f0 = "amount"
WITH tp_history AS (
  SELECT
    "user_id" AS k0,
    CAST("event_timestamp" AS TIMESTAMP) AS e,
    "amount" AS f0
  FROM "public"."user_stats"
  WHERE "user_id" IS NOT NULL
    AND "event_timestamp" IS NOT NULL
), tp_visible AS (
  SELECT
    s.n,
    s.t,
    h.e,
    h.f0,
    RANK() OVER (
      PARTITION BY s.n
      ORDER BY
        h.e DESC NULLS LAST
    ) AS place
  FROM truepoint_spine AS s
  JOIN tp_history AS h
    ON h.k0 = s.x0
      AND h.e <= s.t
), tp_newest AS (
  SELECT
    n,
    e,
    f0,
    CASE WHEN DATE_DIFF('microsecond', e, t) > 604800000000 THEN 4 ELSE 1 END AS status
  FROM tp_visible
  WHERE place = 1
)
SELECT
  s.n,
  COALESCE(w.status, 3) AS status,
  w.e AS event,
  CAST(NULL AS TIMESTAMP) AS created,
  CASE WHEN w.status = 1 THEN w.f0 END AS f0
FROM truepoint_spine AS s
LEFT JOIN tp_newest AS w ON w.n = s.n
ORDER BY
  s.n,
  status DESC;

-- view "user_stats": the rows of its history, and why some of them can answer nobody
SELECT
  COUNT(*) AS total,
  COUNT(CASE WHEN "user_id" IS NULL THEN 1 END) AS no_key,
  COUNT(CASE WHEN "user_id" IS NULL THEN NULL WHEN "event_timestamp" IS NULL THEN 1 END) AS no_event,
  0 AS no_created,
  COUNT(CASE
    WHEN CAST("event_timestamp" AS TIMESTAMP) < CAST('0001-01-01T00:00:00Z' AS TIMESTAMP) THEN 1
    WHEN CAST("event_timestamp" AS TIMESTAMP) > CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMP) THEN 1
  END) AS out_of_range
FROM "public"."user_stats";
