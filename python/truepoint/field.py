"""Fields: the features of a view and the columns of a request."""

from __future__ import annotations

from typing import Any, Optional

from truepoint._core import UNSET, Definition, Document, Place, fault
from truepoint.types import text_of


class Field(Definition):
    """A feature. ``default`` is a dictionary with the keys null and absent, of which either may be missing."""

    _example = "Field(name=..., dtype=...)"
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
        self.default = self._default(default)
        self._info(description, tags, UNSET)

    def _fill(self, d: Document) -> None:
        d.put("name", self.name)
        d.put("type", self.type, "dtype")
        d.put("description", self.description)
        d.put("tags", self.tags)
        d.put("default", self.default)


Feature = Field
