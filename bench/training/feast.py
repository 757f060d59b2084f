"""Row 16: Feast and Polars over the same files: STEP DATA SCALE REPO. Steps: make, apply, join, polars."""
import os
import sys
import time

step, data, scale = sys.argv[1], sys.argv[2], float(sys.argv[3])
VIEWS, ROWS, SPINE, KEYS = range(3), int(1_000_000 * scale), int(100_000 * scale), int(100_000 * scale)
FEATURES = [f"f{i}" for i in range(5)] + [f"i{i}" for i in range(3)] + [f"s{i}" for i in range(2)]


def names(v):
    return [f"v{v}_{f}" for f in FEATURES]


def tell(wall, cpu, rows):
    peak = [int(l.split()[1]) / 1024 for l in open("/proc/self/status") if l.startswith("VmHWM")][0]
    print(f"{rows} of {SPINE} rows came back")
    print("cost", time.perf_counter_ns() - wall, time.process_time_ns() - cpu, peak, flush=True)


if step == "make":
    import duckdb
    c = duckdb.connect()
    c.execute("SET threads=2; SET TimeZone='UTC'")
    utc = "(TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL"
    for v in VIEWS:
        cells = ", ".join(f"(hash(i+{v * 10 + k})%100000)/1000.0::DOUBLE AS v{v}_f{k}" for k in range(5))
        cells += "".join(f", (hash(i+{v * 10 + 5 + k})%10000)::BIGINT AS v{v}_i{k}" for k in range(3))
        cells += "".join(f", 'text ' || (hash(i+{v * 10 + 8 + k})%1000) AS v{v}_s{k}" for k in range(2))
        c.execute(f"""COPY (SELECT (hash(i*7+{v}) % {KEYS})::BIGINT AS user_id, {utc} (i*{int(2592000 / scale)}) MICROSECOND) AS event_timestamp,
          {utc} (i*{int(2592000 / scale)}+1000000) MICROSECOND) AS created, {cells} FROM range({ROWS}) t(i)) TO '{data}/v{v}.parquet' (FORMAT PARQUET, COMPRESSION SNAPPY)""")
    c.execute(f"""COPY (SELECT i AS row_id, (hash(i*13) % {KEYS})::BIGINT AS user_id, {utc} (hash(i*17) % 2592000) SECOND) AS event_timestamp
      FROM range({SPINE}) t(i)) TO '{data}/spine.parquet' (FORMAT PARQUET, COMPRESSION SNAPPY)""")
elif step == "polars":
    os.environ["POLARS_MAX_THREADS"] = "2"
    import polars as pl
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    s = pl.scan_parquet(f"{data}/spine.parquet").sort("event_timestamp")
    for v in VIEWS:
        f = pl.scan_parquet(f"{data}/v{v}.parquet").select(["user_id", "event_timestamp"] + names(v)).sort("event_timestamp")
        s = s.join_asof(f, on="event_timestamp", by="user_id", strategy="backward", tolerance="30d", check_sortedness=False)
    s.sink_parquet(f"{data}/polars.parquet", compression="snappy")
    tell(wall, cpu, pl.scan_parquet(f"{data}/polars.parquet").select(pl.len()).collect().item())
elif step == "compare":
    import polars as pl
    ours, theirs = pl.read_parquet(f"{data}/ours.parquet").sort("row_id"), pl.read_parquet(f"{data}/polars.parquet").sort("row_id")
    columns = ["row_id", "user_id"] + [n for v in VIEWS for n in names(v)]
    if not ours.select(columns).equals(theirs.select(columns)):
        sys.exit("the answers differ")
    print(f"compared {ours.height} rows with Polars: equal")
else:
    import logging
    import warnings
    from datetime import timedelta
    warnings.filterwarnings("ignore")
    logging.disable(50)
    import pandas as pd
    from feast import Entity, FeatureStore, FeatureView, Field, FileSource, ValueType
    from feast.types import Float64, Int64, String
    fs = FeatureStore(sys.argv[4])
    if step == "apply":
        user = Entity(name="user", join_keys=["user_id"], value_type=ValueType.INT64)
        kind = {"f": Float64, "i": Int64, "s": String}
        fs.apply([user] + [FeatureView(
            name=f"v{v}", entities=[user], ttl=timedelta(days=30), schema=[Field(name=n, dtype=kind[n[3]]) for n in names(v)],
            source=FileSource(name=f"v{v}", path=f"{data}/v{v}.parquet", timestamp_field="event_timestamp", created_timestamp_column="created"),
        ) for v in VIEWS])
    else:
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        entities = pd.read_parquet(f"{data}/spine.parquet")
        table = fs.get_historical_features(entities, [f"v{v}:{n}" for v in VIEWS for n in names(v)]).to_arrow()
        import pyarrow.parquet as pq
        pq.write_table(table, f"{data}/feast.parquet", compression="snappy")
        tell(wall, cpu, table.num_rows)
