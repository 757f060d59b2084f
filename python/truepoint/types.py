"""Types of features: the names of feast.types, and those that Feast does not have."""

from __future__ import annotations

from typing import Any


class FeastType:
    """A type. Its text is what a YAML definition would say."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return self._text

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, FeastType) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


def text_of(dtype: Any) -> str:
    """Returns the text of a type or of a ValueType; "" for anything else."""
    if isinstance(dtype, FeastType):
        return str(dtype)
    if dtype is Map:  # Feast's Map, which does not say what its values are: the binary explains
        return "MAP"
    name = getattr(dtype, "name", "")
    return name if type(dtype).__name__ == "ValueType" else ""


Bool = FeastType("Bool")
Int32 = FeastType("Int32")
Int64 = FeastType("Int64")
Float32 = FeastType("Float32")
Float64 = FeastType("Float64")
String = FeastType("String")
Bytes = FeastType("Bytes")
PdfBytes = FeastType("Bytes")
ImageBytes = FeastType("Bytes")
UnixTimestamp = FeastType("UnixTimestamp")
Date = FeastType("Date")
Uuid = FeastType("Uuid")
TimeUuid = FeastType("Uuid")
Decimal = FeastType("Decimal")
Json = FeastType("Json")
ScalarMap = FeastType("SCALAR_MAP")
Invalid = FeastType("Invalid")


class Array(FeastType):
    """A list of values of one type."""

    def __init__(self, base_type: Any) -> None:
        super().__init__(f"Array({text_of(base_type)})")
        self.base_type = base_type


class Set(FeastType):
    """A list without duplicates."""

    def __init__(self, base_type: Any) -> None:
        super().__init__(f"Set({text_of(base_type)})")
        self.base_type = base_type


class Map(FeastType):
    """A mapping from text to values of one type: Map(Int64)."""

    def __init__(self, *types: Any) -> None:
        super().__init__(f"Map(String, {text_of(types[-1]) if types else ''})")


class Struct(FeastType):
    """Named values: Struct({"lat": Float64, "lon": Float64})."""

    def __init__(self, fields: dict) -> None:
        super().__init__("Struct(" + ", ".join(f"{name}: {text_of(t)}" for name, t in fields.items()) + ")")
        self.fields = fields


class Vector(FeastType):
    """A fixed number of Float32."""

    def __init__(self, length: int) -> None:
        super().__init__(f"Vector({length})")


PrimitiveFeastType = FeastType
ComplexFeastType = FeastType
