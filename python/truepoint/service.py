"""Feature services: the features of one model."""

from __future__ import annotations

from typing import Any, Optional

from truepoint._core import UNSET, Definition, Document, Place, fault
from truepoint.later import _Later
from truepoint.on_demand import OnDemandFeatureView
from truepoint.view import FeatureView, FeatureViewProjection


class LoggingConfig:
    """Accepted so that Feast's files load."""

    def __init__(self, *positional: Any, **other: Any) -> None:
        pass


class FeatureService(Definition):
    """A list of views, or of parts of views: ``view[["a", "b"]]``, ``view.with_name("x")``."""

    _known = ("name", "features", "description", "tags", "owner", "on_error")
    _ignored = {
        "logging_config": "the logging of served features is set in feature_store.yaml",
        "precompute_online": "online rows are stored packed per view",
    }

    def __init__(
        self,
        *positional: Any,
        name: str = UNSET,
        features: list = UNSET,
        description: str = UNSET,
        tags: Optional[dict] = UNSET,
        owner: str = UNSET,
        on_error: str = UNSET,
        **other: Any,
    ) -> None:
        self._start(positional, other, self._known)
        self.name = self._text("name", name)
        self.features = list(features) if self._check("features", features, (list, tuple), "a list of feature views") else []
        self.on_error = self._text("on_error", on_error)
        self._info(description, tags, owner)

    def _document(self) -> Document:
        d = Document("FeatureService", self)
        d.put("name", self.name)
        out: list = []
        for i, item in enumerate(self.features):
            place, path = Place(self._site, "features", i), f"features[{len(out)}]"
            if isinstance(item, (FeatureView, OnDemandFeatureView)):
                out.append(item.name)
                d.places[path] = place
            elif isinstance(item, FeatureViewProjection):
                out.append(item._put(d, path, place))
            elif not isinstance(item, _Later):
                fault(f"features[{i}] is no feature view", "list views, or view[[\"feature\"]]", place)
        d.value["features"] = out
        d.places["features"] = Place(self._site, "features")
        d.put("on_error", self.on_error)
        d.put_info()
        return d
