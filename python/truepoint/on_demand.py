"""On-demand views: features that are computed at the time of a request."""

from __future__ import annotations

from typing import Any, Callable, Optional

from truepoint._core import UNSET, Definition, Document, Place, fault
from truepoint.field import Field
from truepoint.later import _Later
from truepoint.sources import DataSource, RequestSource
from truepoint.view import FeatureView, FeatureViewProjection

_EXPRESSIONS = 'write an expression for each feature: OnDemandFeatureView(..., expressions={"ratio": "amount / average"})'
_FUNCTION = "functions are translated to expressions in a later release; " + _EXPRESSIONS


class OnDemandFeatureView(Definition):
    """Features computed from those of other views and from columns of the request, by one expression for each."""

    _known = ("name", "sources", "schema", "expressions", "description", "tags", "owner")
    _ignored = {"mode": None, "singleton": None, "entities": None, "write_to_online_store": "an on-demand view holds no data"}
    _later = {
        "udf": _FUNCTION, "udf_string": _FUNCTION, "feature_transformation": _FUNCTION,
        "aggregations": "aggregate in a FeatureView and use it as a source",
    }  # fmt: skip

    def __init__(
        self,
        *positional: Any,
        name: str = UNSET,
        sources: list = UNSET,
        schema: list = UNSET,
        expressions: Optional[dict] = UNSET,
        description: str = UNSET,
        tags: Optional[dict] = UNSET,
        owner: str = UNSET,
        **other: Any,
    ) -> None:
        self._start(positional, other, self._known)
        self.name = self._text("name", name)
        self.sources = list(sources) if self._check("sources", sources, (list, tuple), "a list of views and request sources") else []
        self.schema = list(schema) if self._check("schema", schema, (list, tuple), "a list of Field") else []
        self.expressions = self._mapping("expressions", expressions)
        self._translated = any(argument in other for argument in self._later)  # which is a fault already
        self._info(description, tags, owner)

    def __getitem__(self, features: list) -> FeatureViewProjection:
        return FeatureViewProjection(self)[features]

    def with_name(self, name: str) -> FeatureViewProjection:
        return FeatureViewProjection(self, None, name)

    @property
    def projection(self) -> FeatureViewProjection:
        return FeatureViewProjection(self)

    def _reachable(self) -> list:
        return self.sources

    def _document(self) -> Optional[Document]:
        if self._translated:
            return None
        d = Document("OnDemandFeatureView", self)
        d.put("name", self.name)
        self._put_sources(d)
        self._put_features(d)
        d.put_info()
        return d

    def _put_sources(self, d: Document) -> None:
        out: list = []
        for i, source in enumerate(self.sources):
            place, path = Place(self._site, "sources", i), f"sources[{len(out)}]"
            d.places[path] = place
            if isinstance(source, FeatureViewProjection):
                out.append(source._put(d, path, place))
            elif isinstance(source, RequestSource):
                out.append({"request": source.name})
            elif isinstance(source, (FeatureView, OnDemandFeatureView, str)):
                out.append(source if isinstance(source, str) else source.name)
            elif not isinstance(source, _Later):
                hint = "name a feature view on it" if isinstance(source, DataSource) else "list views and RequestSource objects"
                fault(f"sources[{i}] is no view and no request source", hint, place)
        d.value["sources"] = out
        d.places["sources"] = Place(self._site, "sources")

    def _put_features(self, d: Document) -> None:
        out = []
        for i, field in enumerate(self.schema):
            if not isinstance(field, Field):
                fault(f"schema[{i}] is no Field", f"write {Field._example}", Place(self._site, "schema", i))
                continue
            if field.name not in self.expressions:
                fault(f"feature {field.name!r} has no expression", _EXPRESSIONS, Place(self._site, "schema", i))
                continue
            path = f"features[{len(out)}]"
            out.append({**d.nest(path, field), "expression": self.expressions[field.name]})
            d.places[path + ".expression"] = Place(self._site, "expressions", field.name)
        named = [f.name for f in self.schema if isinstance(f, Field)]
        for name in self.expressions:
            if name not in named:
                fault(f"expressions has {name!r}, which is no field of schema", f"add Field(name={name!r}, dtype=...)", Place(self._site, "expressions", name))
        d.value["features"] = out
        d.places["features"] = Place(self._site, "schema")


def on_demand_feature_view(*positional: Any, **other: Any) -> Callable:
    """Feast's decorator for on-demand views. A function is not translated yet: the fault points at the decorator."""
    other.pop("udf", None)
    name = other.get("name") or "?"
    return lambda function: OnDemandFeatureView(*positional, **{**other, "name": name, "udf": function})
