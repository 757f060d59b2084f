"""What both sides serve: five views of ten features of one entity."""
from datetime import timedelta

from feast import Entity, FeatureService, FeatureView, Field, FileSource, PushSource, ValueType
from feast.types import Float64, Int64, String

user = Entity(name="user", join_keys=["user_id"], value_type=ValueType.INT64)


def view(v):
    source = FileSource(name=f"rows{v}", path=f"@DATA@/v{v}.parquet", timestamp_field="event_timestamp", created_timestamp_column="created")
    if v == 0:
        source = PushSource(name="pushed", batch_source=source)
    schema = [Field(name=f"v{v}_f{i}", dtype=Float64) for i in range(5)]
    schema += [Field(name=f"v{v}_i{i}", dtype=Int64) for i in range(3)] + [Field(name=f"v{v}_s{i}", dtype=String) for i in range(2)]
    return FeatureView(name=f"v{v}", entities=[user], ttl=timedelta(days=3650), online=True, source=source, schema=schema)


v0, v1, v2, v3, v4 = view(0), view(1), view(2), view(3), view(4)
everything = FeatureService(name="everything", features=[v0, v1, v2, v3, v4])
