"""Feature views and their projections."""

from __future__ import annotations

from typing import Any, Optional, Union

from truepoint._core import UNSET, Definition, Document, Place, call_site, fault
from truepoint.aggregation import Aggregation
from truepoint.entity import Entity
from truepoint.field import Field
from truepoint.later import _Later
from truepoint.sources import DataSource

_COMPUTE = "transformations come in a later release; read the computed values from the source"


class FeatureViewProjection:
    """Some features of a view, under another name, or with other request columns. Methods return a changed copy."""

    def __init__(self, view: "FeatureView", features: Optional[list] = None, alias: str = "", join_key_map: Optional[dict] = None) -> None:
        self.view, self.features, self.alias, self.join_key_map = view, features, alias, join_key_map or {}
        self._site = call_site()

    @property
    def name(self) -> str:
        """The alias, or the view's name."""
        return self.alias or self.view.name

    def __getitem__(self, features: list) -> "FeatureViewProjection":
        return FeatureViewProjection(self.view, _names(features), self.alias, self.join_key_map)

    def with_name(self, name: str) -> "FeatureViewProjection":
        return FeatureViewProjection(self.view, self.features, name, self.join_key_map)

    def with_join_key_map(self, join_key_map: dict) -> "FeatureViewProjection":
        return FeatureViewProjection(self.view, self.features, self.alias, dict(join_key_map))

    def _put(self, d: Document, path: str, place: Place) -> dict:
        out: dict = {"view": self.view.name}
        if self.features is not None:
            out["features"] = self.features
        if self.alias:
            out["alias"] = self.alias
        if self.join_key_map:
            out["join_key_map"] = self.join_key_map
        d.places[path] = place
        return out


def _names(features: Any) -> list:
    if isinstance(features, (list, tuple)) and all(isinstance(f, str) for f in features):
        return list(features)
    fault('a projection takes a list of feature names', 'write view[["a", "b"]]', Place(call_site()))
    return []


class FeatureView(Definition):
    """Features of one list of entities, read from one source."""

    _online = True  # unless the view says otherwise
    _known = (
        "name", "entities", "ttl", "schema", "source", "online", "schedule", "allowed_lateness", "commit_lag",
        "aggregations", "refresh", "delay", "description", "tags", "owner",
    )  # fmt: skip
    _ignored = {"offline": None, "enable_validation": None, "org": "write it into tags", "batch_source": None, "mode": None}
    _later = {
        "udf": _COMPUTE, "udf_string": _COMPUTE, "feature_transformation": _COMPUTE,
        "batch_engine": "the engine is chosen in feature_store.yaml", "stream_engine": "the engine is chosen in feature_store.yaml",
        "source_views": "views on views come in a later release", "sink_source": "views on views come in a later release",
        "stream_source": "streams come in a later release; use PushSource with a batch_source",
    }  # fmt: skip

    def __init__(
        self,
        *positional: Any,
        name: str = UNSET,
        source: Union[DataSource, str] = UNSET,
        schema: Optional[list] = UNSET,
        entities: Optional[list] = UNSET,
        ttl: Any = UNSET,
        online: bool = UNSET,
        schedule: Any = UNSET,
        allowed_lateness: Any = UNSET,
        commit_lag: Any = UNSET,
        aggregations: Optional[list] = UNSET,
        refresh: Any = UNSET,
        delay: Any = UNSET,
        description: str = UNSET,
        tags: Optional[dict] = UNSET,
        owner: str = UNSET,
        version: str = "latest",
        enabled: bool = True,
        **other: Any,
    ) -> None:
        self._source_argument = "source"
        if source is UNSET and isinstance(other.get("batch_source"), DataSource):
            self._source_argument, source = "batch_source", other["batch_source"]
        self._start(positional, other, self._known)
        self.name = self._text("name", name)
        self.source = source
        self.schema = schema
        self.entities = list(entities) if self._check("entities", entities, (list, tuple), "a list of entities") else []
        self.ttl = ttl
        self.online = self._flag("online", online, self._online)
        self._ttl = self._duration("ttl", ttl)
        self._schedule = self._duration("schedule", schedule)
        self._allowed_lateness = self._duration("allowed_lateness", allowed_lateness)
        self._commit_lag = self._duration("commit_lag", commit_lag)
        self.aggregations = aggregations
        self._refresh = self._duration("refresh", refresh)
        self._delay = self._duration("delay", delay)
        if self._text("version", version) not in ("", "latest"):
            fault(
                f"version of FeatureView is {version!r}; the registry keeps every revision, and the newest one is active",
                'leave it out, and go back with "truepoint rollback"', Place(self._site, "version"), "unimplemented",
            )  # fmt: skip
        if not self._flag("enabled", enabled, True):
            fault("a feature view cannot be disabled", "leave the view out", Place(self._site, "enabled"), "unimplemented")
        self._info(description, tags, owner)

    def __getitem__(self, features: list) -> FeatureViewProjection:
        return FeatureViewProjection(self, _names(features))

    def with_name(self, name: str) -> FeatureViewProjection:
        return FeatureViewProjection(self, None, name)

    def with_join_key_map(self, join_key_map: dict) -> FeatureViewProjection:
        return FeatureViewProjection(self, None, "", dict(join_key_map))

    @property
    def projection(self) -> FeatureViewProjection:
        return FeatureViewProjection(self)

    def _reachable(self) -> list:
        return [*self.entities, self.source]

    def _document(self) -> Document:
        d = Document("FeatureView", self)
        d.put("name", self.name)
        d.put("entities", self._entity_names())
        d.put("ttl", self._ttl)
        d.put_all("schema", self.schema, Field)
        d.put("source", self._source_name(), self._source_argument)
        d.value["online"] = self.online
        d.put("schedule", self._schedule)
        d.put("allowed_lateness", self._allowed_lateness)
        d.put("commit_lag", self._commit_lag)
        d.put_all("aggregations", self.aggregations, Aggregation)
        d.put("refresh", self._refresh)
        d.put("delay", self._delay)
        d.put_info()
        return d

    def _entity_names(self) -> list:
        out = []
        for i, entity in enumerate(self.entities):
            if isinstance(entity, Entity):
                out.append(entity.name)
            elif isinstance(entity, str):
                out.append(entity)
            else:
                fault(f"entities[{i}] is no Entity", "list Entity objects or their names", Place(self._site, "entities", i))
        return out

    def _source_name(self) -> str:
        if isinstance(self.source, str):
            return self.source
        if isinstance(self.source, (DataSource, _Later)):
            return self.source.name or "?"
        if self.source is not UNSET and self.source is not None:
            fault("source of FeatureView is no data source", "write source=FileSource(...)", Place(self._site, "source"))
        return ""


class BatchFeatureView(FeatureView):
    """Feast's name for a view that a batch engine fills; as there, it is online only where it says so."""

    _online = False


class StreamFeatureView(FeatureView):
    """Feast's name for a view on pushed events; with a PushSource it is a feature view like others."""

    _ignored = {**FeatureView._ignored, "timestamp_field": None, "enable_tiling": None, "tiling_hop_size": None}
