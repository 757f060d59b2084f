BEGIN TRANSACTION;

SET TimeZone = 'UTC';

-- the entity rows: n their ordinal, t their moment, and the join keys
-- x0 = "user_id"
CREATE TEMPORARY TABLE truepoint_spine (
  n BIGINT NOT NULL,
  t TIMESTAMP,
  x0 BIGINT
);

-- windows of view "spending" at the moment of each entity row, for DuckDB
-- status 1 is present, 3 not found, 4 older than the ttl, 2 an entity row without a key or moment
-- times are microseconds since 1970; null stands for an empty array too, and last_n comes newest first
-- f0 = "payments_7d": count in 7d
-- f1 = "spent_7d": sum of "amount" in 7d, last 10, by "country": keys k, values f
WITH tp_history AS (
  SELECT
    "user_id" AS k0,
    EPOCH_US(CAST("at" AS TIMESTAMP)) AS e,
    "amount" AS v0,
    CAST("country" AS VARCHAR) AS g0
  FROM "public"."payments"
  WHERE "user_id" IS NOT NULL
    AND "at" IS NOT NULL
), tp_moment AS (
  SELECT
    s.n,
    s.x0,
    EPOCH_US(s.t) AS o
  FROM truepoint_spine AS s
  WHERE s.t IS NOT NULL
    AND s.x0 IS NOT NULL
), tp_usable AS (
  SELECT
    m.n,
    m.o,
    h.*
  FROM tp_moment AS m
  JOIN tp_history AS h
    ON h.k0 = m.x0
      AND h.e <= m.o
      AND h.e > m.o - 604800000000
), tp_event AS (
  SELECT
    n,
    v0,
    g0,
    (e > o - 604800000000 AND e <= o) AS w0,
    ROW_NUMBER() OVER (PARTITION BY n ORDER BY e NULLS FIRST) AS place
  FROM tp_usable
), tp_last AS (
  SELECT
    ev.*,
    ROW_NUMBER() OVER (PARTITION BY n, w0 AND g0 IS NOT NULL, g0 ORDER BY place DESC) AS l0
  FROM tp_event AS ev
), tp_window AS (
  SELECT
    n,
    MAX(CASE WHEN w0 THEN 1 ELSE 0 END) AS filled,
    COUNT(CASE WHEN w0 THEN 1 END) AS f0
  FROM tp_last
  GROUP BY n
), tp_group_f1 AS (
  SELECT
    n,
    g0 AS g,
    SUM(CASE WHEN w0 AND g0 IS NOT NULL AND l0 <= 10 THEN v0 END) AS a
  FROM tp_last
  WHERE w0 AND g0 IS NOT NULL
  GROUP BY n, g0
), tp_map_f1 AS (
  SELECT
    n,
    ARRAY_AGG(g ORDER BY g) AS k,
    ARRAY_AGG(a ORDER BY g) AS v
  FROM tp_group_f1
  GROUP BY n
)
SELECT
  s.n,
  CASE WHEN m.n IS NULL THEN 2 WHEN w.filled = 1 THEN 1 ELSE 3 END AS status,
  m.o AS event,
  COALESCE(w.f0, 0) AS f0,
  map1.k AS k1,
  map1.v AS f1
FROM truepoint_spine AS s
LEFT JOIN tp_moment AS m ON m.n = s.n
LEFT JOIN tp_window AS w ON w.n = s.n
LEFT JOIN tp_map_f1 AS map1 ON map1.n = s.n
ORDER BY s.n;

-- view "spending": the rows of its history, and why some of them can answer nobody
SELECT
  COUNT(*) AS total,
  COUNT(CASE WHEN "user_id" IS NULL THEN 1 END) AS no_key,
  COUNT(CASE WHEN "user_id" IS NULL THEN NULL WHEN "at" IS NULL THEN 1 END) AS no_event,
  0 AS no_created,
  COUNT(CASE
    WHEN CAST("at" AS TIMESTAMP) < CAST('0001-01-01T00:00:00Z' AS TIMESTAMP) THEN 1
    WHEN CAST("at" AS TIMESTAMP) > CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMP) THEN 1
  END) AS out_of_range
FROM "public"."payments";
