"""Feast's classes that a later release honours. Creating one is an error that points at the call."""

from __future__ import annotations

from typing import Any, Callable

from truepoint._core import Definition, Place, fault

_STREAMS = "streams come in a later release; use PushSource with a batch_source"
_WINDOWS = "window aggregation comes in a later release; compute the values before and name them in schema"
_ON_DEMAND = "on-demand views come in a later release; compute the value in the application or in a feature view"


class _Later(Definition):
    _hint = ""

    def __init__(self, *positional: Any, **other: Any) -> None:
        self._start((), {}, ())
        self.name = other.get("name", "")
        fault(f"{type(self).__name__} cannot be used yet", self._hint, Place(self._site), "unimplemented")

    def _document(self) -> None:
        return None


class KafkaSource(_Later):
    _hint = _STREAMS


class KinesisSource(_Later):
    _hint = _STREAMS


class StreamFeatureView(_Later):
    _hint = _STREAMS


class Aggregation(_Later):
    _hint = _WINDOWS


class OnDemandFeatureView(_Later):
    _hint = _ON_DEMAND


def on_demand_feature_view(*positional: Any, **other: Any) -> Callable:
    """Feast's decorator for on-demand views."""
    view = OnDemandFeatureView(name="")
    return lambda function: view
