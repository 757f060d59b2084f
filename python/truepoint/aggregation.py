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

    _example = 'Aggregation(function="sum", column=..., window="7d")'
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
        if self.window is None and self.last is None:
            self.window = "lifetime"
        self.name = self._text("name", name) or self._feast_name(window)
        self.default = self._default(default)
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

    def _fill(self, d: Document) -> None:
        d.put("name", self.name)
        d.put("function", self.function)
        d.put("column", self.column)
        d.put("window", self.window, self._window_argument)
        d.put("last", self.last)
        d.put("n", self.n)
        d.put("offset", self.offset)
        d.put("hop", self.hop, self._hop_argument)
        d.put("where", self.where)
        d.put("by", self.by)
        d.put("type", self.type, "dtype")
        d.put("description", self.description)
        d.put("tags", self.tags)
        d.put("default", self.default)
