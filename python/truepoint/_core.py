"""What all definitions share: where they were written, how their arguments are checked, how they describe themselves.

Outside of the binary a wrong argument raises DefinitionError at once. While the binary collects definitions, ``sink``
is a list: faults are gathered there and construction goes on, so that a user sees all of them together.
"""

from __future__ import annotations

import difflib
import json
import os
import sys
from datetime import timedelta
from typing import Any, NamedTuple, Optional

ours = [os.path.dirname(os.path.abspath(__file__)) + os.sep]
"""Directories whose code stands between a definition and the user's file."""

UNSET: Any = type("Unset", (), {"__repr__": lambda self: "<unset>", "__bool__": lambda self: False})()

sink: Optional[list] = None
"""Faults of the present collection; None where a fault raises."""


class Site(NamedTuple):
    """The call that created an object. Columns count UTF-8 bytes from 0, as in ast; None where unknown."""

    file: str
    line: int
    column: Optional[int]
    end_line: Optional[int]
    end_column: Optional[int]


class Place(NamedTuple):
    """A call, one of its keyword arguments, and one element of that argument's list (or one key of its mapping)."""

    site: Optional[Site]
    argument: str = ""
    element: Any = None


class DefinitionError(Exception):
    """A definition that cannot be used. ``code`` is invalid_argument or unimplemented."""

    def __init__(self, message: str, hint: str = "", place: Place = Place(None), code: str = "invalid_argument") -> None:
        super().__init__(f"{message} ({hint})" if hint else message)
        self.message = message
        self.hint = hint
        self.place = place
        self.code = code


def fault(message: str, hint: str, place: Place, code: str = "invalid_argument") -> None:
    """Reports a fault: raises it, or keeps it while definitions are collected."""
    error = DefinitionError(message, hint, place, code)
    if sink is None:
        raise error
    sink.append(error)


