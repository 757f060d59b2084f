"""Feast's side: STEP DIR, where DIR is a repository, or that of the data for make. Further arguments stand at the steps."""
import sys
import time

step, place, rest = sys.argv[1], sys.argv[2], sys.argv[3:]
DAYS = 30


def make(entities, rows):
    """Every entity has rows // entities rows in each view, no two of one instant."""
    import duckdb
    c = duckdb.connect()
    c.execute("SET threads=2; SET TimeZone='UTC'")
    utc, apart = "(TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL", DAYS * 86_400_000_000 // rows
    for v in range(5):
        cells = ", ".join(f"(hash(i+{v * 10 + k})%100000)/1000.0::DOUBLE AS v{v}_f{k}" for k in range(5))
        cells += "".join(f", (hash(i+{v * 10 + 5 + k})%10000)::BIGINT AS v{v}_i{k}" for k in range(3))
        cells += "".join(f", 'text ' || (hash(i+{v * 10 + 8 + k})%1000) AS v{v}_s{k}" for k in range(2))
        c.execute(f"""COPY (SELECT ((i*7919+{v}) % {entities})::BIGINT AS user_id, {utc} (i*{apart}) MICROSECOND) AS event_timestamp,
          {utc} (i*{apart}+1000000) MICROSECOND) AS created, {cells} FROM range({rows}) t(i)) TO '{place}/v{v}.parquet' (FORMAT PARQUET, COMPRESSION SNAPPY)""")


def run(*args):
    from feast.cli.cli import cli
    cli(["-c", place, *args], standalone_mode=False)


def materialize(views):
    """What the command does, without the start of Python and the imports."""
    import contextlib
    import io
    import logging
    import warnings
    from datetime import datetime, timedelta, timezone
    warnings.filterwarnings("ignore")
    logging.disable(50)
    from feast import FeatureStore
    store = FeatureStore(place)
    start = datetime(2026, 1, 1, tzinfo=timezone.utc)
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        store.materialize(start, start + timedelta(days=DAYS), feature_views=views or None)
    peak = [int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")][0]
    print("cost", time.perf_counter_ns() - wall, time.process_time_ns() - cpu, peak)


if step == "make":
    make(int(rest[0]), int(rest[1]))
elif step == "apply":
    run("apply")
elif step == "materialize":
    materialize(rest)
elif step == "serve":
    run("serve", "-p", rest[0], "-w", "1", "--max-requests", "0", "--no-access-log")
elif step == "version":
    from importlib.metadata import version
    print(version("feast"))
else:
    sys.exit(f"no step {step}")
