"""DuckDB's side of bench/pit: make DATA | join DATA OUT | eval DATA | compare DATA."""
import resource
import sys
import time

import duckdb

step, data = sys.argv[1], sys.argv[2]
c = duckdb.connect()
c.execute("SET threads=2; SET TimeZone='UTC'; SET memory_limit='8GB'; SET enable_progress_bar=false")
c.execute(f"SET temp_directory='{data}/tmp'")
FEATURES = [f"f{i}" for i in range(6)]
SPINE, VIEW = f"'{data}/spine.parquet'", f"'{data}/view.parquet'"
SNAPPY = "(FORMAT PARQUET, COMPRESSION SNAPPY)"

if step == "make":
    # Every hundredth row repeats key and event time of the row before it, and half of those its created time too.
    rows = """SELECT (hash((i - (i%100=0)::INT)*7) % 1000000)::BIGINT AS entity_id,
      TIMESTAMP '2026-01-01' + INTERVAL ((i - (i%100=0)::INT)*129600) MICROSECOND AS event_ts,
      TIMESTAMP '2026-01-01' + INTERVAL ((i - (i%100=0)::INT)*129600 + 1000000 + (i%200=0)::INT) MICROSECOND AS created_ts,
      (hash(i)%100000)/1000.0::DOUBLE f0, (hash(i+1)%100000)/1000.0::DOUBLE f1, (hash(i+2)%1000)::DOUBLE f2,
      (hash(i+3)%1000)::DOUBLE f3, (hash(i+4)%100)::BIGINT f4, (hash(i+5)%10000)::BIGINT f5
      FROM range(1, 20000001) t(i)"""
    c.execute(f"COPY ({rows}) TO {VIEW} {SNAPPY}")
    c.execute(f"COPY (SELECT 'user_' || entity_id AS entity_id, * EXCLUDE entity_id FROM {VIEW}) TO '{data}/view_string.parquet' {SNAPPY}")
    c.execute(f"""COPY (SELECT i AS row_id, (hash(i*13) % 1000000)::BIGINT AS entity_id,
      TIMESTAMP '2026-01-01' + INTERVAL (hash(i*17) % 2592000) SECOND AS event_ts, (hash(i) % 2)::INT AS label
      FROM range(1000000) t(i)) TO {SPINE} {SNAPPY}""")
elif step in ("join", "eval"):
    c.execute("SET preserve_insertion_order=false")
    spine = SPINE
    if step == "eval":
        spine = "spine"
        c.execute(f"CREATE TEMP TABLE spine AS SELECT * FROM {SPINE}")
    cells = ", ".join(f"CASE WHEN v.event_ts >= s.event_ts - INTERVAL 10 DAY THEN v.{f} END AS {f}" for f in FEATURES)
    query = f"""SELECT s.row_id, s.entity_id, s.event_ts, s.label, {cells} FROM {spine} s
      ASOF LEFT JOIN {VIEW} v ON s.entity_id = v.entity_id AND s.event_ts >= v.event_ts"""
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    if step == "join":
        c.execute(f"COPY ({query}) TO '{sys.argv[3]}' {SNAPPY}")
    else:
        c.execute(f"CREATE TEMP TABLE result AS {query}")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print("cost", time.perf_counter_ns() - wall, time.process_time_ns() - cpu, peak)
elif step == "compare":
    # ASOF has no rule for equal event times: rows that a tie may answer are left out.
    differs = " OR ".join(f"o.{f} IS DISTINCT FROM t.{f}" for f in FEATURES)
    rows, tied, wrong, present = c.execute(f"""
      WITH tied AS (SELECT entity_id, event_ts FROM {VIEW} GROUP BY ALL HAVING count(*) > 1),
      answers AS (SELECT s.row_id, v.event_ts AS event FROM {SPINE} s
        ASOF LEFT JOIN (SELECT DISTINCT entity_id, event_ts FROM {VIEW}) v ON s.entity_id = v.entity_id AND s.event_ts >= v.event_ts),
      pairs AS (SELECT o.entity_id, a.event, {differs} AS differs, o.f0 IS NOT NULL AS present
        FROM '{data}/ours.parquet' o JOIN '{data}/theirs.parquet' t USING (row_id) JOIN answers a USING (row_id))
      SELECT count(*), count(*) FILTER (x.entity_id IS NOT NULL), count(*) FILTER (x.entity_id IS NULL AND differs), count(*) FILTER (present)
      FROM pairs b LEFT JOIN tied x ON b.entity_id = x.entity_id AND b.event = x.event_ts""").fetchone()
    print(f"compared {rows} rows, {present} with values, {tied} left out for ties, {wrong} differ (DuckDB {duckdb.__version__})", flush=True)
    if rows != 1000000 or wrong:
        sys.exit("the answers differ")
