"""Writes the Parquet files of data frames: pip install polars==2.1.0 pandas==2.3.3 fastparquet==2026.9.0 pyarrow==26.0.1."""
import datetime as dt
from decimal import Decimal

import pandas as pd
import polars as pl

times = [dt.datetime(2026, 3, 12, 10, 0, 0, 123456), None, dt.datetime(1969, 12, 31, 23, 59, 59, 999999)]
pl.DataFrame({
    "i32": pl.Series([1, None, -2**31], dtype=pl.Int32), "u64": pl.Series([1, None, 2**63 - 1], dtype=pl.UInt64),
    "f64": [0.1, None, float("nan")], "text": ["é", None, ""], "cat": pl.Series(["x", None, "x"], dtype=pl.Categorical),
    "enum": pl.Series(["x", None, "y"], dtype=pl.Enum(["x", "y"])), "flag": [True, None, False], "blob": [b"\x00\xff", None, b""],
    "naive": pl.Series(times, dtype=pl.Datetime("us")), "utc": pl.Series(times, dtype=pl.Datetime("us")).dt.replace_time_zone("UTC"),
    "ns": pl.Series(times, dtype=pl.Datetime("ns")).dt.replace_time_zone("Asia/Seoul"),
    "ms": pl.Series(times, dtype=pl.Datetime("ms")), "day": [dt.date(2026, 3, 12), None, dt.date(1, 1, 1)],
    "money": pl.Series([Decimal("1.50"), None, Decimal("-0.05")], dtype=pl.Decimal(7, 2)), "list": pl.Series([[1, None, 3], None, []], dtype=pl.List(pl.Int64)),
    "vector": pl.Series([[1.0, 2.0], [0.0, 0.0], [3.0, 4.0]], dtype=pl.Array(pl.Float32, 2)), "struct": [{"a": 1, "b": "x"}, None, {"a": None, "b": None}],
}).write_parquet("polars.parquet")
zoned = pd.DataFrame({
    "n": [1, 2, 3], "text": pd.array(["a", None, ""], dtype="string"), "cat": pd.Categorical(["x", None, "x"]), "flag": pd.array([True, None, False], dtype="boolean"),
    "seoul": pd.to_datetime(["2026-03-12 10:00:00.123456789", None, "1969-12-31 23:59:59.999999999"], format="ISO8601").tz_localize("Asia/Seoul"),
    "naive": pd.to_datetime(times),
}, index=pd.Index(["k1", "k2", "k3"], name="user_id"))
zoned.to_parquet("zoned.parquet")
zoned.reset_index().to_parquet("fast.parquet", engine="fastparquet", times="int96")
