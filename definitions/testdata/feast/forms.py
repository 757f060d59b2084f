"""Definitions in the forms that Feast's users write; Feast itself and the stand-in must read them alike."""
from datetime import timedelta

from feast import (
    BatchFeatureView, BigQuerySource, Entity, FeatureService, FeatureView, Field, FileSource, PushSource, RedshiftSource, RequestSource,
    SnowflakeSource, ValueType,
)
from feast.data_format import ParquetFormat
from feast.types import Array, Bool, Bytes, Decimal, Float32, Float64, Int32, Int64, Json, Set, String, UnixTimestamp, Uuid

driver = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64, description="who drives", tags={"a": "b"}, owner="team")
customer = Entity(name="customer")
files = FileSource(
    name="driver_stats", path="data/s.parquet", timestamp_field="event_ts", created_timestamp_column="created", file_format=ParquetFormat(),
    field_mapping={"conv": "conv_rate"}, description="d", tags={"x": "y"}, owner="o",
)
unnamed = FileSource(path="data/unnamed.parquet", timestamp_field="ts")
bigquery = BigQuerySource(table="project.dataset.table", timestamp_field="ts", date_partition_column="day")
query = BigQuerySource(name="q", query="SELECT * FROM t", timestamp_field="ts")
redshift = RedshiftSource(name="r", database="db", schema="public", table="t", timestamp_field="ts")
snowflake = SnowflakeSource(name="s", database="DB", schema="PUBLIC", table="T", warehouse="W", timestamp_field="ts")
push = PushSource(name="driver_push", batch_source=files)
request = RequestSource(name="vals", schema=[Field(name="amount", dtype=Int64)])

stats = FeatureView(
    name="driver_hourly_stats", entities=[driver], ttl=timedelta(hours=2, microseconds=1), source=push, online=True, tags={"t": "u"}, owner="o", description="d",
    schema=[
        Field(name="driver_id", dtype=Int64), Field(name="conv_rate", dtype=Float32, description="rate", tags={"k": "v"}), Field(name="i32", dtype=Int32),
        Field(name="f64", dtype=Float64), Field(name="text", dtype=String), Field(name="flag", dtype=Bool), Field(name="blob", dtype=Bytes),
        Field(name="at", dtype=UnixTimestamp), Field(name="list", dtype=Array(String)), Field(name="set", dtype=Set(Int64)),
        Field(name="json", dtype=Json), Field(name="uuid", dtype=Uuid), Field(name="money", dtype=Decimal),
    ],
)  # fmt: skip
both = FeatureView(name="pairs", entities=[driver, customer], source=unnamed, schema=[Field(name="x", dtype=Int64)], online=False)
nobody = FeatureView(name="totals", source=query, schema=[Field(name="x", dtype=Int64)], ttl=timedelta(days=30))
batch = BatchFeatureView(name="batch", mode="python", entities=[customer], schema=[Field(name="x", dtype=String)], source=bigquery, ttl=timedelta(0))
service = FeatureService(
    name="driver_activity", features=[stats[["conv_rate", "at"]], batch.with_name("b"), both.with_join_key_map({"driver_id": "chauffeur"}), nobody],
    tags={"model": "m"}, description="d", owner="o",
)  # fmt: skip
