BEGIN ISOLATION LEVEL REPEATABLE READ;

SET LOCAL TIME ZONE 'UTC';

-- the entity rows: n their ordinal, t their moment, and the join keys
-- x0 = "user_id"
CREATE TEMPORARY TABLE truepoint_spine (
  n bigint NOT NULL,
  t timestamptz,
  x0 bigint
) ON COMMIT DROP;

-- windows of view "visits" at the moment of each entity row, for PostgreSQL
-- status 1 is present, 3 not found, 4 older than the ttl, 2 an entity row without a key or moment
-- times are microseconds since 1970; null stands for an empty array too, and last_n comes newest first
-- f0 = "deviation": stddev_samp of "seconds" in 1d
-- f1 = "mean": mean of "seconds" in 1d, last 10 where "page == \"a\\\\b'c\""
-- f2 = "longest": max of "seconds" in 1d
-- f3 = "pages": count_distinct of "page"
-- f4 = "first": first of "page"
-- f5 = "last_3": last_n of "page" in 1d
WITH tp_history AS (
  SELECT
    "user_id" AS k0,
    CAST(EXTRACT(EPOCH FROM CAST("at" AS timestamptz)) * 1000000 AS bigint) AS e,
    CAST(EXTRACT(EPOCH FROM CAST("known" AS timestamptz)) * 1000000 AS bigint) AS c,
    "visit" AS id,
    "__truepoint_sequence" AS r0,
    "batch" AS r1,
    "page" AS o0,
    "seconds" AS v0,
    "page" AS v1,
    CASE WHEN ("page" COLLATE "C" = E'a\\b''c') THEN TRUE ELSE FALSE END AS p0
  FROM (
SELECT * FROM visits
  ) AS q
  WHERE "user_id" IS NOT NULL
    AND "at" IS NOT NULL
), tp_time AS (
  SELECT
    s.n,
    s.x0,
    CAST(EXTRACT(EPOCH FROM s.t) * 1000000 AS bigint) AS t,
    CAST(EXTRACT(EPOCH FROM s.t) * 1000000 AS bigint) - 3600000000 AS u
  FROM truepoint_spine AS s
  WHERE s.t IS NOT NULL
    AND s.x0 IS NOT NULL
), tp_moment AS (
  SELECT
    n,
    x0,
    t,
    CASE WHEN u - MOD(MOD(u, 86400000000) + 86400000000, 86400000000) >= -62135596800000000 THEN u - MOD(MOD(u, 86400000000) + 86400000000, 86400000000) END AS o
  FROM tp_time
), tp_usable AS (
  SELECT
    m.n,
    m.o,
    h.*,
    ROW_NUMBER() OVER (PARTITION BY m.n, h.id COLLATE "C" ORDER BY h.c DESC NULLS LAST, h.r0 DESC NULLS LAST, h.o0 COLLATE "C" DESC NULLS LAST, h.e DESC NULLS LAST) AS delivery
  FROM tp_moment AS m
  JOIN tp_history AS h
    ON h.k0 = m.x0
      AND h.e <= m.o + 3600000000
      AND h.e + 60000000 <= m.o + 3600000000
      AND COALESCE(h.c, h.e) <= 1773316800000001
      AND COALESCE(h.c, h.e) <= m.o + 3600000000
), tp_event AS (
  SELECT
    n,
    v0,
    v1,
    p0,
    (e > o - 86400000000 AND e <= o) AS w0,
    (e <= o) AS w1,
    ROW_NUMBER() OVER (PARTITION BY n ORDER BY e NULLS FIRST, c NULLS FIRST, r0 NULLS FIRST, r1 COLLATE "C" NULLS FIRST, o0 COLLATE "C" NULLS FIRST) AS place
  FROM tp_usable
  WHERE id IS NULL OR delivery = 1
), tp_last AS (
  SELECT
    ev.*,
    ROW_NUMBER() OVER (PARTITION BY n, w0 AND p0 ORDER BY place DESC) AS l0
  FROM tp_event AS ev
), tp_window AS (
  SELECT
    n,
    MAX(CASE WHEN w0 OR w1 THEN 1 ELSE 0 END) AS filled,
    CASE WHEN COUNT(CASE WHEN w0 THEN v0 END) < 2 THEN NULL WHEN COUNT(CASE WHEN w0 AND NOT (v0 NOT IN ('NaN', 'Infinity', '-Infinity')) THEN 1 END) > 0 THEN CAST('NaN' AS double precision) ELSE STDDEV_SAMP(CASE WHEN w0 AND v0 NOT IN ('NaN', 'Infinity', '-Infinity') THEN CAST(v0 AS double precision) END) END AS f0,
    SUM(CASE WHEN w0 AND p0 AND l0 <= 10 THEN CAST(v0 AS double precision) END) / COUNT(CASE WHEN w0 AND p0 AND l0 <= 10 THEN v0 END) AS f1,
    (ARRAY_AGG(v0 ORDER BY CASE WHEN (v0 = 'NaN') THEN 1 ELSE 0 END, -v0, CASE WHEN v0 = 0 AND CAST(v0 AS text) = '-0' THEN 0 ELSE 1 END DESC) FILTER (WHERE w0 AND v0 IS NOT NULL))[1] AS f2,
    COUNT(DISTINCT CASE WHEN w1 THEN v1 COLLATE "C" END) AS f3,
    (ARRAY_AGG(v1 ORDER BY place) FILTER (WHERE w1 AND v1 IS NOT NULL))[1] AS f4,
    (ARRAY_AGG(v1 ORDER BY place DESC) FILTER (WHERE w0 AND v1 IS NOT NULL))[1:3] AS f5
  FROM tp_last
  GROUP BY n
)
SELECT
  s.n,
  CASE WHEN m.n IS NULL THEN 2 WHEN w.filled = 1 AND m.t - m.o > 345600000000 THEN 4 WHEN w.filled = 1 THEN 1 ELSE 3 END AS status,
  m.o AS event,
  w.f0 AS f0,
  w.f1 AS f1,
  w.f2 AS f2,
  COALESCE(w.f3, 0) AS f3,
  w.f4 AS f4,
  w.f5 AS f5
FROM truepoint_spine AS s
LEFT JOIN tp_moment AS m ON m.n = s.n
LEFT JOIN tp_window AS w ON w.n = s.n
ORDER BY s.n;

-- view "visits": the rows of its history, and why some of them can answer nobody
SELECT
  COUNT(*) AS total,
  COUNT(CASE WHEN "user_id" IS NULL THEN 1 END) AS no_key,
  COUNT(CASE WHEN "user_id" IS NULL THEN NULL WHEN "at" IS NULL THEN 1 END) AS no_event,
  0 AS no_created,
  COUNT(CASE
    WHEN CAST("at" AS timestamptz) < CAST('0001-01-01T00:00:00Z' AS timestamptz) THEN 1
    WHEN CAST("at" AS timestamptz) > CAST('9999-12-31T23:59:59.999999Z' AS timestamptz) THEN 1
    WHEN CAST("known" AS timestamptz) < CAST('0001-01-01T00:00:00Z' AS timestamptz) THEN 1
    WHEN CAST("known" AS timestamptz) > CAST('9999-12-31T23:59:59.999999Z' AS timestamptz) THEN 1
  END) AS out_of_range
FROM (
SELECT * FROM visits
) AS q;
