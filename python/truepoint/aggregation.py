"""Aggregations: features that a view computes from raw events."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Optional

from truepoint._core import UNSET, Definition, Document, Place, fault
from truepoint.types import text_of

_SPELLINGS = {"avg": "mean", "std": "stddev_samp", "stddev": "stddev_samp", "variance": "var_samp"}
"""Feast's names of functions whose name here is another one."""


class Aggregation(Definition):
    """One feature: a function over the events of a window.

    ``window`` and Feast's ``time_window`` are one: a timedelta, text such as "7d", or "lifetime", which is also what a
    missing one means unless ``last`` counts events. ``hop`` and ``slide_interval`` are one too. Without a name the
    feature is called as in Feast: ``sum_amount_3600s``.
    """

    _known = (
        "name", "function", "column", "window", "time_window", "last", "n", "offset", "hop", "slide_interval", "where", "by",
        "dtype", "description", "tags", "default",
    )  # fmt: skip

    def __init__(
        self,
        *positional: Any,
        name: str = UNSET,
        function: str = UNSET,
        column: str = UNSET,
        window: Any = UNSET,
        time_window: Any = UNSET,
        last: int = UNSET,
        n: int = UNSET,
        offset: Any = UNSET,
        hop: Any = UNSET,
        slide_interval: Any = UNSET,
        where: str = UNSET,
        by: str = UNSET,
        dtype: Any = UNSET,
        description: str = UNSET,
        tags: Optional[dict] = UNSET,
        default: Optional[dict] = UNSET,
        **other: Any,
    ) -> None:
        self._start(positional, other, self._known)
        self._window_argument, window = self._one("window", window, "time_window", time_window)
        self._hop_argument, hop = self._one("hop", hop, "slide_interval", slide_interval)
        self.function = self._text("function", function)
        self.function = _SPELLINGS.get(self.function, self.function)
        self.column = self._text("column", column)
        self.window = self._duration(self._window_argument, window)
        self.last = last if self._check("last", last, int, "a whole number") else None
        self.n = n if self._check("n", n, int, "a whole number") else None
        self.offset = self._duration("offset", offset)
        self.hop = self._duration(self._hop_argument, hop)
        self.where = self._text("where", where)
        self.by = self._text("by", by)
        self.type = text_of(dtype) if dtype is not UNSET else ""
        self.default = default if self._check("default", default, dict, "a dictionary with null and absent") else {}
        if self.window is None and self.last is None:
            self.window = "lifetime"
        self.name = self._text("name", name) or self._feast_name(window)
        self._info(description, tags, UNSET)

    def _one(self, argument: str, given: Any, other: str, also: Any) -> tuple:
        """Returns which of two arguments of one meaning was given, and its value."""
        if also is UNSET or also is None:
            return argument, given
        if given is not UNSET:
            fault(f"Aggregation has both {argument} and {other}", f"give {argument} alone", Place(self._site, other))
        return other, also

    def _feast_name(self, window: Any) -> str:
        parts = [self.function, self.column]
        if isinstance(window, timedelta):
            parts.append(f"{int(window.total_seconds())}s")
        elif self.window:
            parts.append(self.window)
        return "_".join(p for p in parts if p)

    def _put(self, d: Document, i: int) -> dict:
        """Returns the aggregation as element i of the aggregations of d, and notes its places there."""
        inner = Document("", self)
        inner.value.clear()
        inner.put("name", self.name)
        inner.put("function", self.function)
        inner.put("column", self.column)
        inner.put("window", self.window, self._window_argument)
        inner.put("last", self.last)
        inner.put("n", self.n)
        inner.put("offset", self.offset)
        inner.put("hop", self.hop, self._hop_argument)
        inner.put("where", self.where)
        inner.put("by", self.by)
        inner.put("type", self.type, "dtype")
        inner.put("description", self.description)
        inner.put("tags", self.tags)
        inner.put("default", self.default)
        for path, place in inner.places.items():
            d.places[f"aggregations[{i}].{path}" if path else f"aggregations[{i}]"] = place
        return inner.value


def put_aggregations(d: Document, given: Any) -> None:
    """Adds the aggregations of a view; anything else in the list is a fault."""
    if not d.of._check("aggregations", given, (list, tuple), "a list of Aggregation"):
        return
    out = []
    for i, item in enumerate(given):
        if isinstance(item, Aggregation):
            out.append(item._put(d, len(out)))
        else:
            fault(f"aggregations[{i}] is no Aggregation", 'write Aggregation(function="sum", column=..., window="7d")', Place(d.of._site, "aggregations", i))
    if out:
        d.value["aggregations"] = out
        d.places["aggregations"] = Place(d.of._site, "aggregations")
