BEGIN TRANSACTION;

-- the entity rows: n their ordinal, t their moment, and the join keys
CREATE TEMP TABLE truepoint_spine (
  n INT64 NOT NULL,
  t TIMESTAMP
);

-- view "rates" at the moment of each entity row, for BigQuery
-- status 1 is present, 3 not found, 4 older than the ttl; where rows tie, the first one answers
-- f0 = "eur"
WITH tp_history AS (
  SELECT
    CAST(`day` AS TIMESTAMP) AS e,
    CAST(`known` AS TIMESTAMP) AS c,
    `eur` AS f0
  FROM `rates`
  WHERE `day` IS NOT NULL
    AND `known` IS NOT NULL
), tp_visible AS (
  SELECT
    s.n,
    s.t,
    h.e,
    h.c,
    h.f0,
    RANK() OVER (
      PARTITION BY s.n
      ORDER BY
        h.e DESC NULLS LAST,
        h.c DESC NULLS LAST
    ) AS place
  FROM truepoint_spine AS s
  JOIN tp_history AS h
    ON h.e <= s.t
      AND h.c <= s.t
      AND COALESCE(h.c, h.e) <= s.t
), tp_newest AS (
  SELECT
    n,
    e,
    c,
    f0,
    1 AS status
  FROM tp_visible
  WHERE place = 1
)
SELECT
  s.n,
  COALESCE(w.status, 3) AS status,
  w.e AS event,
  w.c AS created,
  CASE WHEN w.status = 1 THEN w.f0 END AS f0
FROM truepoint_spine AS s
LEFT JOIN tp_newest AS w ON w.n = s.n
ORDER BY
  s.n,
  status DESC;

-- view "rates": the rows of its history, and why some of them can answer nobody
SELECT
  COUNT(*) AS total,
  0 AS no_key,
  COUNT(CASE WHEN `day` IS NULL THEN 1 END) AS no_event,
  COUNT(CASE WHEN `day` IS NULL THEN NULL WHEN `known` IS NULL THEN 1 END) AS no_created,
  COUNT(CASE
    WHEN CAST(`day` AS TIMESTAMP) < CAST('0001-01-01T00:00:00Z' AS TIMESTAMP) THEN 1
    WHEN CAST(`day` AS TIMESTAMP) > CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMP) THEN 1
    WHEN CAST(`known` AS TIMESTAMP) < CAST('0001-01-01T00:00:00Z' AS TIMESTAMP) THEN 1
    WHEN CAST(`known` AS TIMESTAMP) > CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMP) THEN 1
  END) AS out_of_range
FROM `rates`;
