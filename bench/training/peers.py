"""The yardsticks of rows 14 and 15: STEP DATA SCALE [OUT].

make: the data. argmax, asof, polars: the join, Parquet to Parquet. truth: the join in which rows that tie are ordered by
created time and then by position, as semantics has it, with the times that answer. compare OUT: a yardstick's answer
against the truth; rows that a tie may answer are left out. same OUT: against the truth, all rows."""
import os
import sys

step, data, scale = sys.argv[1], sys.argv[2], float(sys.argv[3])
out = sys.argv[4] if len(sys.argv) > 4 else ""
VIEWS, ROWS, SPINE, KEYS = range(5), int(20_000_000 * scale), int(1_000_000 * scale), int(1_000_000 * scale)
FEATURES, TTL = [f"f{i}" for i in range(6)], "INTERVAL 10 DAY"


def view(v):
    return f"{data}/view{v}.parquet"


def duck():
    import duckdb
    c = duckdb.connect()
    c.execute(f"SET threads=2; SET TimeZone='UTC'; SET memory_limit='12GB'; SET temp_directory='{data}/tmp'; SET enable_progress_bar=false")
    return c


def sink(c, query, path):
    c.execute(f"COPY ({query}) TO '{path}' (FORMAT PARQUET, COMPRESSION SNAPPY)")


def make(c):
    for v in VIEWS:
        # Every hundredth row repeats key and event time of the row before it, and half of those its created time too.
        n = "(i - (i%100=0)::INT)"
        step_us = int(129_600 / scale)
        sink(c, f"""SELECT (hash({n}*7+{v}) % {KEYS})::BIGINT AS entity_id,
          TIMESTAMP '2026-01-01' + INTERVAL ({n}*{step_us}) MICROSECOND AS event_ts,
          TIMESTAMP '2026-01-01' + INTERVAL ({n}*{step_us} + 1000000 + (i%200=0)::INT) MICROSECOND AS created_ts,
          (hash(i+{v})%100000)/1000.0::DOUBLE f0, (hash(i+1)%100000)/1000.0::DOUBLE f1, (hash(i+2)%1000)::DOUBLE f2,
          (hash(i+3)%1000)::DOUBLE f3, (hash(i+4)%100)::BIGINT f4, (hash(i+5)%10000)::BIGINT f5
          FROM range(1, {ROWS + 1}) t(i)""", view(v))
    for name, rows in (("spine", SPINE), ("huge", 10 * SPINE)):
        sink(c, f"""SELECT i AS row_id, (hash(i*13) % {KEYS})::BIGINT AS entity_id,
          TIMESTAMP '2026-01-01' + INTERVAL (hash(i*17) % 2592000) SECOND AS event_ts, (hash(i) % 2)::INT AS label
          FROM range({rows}) t(i)""", f"{data}/{name}.parquet")


def asof():
    cells = ", ".join(f"CASE WHEN v{v}.event_ts >= s.event_ts - {TTL} THEN v{v}.{f} END AS view{v}__{f}" for v in VIEWS for f in FEATURES)
    joins = " ".join(f"ASOF LEFT JOIN '{view(v)}' v{v} ON s.entity_id = v{v}.entity_id AND s.event_ts >= v{v}.event_ts" for v in VIEWS)
    return f"SELECT s.row_id, s.entity_id, s.event_ts, s.label, {cells} FROM '{data}/spine.parquet' s {joins}"


def argmax(order, extra=""):
    row = "{" + ", ".join(f"'{f}': v.{f}" for f in FEATURES + (["event_ts"] if extra else [])) + "}"
    best = ", ".join(f"""j{v} AS (SELECT s.row_id, arg_max({row}, {order}) AS x FROM '{data}/spine.parquet' s
      JOIN read_parquet('{view(v)}', file_row_number=true) v ON s.entity_id = v.entity_id AND s.event_ts >= v.event_ts
      AND v.event_ts >= s.event_ts - {TTL} GROUP BY 1)""" for v in VIEWS)
    cells = ", ".join(f"j{v}.x.{f} AS view{v}__{f}" for v in VIEWS for f in FEATURES)
    if extra:
        cells += "".join(f", j{v}.x.event_ts AS at{v}" for v in VIEWS)
    joins = " ".join(f"LEFT JOIN j{v} ON s.row_id = j{v}.row_id" for v in VIEWS)
    return f"WITH {best} SELECT s.row_id, s.entity_id, s.event_ts, s.label, {cells} FROM '{data}/spine.parquet' s {joins}"


def polars():
    os.environ["POLARS_MAX_THREADS"] = "2"
    import polars as pl
    s = pl.scan_parquet(f"{data}/spine.parquet").sort("event_ts")
    for v in VIEWS:
        names = {f: f"view{v}__{f}" for f in FEATURES}
        f = pl.scan_parquet(view(v)).select(["entity_id", "event_ts"] + FEATURES).rename(names).set_sorted("event_ts")
        s = s.join_asof(f, on="event_ts", by="entity_id", strategy="backward", tolerance="10d", check_sortedness=False)
    s.sink_parquet(out, compression="snappy")


def differing(c, ties):
    wrong, tied = 0, 0
    for v in VIEWS:
        differs = " OR ".join(f"o.view{v}__{f} IS DISTINCT FROM t.view{v}__{f}" for f in FEATURES)
        left_out = f"SELECT entity_id, event_ts FROM '{view(v)}' GROUP BY ALL HAVING count(*) > 1" if ties else "SELECT NULL::BIGINT AS entity_id, NULL::TIMESTAMP AS event_ts"
        rows, w, x = c.execute(f"""SELECT count(*), count(*) FILTER (({differs}) AND x.entity_id IS NULL), count(x.entity_id)
          FROM '{out}' o JOIN '{data}/truth.parquet' t USING (row_id)
          LEFT JOIN ({left_out}) x ON t.entity_id = x.entity_id AND t.at{v} = x.event_ts""").fetchone()
        wrong, tied = wrong + w, tied + x
        if rows != SPINE:
            sys.exit(f"{out} has {rows} of {SPINE} rows")
    print(f"{os.path.basename(out)}: {SPINE} rows in {len(VIEWS)} views, {tied} left out for ties, {wrong} differ", flush=True)
    if wrong:
        sys.exit("the answers differ")


if step == "polars":
    polars()
else:
    c = duck()
    if step == "make":
        make(c)
    elif step == "truth":
        sink(c, argmax("{'a': v.event_ts, 'b': v.created_ts, 'c': v.file_row_number}", extra="times"), f"{data}/truth.parquet")
    elif step in ("compare", "same"):
        differing(c, step == "compare")
    else:
        c.execute("SET preserve_insertion_order=false")
        sink(c, asof() if step == "asof" else argmax("v.event_ts"), out)
