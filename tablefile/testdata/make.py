"""Writes the Parquet files of this directory with other writers than ours: pip install pyarrow pandas duckdb."""
import datetime as dt
from decimal import Decimal

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

utc = dt.timezone.utc
times = [dt.datetime(2026, 3, 12, 10, 0, 0, 123456), None, dt.datetime(1969, 12, 31, 23, 59, 59, 999999)]
table = pa.table({
    "i8": pa.array([1, None, -128], pa.int8()), "i16": pa.array([1, None, -32768], pa.int16()),
    "i32": pa.array([1, None, -2**31], pa.int32()), "i64": pa.array([2**53 + 1, None, -2**63], pa.int64()),
    "u8": pa.array([1, None, 255], pa.uint8()), "u16": pa.array([1, None, 65535], pa.uint16()),
    "u32": pa.array([1, None, 2**32 - 1], pa.uint32()), "u64": pa.array([1, None, 2**63 - 1], pa.uint64()),
    "u64_big": pa.array([1, None, 2**63], pa.uint64()),
    "f16": pa.array([1.5, None, float("-inf")], pa.float16()), "f32": pa.array([0.1, None, -0.0], pa.float32()),
    "f64": pa.array([0.1, None, float("nan")], pa.float64()), "flag": pa.array([True, None, False]),
    "text": pa.array(["é", None, ""]), "large": pa.array(["a", None, "b"], pa.large_string()),
    "dict": pa.array(["x", None, "x"]).dictionary_encode(), "blob": pa.array([b"\x00\xff", None, b""]),
    "fixed": pa.array([b"ab", None, b"cd"], pa.binary(2)), "day": pa.array([dt.date(2026, 3, 12), None, dt.date(1, 1, 1)]),
    "ms": pa.array(
        [1773309600123, None, -1], pa.timestamp("ms", "UTC")),
    "us": pa.array([t.replace(tzinfo=utc) if t else None for t in times], pa.timestamp("us", "UTC")),
    "ns": pa.array([1773309600123456789, None, -1], pa.timestamp("ns", "UTC")),
    "naive": pa.array(times, pa.timestamp("us")), "seoul": pa.array([1773309600123456, None, -1], pa.timestamp("us", "Asia/Seoul")),
    "money": pa.array([Decimal("12345678901234567890.0123456789"), None, Decimal("-0.5")], pa.decimal128(38, 10)),
    "small_money": pa.array([Decimal("1.50"), None, Decimal("-0.05")], pa.decimal128(7, 2)),
    "list": pa.array([[1, None, 3], None, []], pa.list_(pa.int64())), "words": pa.array([["a"], None, [None]], pa.list_(pa.string())),
    "struct": pa.array([{"a": 1, "b": "x"}, None, {"a": None, "b": None}], pa.struct([("a", pa.int64()), ("b", pa.string())])),
    "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())),
    "vector": pa.array([[1.0, 2.0], [0.0, 0.0], [3.0, 4.0]], pa.list_(pa.float32(), 2)),
    "nulls": pa.nulls(3), "clock": pa.array([dt.time(1, 2, 3), None, None]), "spaces and \"quotes\"": pa.array([1, None, 3]),
    "dots.in.name": pa.array([1, None, 3]), "n" * 300: pa.array([1, None, 3]),
})
pq.write_table(table, "arrow.parquet")
plain = table.select(["i32", "i64", "f64", "text", "us", "flag", "list"])
for name, options in {
    "gzip": {"compression": "gzip"}, "zstd_v2": {"compression": "zstd", "data_page_version": "2.0"},
    "brotli": {"compression": "brotli"}, "lz4": {"compression": "lz4"}, "none": {"compression": "none", "use_dictionary": False},
    "delta": {"use_dictionary": False, "column_encoding": {
        "i32": "DELTA_BINARY_PACKED", "i64": "DELTA_BINARY_PACKED", "f64": "BYTE_STREAM_SPLIT", "text": "DELTA_BYTE_ARRAY"}},
    "index": {"write_page_index": True, "write_page_checksum": True},
}.items():
    pq.write_table(plain, f"{name}.parquet", **options)
pq.write_table(pa.table({"at": pa.array(times, pa.timestamp("us"))}), "int96.parquet", use_deprecated_int96_timestamps=True)
pd.DataFrame({
    "user_id": ["u1", "u2", None], "n": pd.array([1, None, 3], dtype="Int64"), "x": [0.5, None, 2.0],
    "event_timestamp": pd.to_datetime(["2026-03-12 10:00:00", None, "2026-03-12 11:00:00"]),
}).to_parquet("pandas.parquet")
duckdb.sql("""copy (select i::integer as i32, i as i64, 'text ' || (i % 3) as text, timestamp '2026-03-12 10:00:00' as naive,
  timestamptz '2026-03-12 10:00:00+00' as zoned, (i / 8)::double as f64, uuid '6d3f1e52-0000-4000-8000-000000000001' as id
  from range(5) t(i)) to 'duckdb.parquet' (format parquet)""")
