"""Stands in for Feast while Truepoint reads definition files: the names that such files import, and nothing that runs.

Every class is the one of the package truepoint. Modules exist for the import paths that Feast's users write; a name
that is not there is an error that says so.
"""

import difflib
import os
import sys
import types as _types

import truepoint
import truepoint.types
import truepoint.value_type
from truepoint import *  # noqa: F401,F403
from truepoint.sources import DataSource
from truepoint.types import FeastType

truepoint._core.ours.append(os.path.dirname(os.path.abspath(__file__)) + os.sep)


class _Format:
    """A file format; which one a file has is seen from the file."""

    def __init__(self, *positional, **other):
        pass

    def __str__(self):
        return type(self).__name__


class FileFormat(_Format):
    pass


class ParquetFormat(FileFormat):
    pass


class DeltaFormat(FileFormat):
    pass


class AvroFormat(_Format):
    pass


class JsonFormat(_Format):
    pass


class ProtoFormat(_Format):
    pass


class PushMode:
    """Where a push goes; used by scripts only."""

    ONLINE = 1
    OFFLINE = 2
    ONLINE_AND_OFFLINE = 3


class _Client:
    """Feast's client classes can be imported, but nothing connects while definitions are read."""

    def __init__(self, *positional, **other):
        raise truepoint.DefinitionError(
            f"{type(self).__name__} cannot be used while definitions are read",
            'move it below if __name__ == "__main__":',
            truepoint._core.Place(truepoint._core.call_site()),
        )


class FeatureStore(_Client):
    pass


class RepoConfig(_Client):
    pass


class FileLoggingDestination(_Format):
    pass


_formats = {c.__name__: c for c in (AvroFormat, DeltaFormat, FileFormat, JsonFormat, ParquetFormat, ProtoFormat)}
_offline = "feast.infra.offline_stores."
_contrib = _offline + "contrib."

_modules = {
    "feast.aggregation": {"Aggregation": truepoint.Aggregation},
    "feast.batch_feature_view": {"BatchFeatureView": truepoint.BatchFeatureView},
    "feast.data_format": _formats,
    "feast.data_source": {
        "DataSource": DataSource, "KafkaSource": truepoint.KafkaSource, "KinesisSource": truepoint.KinesisSource,
        "PushMode": PushMode, "PushSource": truepoint.PushSource, "RequestSource": truepoint.RequestSource,
    },
    "feast.entity": {"Entity": truepoint.Entity},
    "feast.feature": {"Feature": truepoint.Feature},
    "feast.feature_logging": {"LoggingConfig": truepoint.LoggingConfig},
    "feast.feature_service": {"FeatureService": truepoint.FeatureService},
    "feast.feature_store": {"FeatureStore": FeatureStore},
    "feast.feature_view": {"FeatureView": truepoint.FeatureView},
    "feast.feature_view_projection": {"FeatureViewProjection": truepoint.FeatureViewProjection},
    "feast.field": {"Field": truepoint.Field},
    "feast.on_demand_feature_view": {
        "OnDemandFeatureView": truepoint.OnDemandFeatureView, "on_demand_feature_view": truepoint.on_demand_feature_view,
    },
    "feast.project": {"Project": truepoint.Project},
    "feast.repo_config": {"RepoConfig": RepoConfig},
    "feast.stream_feature_view": {"StreamFeatureView": truepoint.StreamFeatureView},
    "feast.types": {k: v for k, v in vars(truepoint.types).items() if isinstance(v, (FeastType, type)) and not k.startswith("_")},
    "feast.value_type": {"ValueType": truepoint.ValueType},
    "feast.infra": {},
    "feast.infra.offline_stores": {},
    "feast.infra.offline_stores.contrib": {},
    _offline + "file_source": {"FileSource": truepoint.FileSource, "FileLoggingDestination": FileLoggingDestination},
    _offline + "bigquery_source": {"BigQuerySource": truepoint.BigQuerySource},
    _offline + "redshift_source": {"RedshiftSource": truepoint.RedshiftSource},
    _offline + "snowflake_source": {"SnowflakeSource": truepoint.SnowflakeSource},
    _contrib + "postgres_offline_store": {},
    _contrib + "postgres_offline_store.postgres_source": {"PostgreSQLSource": truepoint.PostgreSQLSource},
    _contrib + "spark_offline_store": {},
    _contrib + "spark_offline_store.spark_source": {"SparkSource": truepoint.SparkSource},
    _contrib + "trino_offline_store": {},
    _contrib + "trino_offline_store.trino_source": {"TrinoSource": truepoint.TrinoSource},
}  # fmt: skip


def _unknown(module, names):
    def missing(name):
        if name.startswith("__"):
            raise AttributeError(name)
        near = difflib.get_close_matches(name, names, 1)
        hint = f"did you mean {near[0]}?" if near else "remove it from the definition files"
        raise ImportError(f"{module}.{name} cannot be used in definition files here ({hint})")

    return missing


def _install():
    for name, members in _modules.items():
        module = _types.ModuleType(name)
        module.__path__ = []
        vars(module).update(members)
        module.__getattr__ = _unknown(name, list(members))
        sys.modules[name] = module
        parent, _, last = name.rpartition(".")
        vars(sys.modules[parent]).setdefault(last, module)  # a decorator keeps its name before its module


__getattr__ = _unknown("feast", [n for n in globals() if not n.startswith("_")])
_install()
