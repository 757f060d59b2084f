"""Feast's classes that a later release honours. Creating one is an error that points at the call."""

from __future__ import annotations

from typing import Any

from truepoint._core import Definition, Place, fault

_STREAMS = "streams come in a later release; use PushSource with a batch_source"


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
