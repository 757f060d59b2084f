"""Feature definitions as code.

A definition file creates entities, sources, views and services and leaves them in module variables::

    from datetime import timedelta
    from truepoint import Entity, FeatureView, Field, FileSource
    from truepoint.types import Int64

    user = Entity(name="user_id")
    clicks = FileSource(name="clicks", path="data/clicks.parquet", timestamp_field="event_timestamp")
    user_clicks = FeatureView(
        name="user_clicks", entities=[user], ttl=timedelta(days=7),
        schema=[Field(name="clicks_7d", dtype=Int64)], source=clicks,
    )

``truepoint apply`` runs the file and reads the objects. The classes are plain descriptions: what a definition means is
decided by the binary.
"""

from truepoint._core import DefinitionError
from truepoint.aggregation import Aggregation
from truepoint.entity import Entity
from truepoint.field import Feature, Field
from truepoint.later import KafkaSource, KinesisSource
from truepoint.on_demand import OnDemandFeatureView, on_demand_feature_view
from truepoint.project import Project
from truepoint.service import FeatureService, LoggingConfig
from truepoint.sources import (
    BigQuerySource,
    FileSource,
    PostgreSQLSource,
    PushSource,
    RedshiftSource,
    RequestSource,
    SnowflakeSource,
    SparkSource,
    TrinoSource,
)
from truepoint.value_type import ValueType
from truepoint.view import BatchFeatureView, FeatureView, FeatureViewProjection, StreamFeatureView

__all__ = [
    "Aggregation",
    "BatchFeatureView",
    "BigQuerySource",
    "DefinitionError",
    "Entity",
    "Feature",
    "FeatureService",
    "FeatureView",
    "FeatureViewProjection",
    "Field",
    "FileSource",
    "KafkaSource",
    "KinesisSource",
    "LoggingConfig",
    "OnDemandFeatureView",
    "PostgreSQLSource",
    "Project",
    "PushSource",
    "RedshiftSource",
    "RequestSource",
    "SnowflakeSource",
    "SparkSource",
    "StreamFeatureView",
    "TrinoSource",
    "ValueType",
    "on_demand_feature_view",
]
