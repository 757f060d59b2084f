"""DuckDB's side of bench/window: make DATA SCALE | join DATA KIND | eval DATA KIND | compare DATA KIND, KIND range or window."""
import resource
import sys
import time

import duckdb

step, data, argument = sys.argv[1:4]
c = duckdb.connect()
c.execute("SET threads=2; SET TimeZone='UTC'; SET memory_limit='8GB'; SET enable_progress_bar=false")
c.execute(f"SET temp_directory='{data}/tmp'; SET preserve_insertion_order=false")
SPINE, EVENTS = f"'{data}/spine.parquet'", f"'{data}/events.parquet'"
SNAPPY = "(FORMAT PARQUET, COMPRESSION SNAPPY)"
WINDOWS = {"h": 3600, "d": 86400, "w": 7 * 86400, "m": 30 * 86400}  # seconds


def by_range(spine):
    """Joins each entity row with the events of the longest window and aggregates what the shorter ones hold of them."""
    cells = ", ".join(f"""count(*) FILTER (age < {s}000000) AS count_{w}, sum(amount) FILTER (age < {s}000000) AS sum_{w},
      max(amount) FILTER (age < {s}000000) AS max_{w}""" for w, s in WINDOWS.items())
    return f"""WITH pairs AS (SELECT s.row_id, e.amount, epoch_us(s.event_ts) - epoch_us(e.event_ts) AS age FROM {spine} s
        JOIN {EVENTS} e ON s.entity_id = e.entity_id AND e.event_ts <= s.event_ts AND e.event_ts > s.event_ts - INTERVAL 30 DAY),
      groups AS (SELECT row_id, {cells} FROM pairs GROUP BY row_id)
      SELECT s.row_id, g.* EXCLUDE (row_id) FROM {spine} s LEFT JOIN groups g ON s.row_id = g.row_id"""


def by_window(spine):
    """Puts entity rows among the events, without an amount, and looks back from each."""
    cells = ", ".join(f"count(amount) OVER {w} AS count_{w}, sum(amount) OVER {w} AS sum_{w}, max(amount) OVER {w} AS max_{w}" for w in WINDOWS)
    frames = ", ".join(f"{w} AS (PARTITION BY entity_id ORDER BY t RANGE BETWEEN {s}000000 - 1 PRECEDING AND CURRENT ROW)" for w, s in WINDOWS.items())
    return f"""SELECT * EXCLUDE (entity_id, t, amount) FROM (SELECT row_id, entity_id, t, amount, {cells} FROM (
        SELECT row_id, entity_id, epoch_us(event_ts) AS t, NULL::DOUBLE AS amount FROM {spine}
        UNION ALL SELECT NULL, entity_id, epoch_us(event_ts), amount FROM {EVENTS}) WINDOW {frames}) WHERE row_id IS NOT NULL"""


if step == "make":
    rows, keys = round(20_000_000 * float(argument)), max(1, round(200_000 * float(argument)))
    # 60 days of events with amounts in cents, in order of time; entity rows lie anywhere in them.
    c.execute(f"""COPY (SELECT (hash(i*7) % {keys})::BIGINT AS entity_id,
      TIMESTAMP '2026-01-01' + INTERVAL (i * {60 * 86400 * 1000000 // rows}) MICROSECOND AS event_ts,
      (hash(i+1) % 100000)/100.0::DOUBLE AS amount FROM range({rows}) t(i) ORDER BY i) TO {EVENTS} {SNAPPY}""")
    c.execute(f"""COPY (SELECT i AS row_id, (hash(i*13) % {keys})::BIGINT AS entity_id,
      TIMESTAMP '2026-01-01' + INTERVAL (hash(i*17) % 5184000) SECOND AS event_ts
      FROM range({rows // 20}) t(i) ORDER BY i) TO {SPINE} {SNAPPY}""")
elif step in ("join", "eval"):
    query = by_range if argument == "range" else by_window
    if step == "eval":
        c.execute(f"CREATE TEMP TABLE spine AS SELECT * FROM {SPINE}")
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        c.execute(f"CREATE TEMP TABLE result AS {query('spine')}")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print("cost", time.perf_counter_ns() - wall, time.process_time_ns() - cpu, peak)
    else:
        c.execute(f"COPY ({query(SPINE)}) TO '{data}/{argument}.parquet' {SNAPPY}")
elif step == "compare":
    # Counts and maxima are equal; DuckDB rounds each addition, ours rounds once.
    differs = " OR ".join(f"""o.count_{w} <> coalesce(t.count_{w}, 0) OR o.max_{w} IS DISTINCT FROM t.max_{w}
      OR (o.sum_{w} IS NULL) <> (t.sum_{w} IS NULL) OR abs(o.sum_{w} - t.sum_{w}) > 1e-12 * abs(t.sum_{w})""" for w in WINDOWS)
    expected, rows, wrong, events, empty = c.execute(f"""
      SELECT (SELECT count(*) FROM {SPINE}), count(*), count(*) FILTER ({differs}), sum(o.count_m), count(*) FILTER (o.count_h = 0)
      FROM '{data}/ours.parquet' o JOIN '{data}/{argument}.parquet' t USING (row_id)""").fetchone()
    print(f"compared {rows} rows with {argument} SQL: {events} events in the longest windows, {empty} of the shortest are empty, "
          f"{wrong} rows differ (DuckDB {duckdb.__version__})", flush=True)
    if rows != expected or wrong:
        sys.exit("the answers differ")
