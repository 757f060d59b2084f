"""Fields: the features of a view and the columns of a request."""

from __future__ import annotations

import json
from typing import Any, Optional

from truepoint._core import UNSET, Definition, Document, Place, fault
from truepoint.types import text_of


class Field(Definition):
    """A feature. ``default`` is a dictionary with the keys null and absent, of which either may be missing."""

    _known = ("name", "dtype", "description", "tags", "default")
    _ignored = {
        "vector_index": "vector search comes in a later release",
        "vector_search_metric": "vector search comes in a later release",
        "labels": None,
    }

    def __init__(
        self,
        *positional: Any,
        name: str = UNSET,
        dtype: Any = UNSET,
        description: str = UNSET,
        tags: Optional[dict] = UNSET,
        default: Optional[dict] = UNSET,
        vector_length: int = UNSET,
        **other: Any,
    ) -> None:
        self._start(positional, other, self._known)
        self.name = self._text("name", name)
        self.dtype = dtype
        self.type = text_of(dtype)
        if not self.type:
            hint = "use a type such as Int64 from truepoint.types or feast.types"
            if dtype is not UNSET:
                fault(f"dtype of field {self.name!r} is {dtype!r}, which is no type", hint, Place(self._site, "dtype"))
            elif "type" not in other:  # which is a fault already
                fault(f"field {self.name!r} has no dtype", hint, Place(self._site))
            self.type = "Int64"  # the fault is reported: it must not become a second one
        if self._check("vector_length", vector_length, int, "a whole number") and vector_length > 0 and self.type == "Array(Float32)":
            self.type = f"Vector({vector_length})"
        self.default = default if self._check("default", default, dict, "a dictionary with null and absent") else {}
        try:
            json.dumps(self.default, allow_nan=False)
        except (TypeError, ValueError) as e:
            fault(f"default of field {self.name!r} cannot be written as JSON: {e}", "use numbers, text, lists", Place(self._site, "default"))
            self.default = {}
        self._info(description, tags, UNSET)

    def _put(self, d: Document, key: str, i: int) -> dict:
        """Returns the field as element i of a list of d, and notes its places there."""
        inner = Document("", self)
        inner.value.clear()
        inner.put("name", self.name)
        inner.put("type", self.type, "dtype")
        inner.put("description", self.description)
        inner.put("tags", self.tags)
        inner.put("default", self.default)
        for path, place in inner.places.items():
            d.places[f"{key}[{i}].{path}" if path else f"{key}[{i}]"] = place
        return inner.value


Feature = Field


def put_fields(d: Document, key: str, given: Any) -> None:
    """Adds a list of fields; anything else in it is a fault."""
    if not d.of._check(key, given, (list, tuple), "a list of Field"):
        return
    out = []
    for i, field in enumerate(given):
        if isinstance(field, Field):
            out.append(field._put(d, key, len(out)))
        else:
            fault(f"{key}[{i}] is no Field", "write Field(name=..., dtype=...)", Place(d.of._site, key, i))
    if out:
        d.value[key] = out
        d.places[key] = Place(d.of._site, key)
