"""Entities: what features are about."""

from __future__ import annotations

from typing import Any, Optional

from truepoint._core import UNSET, Definition, Document, Place, fault
from truepoint.types import text_of


class Entity(Definition):
    """An entity and its join keys; without join_keys its name is the only one."""

    _known = ("name", "join_keys", "value_type", "description", "tags", "owner")

    def __init__(
        self,
        *positional: Any,
        name: str = UNSET,
        join_keys: Optional[list] = UNSET,
        value_type: Any = UNSET,
        description: str = UNSET,
        tags: Optional[dict] = UNSET,
        owner: str = UNSET,
        join_key: Optional[str] = UNSET,
        **other: Any,
    ) -> None:
        self._start(positional, other, self._known)
        self.name = self._text("name", name)
        self._keys_argument = "join_keys"
        if join_key is not UNSET and join_key is not None:
            key = self._text("join_key", join_key)
            self._keys_argument, join_keys = "join_key", [key] if key else UNSET
        self.join_keys = self._texts(self._keys_argument, join_keys) or [self.name]
        self.value_type = ""
        if value_type is not UNSET and value_type is not None:
            self.value_type = text_of(value_type)
            if not self.value_type:
                fault("value_type of Entity is no type", "use ValueType.STRING or Int64", Place(self._site, "value_type"))
        if self.value_type == "UNKNOWN":
            self.value_type = ""
        self._info(description, tags, owner)

    @property
    def join_key(self) -> str:
        """The first join key."""
        return self.join_keys[0]

    def _document(self) -> Document:
        d = Document("Entity", self)
        d.put("name", self.name)
        d.put("join_keys", self.join_keys, self._keys_argument)
        d.put("value_type", self.value_type)
        d.put_info()
        return d
