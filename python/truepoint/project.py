"""Feast's Project object."""

from __future__ import annotations

from typing import Any

from truepoint._core import UNSET, Definition, Place


class Project(Definition):
    """Accepted so that Feast's files load. The project is the one that feature_store.yaml names."""

    _known = ("name", "description", "tags", "owner", "created_timestamp", "last_updated_timestamp")

    def __init__(self, *positional: Any, name: str = UNSET, **other: Any) -> None:
        other = {k: v for k, v in other.items() if k not in self._known}
        self._start(positional, other, self._known)
        self.name = self._text("name", name)
        self._warnings.append(
            ("Project has no meaning here and is ignored", "name the project in feature_store.yaml", Place(self._site))
        )

    def _document(self) -> None:
        return None