def call_site() -> Optional[Site]:
    """Returns the innermost call that is not in a directory of ours."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(tuple(ours)):
        frame = frame.f_back
    if frame is None:
        return None
    code, line = frame.f_code, frame.f_lineno
    if hasattr(code, "co_positions"):
        for i, (first, last, column, end_column) in enumerate(code.co_positions()):
            if 2 * i == frame.f_lasti:
                if first is not None:
                    return Site(code.co_filename, first, column, last, end_column)
                break
    return Site(code.co_filename, line, None, None, None)


class Definition:
    """Base of every class that a definition file creates."""

    _ignored: dict = {}
    """Arguments of Feast without a meaning here: name → None to accept them in silence, or what to tell the user."""
    _later: dict = {}
    """Arguments of a later release: name → what to do instead."""

    def _start(self, positional: tuple, other: dict, known: tuple) -> None:
        """Notes the place of the call and deals with the arguments that the class does not name."""
        self._site = call_site()
        self._warnings: list = []
        what = type(self).__name__
        if positional:
            fault(f"{what} takes keyword arguments only", f"write {what}(name=...)", Place(self._site))
        for name, given in other.items():
            place = Place(self._site, name)
            if name in self._ignored:
                if self._ignored[name] and given:
                    self._warnings.append((f"{name} of {what} has no meaning here and is ignored", self._ignored[name], place))
            elif name in self._later:
                if given is not None and given is not False and given != [] and given != {} and given != "":
                    fault(f"{name} of {what} comes in a later release", self._later[name], place, "unimplemented")
            else:
                near = difflib.get_close_matches(name, known, 1)
                hint = f"did you mean {near[0]}?" if near else "it has " + ", ".join(known)
                fault(f"{what} has no argument {name!r}", hint, place)

    def _check(self, argument: str, given: Any, kind: Any, expected: str) -> bool:
        """Reports whether an argument was given and has the right type; a wrong type is a fault."""
        if given is UNSET or given is None:
            return False
        if isinstance(given, bool) and kind in (int, float, str) or not isinstance(given, kind):
            fault(
                f"{argument} of {type(self).__name__} is {_describe(given)}, {expected} is expected",
                "",
                Place(self._site, argument),
            )
            return False
        return True

    def _text(self, argument: str, given: Any) -> str:
        return given if self._check(argument, given, str, "text") else ""

    def _texts(self, argument: str, given: Any) -> list:
        if not self._check(argument, given, (list, tuple), "a list"):
            return []
        wrong = [i for i, item in enumerate(given) if not isinstance(item, str)]
        for i in wrong:
            fault(f"{argument}[{i}] is {_describe(given[i])}, text is expected", "", Place(self._site, argument, i))
        return [] if wrong else list(given)

    def _mapping(self, argument: str, given: Any) -> dict:
        if not self._check(argument, given, dict, "a dictionary of texts"):
            return {}
        for key, item in given.items():
            if not isinstance(key, str) or not isinstance(item, str):
                fault(
                    f"{argument} maps {key!r} to {_describe(item)}, texts are expected", "", Place(self._site, argument, key)
                )
                return {}
        return dict(given)

    def _flag(self, argument: str, given: Any, otherwise: bool) -> bool:
        return given if self._check(argument, given, bool, "True or False") else otherwise

    def _duration(self, argument: str, given: Any) -> Optional[str]:
        """Returns a timedelta as text in the largest unit that is exact; text such as "7d" is passed on as it is."""
        if not self._check(argument, given, (timedelta, str), "a timedelta"):
            return None
        if isinstance(given, str):
            return given
        microseconds = (given.days * 86400 + given.seconds) * 1000000 + given.microseconds
        if microseconds < 0:
            fault(f"{argument} of {type(self).__name__} is negative", "write a positive timedelta", Place(self._site, argument))
            return None
        for unit, length in (("d", 86400000000), ("h", 3600000000), ("m", 60000000), ("s", 1000000), ("ms", 1000)):
            if microseconds and microseconds % length == 0:
                return f"{microseconds // length}{unit}"
        return f"{microseconds}us" if microseconds else "0"

    def _default(self, given: Any) -> dict:
        """Returns the default of a feature, whose name is known; one that is no JSON is a fault."""
        if not self._check("default", given, dict, "a dictionary with null and absent"):
            return {}
        try:
            json.dumps(given, allow_nan=False)
        except (TypeError, ValueError) as e:
            what = type(self).__name__.lower()
            fault(f"default of {what} {self.name!r} cannot be written as JSON: {e}", "use numbers, text, lists", Place(self._site, "default"))
            return {}
        return given

    def _info(self, description: Any, tags: Any, owner: Any) -> None:
        self.description = self._text("description", description)
        self.tags = self._mapping("tags", tags)
        self.owner = self._text("owner", owner)


class Document:
    """A definition as the binary reads it: the mapping that a YAML document would hold, and the place of every value."""

    def __init__(self, kind: str, of: Definition) -> None:
        self.of = of
        self.value: dict = {"kind": kind}
        self.places: dict = {"": Place(of._site)}

    def put(self, key: str, given: Any, argument: str = "") -> None:
        """Adds a key unless it has nothing to say."""
        if given is None or given == "" or given == [] or given == {}:
            return
        self.value[key] = given
        argument = argument or key
        self.places[key] = Place(self.of._site, argument)
        if isinstance(given, list):
            for i in range(len(given)):
                self.places.setdefault(f"{key}[{i}]", Place(self.of._site, argument, i))
        if isinstance(given, dict):
            for name in given:
                self.places[f"{key}.{name}"] = Place(self.of._site, argument, name)

    def nest(self, path: str, of: Any) -> dict:
        """Returns what the definition ``of`` fills in, as the value at a path of this document, and notes its places there."""
        inner = Document("", of)
        inner.value.clear()
        of._fill(inner)
        for within, place in inner.places.items():
            self.places[f"{path}.{within}" if within else path] = place
        return inner.value

    def put_all(self, key: str, given: Any, kind: Any) -> None:
        """Adds a list of definitions of one class; anything else in it is a fault."""
        what = kind.__name__
        if not self.of._check(key, given, (list, tuple), f"a list of {what}"):
            return
        out: list = []
        for i, item in enumerate(given):
            if isinstance(item, kind):
                out.append(self.nest(f"{key}[{len(out)}]", item))
            else:
                fault(f"{key}[{i}] is no {what}", f"write {kind._example}", Place(self.of._site, key, i))
        if out:
            self.value[key] = out
            self.places[key] = Place(self.of._site, key)

    def put_info(self) -> None:
        self.put("description", self.of.description)
        self.put("tags", self.of.tags)
        self.put("owner", self.of.owner)


def _describe(given: Any) -> str:
    if isinstance(given, (str, int, float, bool)):
        return repr(given)[:60]
    return "a " + type(given).__name__
