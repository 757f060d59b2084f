BEGIN TRANSACTION;

-- the entity rows: n their ordinal, t their moment, and the join keys
-- x0 = "card_no"
-- x1 = "card_issued"
CREATE TEMP TABLE truepoint_spine (
  n INT64 NOT NULL,
  t TIMESTAMP,
  x0 STRING,
  x1 TIMESTAMP
);

-- view "card" at the moment of each entity row, for BigQuery
-- status 1 is present, 3 not found, 4 older than the ttl; where rows tie, the first one answers
-- f0 = "amount"
-- f1 = "bank"
WITH tp_history AS (
  SELECT
    `card` AS k0,
    `issued` AS k1,
    CAST(`at` AS TIMESTAMP) AS e,
    CAST(`created` AS TIMESTAMP) AS c,
    `gone` AS d,
    `__truepoint_sequence` AS r0,
    `batch` AS r1,
    `score` AS r2,
    `amount` AS o0,
    `bank` AS o1,
    `amount` AS f0,
    `bank` AS f1
  FROM (
SELECT *, 'a;b' AS note FROM cards -- of all banks
  ) AS q
  WHERE `card` IS NOT NULL
    AND `issued` IS NOT NULL
    AND `at` IS NOT NULL
), tp_visible AS (
  SELECT
    s.n,
    s.t,
    h.e,
    h.c,
    h.d,
    h.o0,
    h.o1,
    h.f0,
    h.f1,
    RANK() OVER (
      PARTITION BY s.n
      ORDER BY
        h.e DESC NULLS LAST,
        h.c DESC NULLS LAST,
        h.r0 DESC NULLS LAST,
        h.r1 DESC NULLS LAST,
        CASE WHEN h.r2 IS NULL THEN 0 WHEN IS_NAN(h.r2) THEN 2 ELSE 1 END DESC NULLS LAST,
        h.r2 DESC NULLS LAST,
        CASE WHEN h.r2 = 0 AND IEEE_DIVIDE(1, h.r2) < 0 THEN 0 ELSE 1 END DESC NULLS LAST
    ) AS place
  FROM truepoint_spine AS s
  JOIN tp_history AS h
    ON h.k0 = s.x0
      AND h.k1 = s.x1
      AND h.e <= s.t
      AND TIMESTAMP_DIFF(s.t, h.e, MICROSECOND) >= 600000000
      AND COALESCE(h.c, h.e) <= CAST('2026-03-12T12:00:00.000001Z' AS TIMESTAMP)
), tp_newest AS (
  SELECT
    n,
    e,
    c,
    o0,
    o1,
    f0,
    f1,
    CASE WHEN TIMESTAMP_DIFF(t, e, MICROSECOND) > 3600000000 THEN 4 WHEN d THEN 3 ELSE 1 END AS status
  FROM tp_visible
  WHERE place = 1
)
SELECT
  s.n,
  COALESCE(w.status, 3) AS status,
  w.e AS event,
  w.c AS created,
  CASE WHEN w.status = 1 THEN w.f0 END AS f0,
  CASE WHEN w.status = 1 THEN w.f1 END AS f1
FROM truepoint_spine AS s
LEFT JOIN tp_newest AS w ON w.n = s.n
ORDER BY
  s.n,
  CASE WHEN w.o0 IS NULL THEN 0 WHEN IS_NAN(w.o0) THEN 2 ELSE 1 END DESC NULLS LAST,
  w.o0 DESC NULLS LAST,
  CASE WHEN w.o0 = 0 AND IEEE_DIVIDE(1, w.o0) < 0 THEN 0 ELSE 1 END DESC NULLS LAST,
  w.o1 DESC NULLS LAST,
  status DESC;

-- view "card": the rows of its history, and why some of them can answer nobody
SELECT
  COUNT(*) AS total,
  COUNT(CASE WHEN `card` IS NULL THEN 1 WHEN `issued` IS NULL THEN 1 END) AS no_key,
  COUNT(CASE WHEN `card` IS NULL THEN NULL WHEN `issued` IS NULL THEN NULL WHEN `at` IS NULL THEN 1 END) AS no_event,
  0 AS no_created,
  COUNT(CASE
    WHEN NOT TIMESTAMP_TRUNC(CAST(`issued` AS TIMESTAMP), SECOND) = CAST(`issued` AS TIMESTAMP) THEN 1
    WHEN CAST(`at` AS TIMESTAMP) < CAST('0001-01-01T00:00:00Z' AS TIMESTAMP) THEN 1
    WHEN CAST(`at` AS TIMESTAMP) > CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMP) THEN 1
    WHEN CAST(`created` AS TIMESTAMP) < CAST('0001-01-01T00:00:00Z' AS TIMESTAMP) THEN 1
    WHEN CAST(`created` AS TIMESTAMP) > CAST('9999-12-31T23:59:59.999999Z' AS TIMESTAMP) THEN 1
  END) AS out_of_range
FROM (
SELECT *, 'a;b' AS note FROM cards -- of all banks
) AS q;

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
      AND COALESCE(h.c, h.e) <= CAST('2026-03-12T12:00:00.000001Z' AS TIMESTAMP)
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
