"""Data sources: where rows come from and what their times mean."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Optional

from truepoint._core import UNSET, Definition, Document, Place, fault
from truepoint.field import Field

_COMMON = (
    "name", "timestamp_field", "created_timestamp_column", "field_mapping", "date_partition_column", "availability",
    "timezone", "timestamp_unit", "tie_break", "ties", "deleted_column", "event_id", "description", "tags", "owner",
)  # fmt: skip
_TEXTS = (
    "timestamp_field", "created_timestamp_column", "date_partition_column", "timezone", "timestamp_unit", "ties",
    "deleted_column", "event_id",
)  # fmt: skip


class DataSource(Definition):
    """Base of all sources. ``availability`` is "event_time", "created_time", or the delay as a timedelta."""

    _type = ""
    _place = ("table", "query")  # the arguments that say where the rows are
    _kept: tuple = ()  # arguments that are kept with the definition and have no meaning for values
    _prefix: tuple = ()  # arguments that stand before the table's name
    _order: tuple = ()  # arguments that may be given by position, as in Feast

    def __init__(self, *positional: Any, **given: Any) -> None:
        given.update(zip(self._order, positional))
        positional = positional[len(self._order) :]
        self._given = given
        older = given.pop("event_timestamp_column", None)
        given["timestamp_field"] = given.get("timestamp_field") or older or UNSET
        known = _COMMON + self._place + self._kept + self._prefix
        self._start(positional, {k: v for k, v in given.items() if k not in known}, known)
        if older and older != given["timestamp_field"]:
            message = f"event_timestamp_column is {older!r} and timestamp_field {given['timestamp_field']!r}"
            fault(message, "give timestamp_field alone", Place(self._site, "event_timestamp_column"))
        self._set_place()
        self.name = self._text("name", given.get("name")) or self._default_name()
        for argument in _TEXTS:
            setattr(self, argument, self._text(argument, given.get(argument)))
        self.field_mapping = self._mapping("field_mapping", given.get("field_mapping"))
        self.tie_break = self._texts("tie_break", given.get("tie_break"))
        self.availability = self._availability(given.get("availability"))
        self._info(given.get("description"), given.get("tags"), given.get("owner"))

    def _set_place(self) -> None:
        for argument in self._place:
            setattr(self, argument, self._text(argument, self._given.get(argument)))
        parts = [self._text(p, self._given.get(p)) for p in self._prefix]
        if getattr(self, "table", ""):
            self.table = ".".join([p for p in parts if p] + [self.table])

    def _default_name(self) -> str:
        """Feast calls a source without a name after its table or path."""
        for argument in self._place:
            if argument != "query" and getattr(self, argument):
                return getattr(self, argument)
        return ""

    def _availability(self, given: Any) -> Any:
        if isinstance(given, dict):
            return given
        if not self._check("availability", given, (str, timedelta), "text or a timedelta"):
            return None
        if isinstance(given, timedelta):
            return {"delay": self._duration("availability", given) or "0"}
        return given

    def _reachable(self) -> list:
        return []

    def _document(self) -> Document:
        d = Document("DataSource", self)
        d.put("name", self.name)
        d.value["type"] = self._type
        for argument in self._place + _TEXTS + ("field_mapping", "tie_break", "availability"):
            d.put(argument, getattr(self, argument))
        d.put("options", {k: str(self._given[k]) for k in self._kept if self._given.get(k)})
        d.put_info()
        return d


class FileSource(DataSource):
    """Parquet, CSV or JSON lines: a file, a directory or a pattern."""

    _type = "file"
    _place = ("path",)
    _kept = ("s3_endpoint_override",)
    _ignored = {"file_format": None}
    _later = {"table_format": "table formats come in a later release; use Parquet files"}

    def __init__(self, *positional: Any, path: str = UNSET, file_format: Any = None, **given: Any) -> None:
        super().__init__(*positional, path=path, file_format=file_format, **given)
        if type(file_format).__name__ == "DeltaFormat":
            fault("Delta tables come in a later release", "use Parquet files", Place(self._site, "file_format"), "unimplemented")


class BigQuerySource(DataSource):
    _type = "bigquery"
    _kept = ("timestamp_field_type",)


class RedshiftSource(DataSource):
    _type = "redshift"
    _prefix = ("database", "schema")


class SnowflakeSource(DataSource):
    _type = "snowflake"
    _prefix = ("database", "schema")
    _kept = ("warehouse",)


class PostgreSQLSource(DataSource):
    _type = "postgres"
    _order = (
        "name", "query", "table", "timestamp_field", "created_timestamp_column", "field_mapping", "description", "tags", "owner",
    )  # fmt: skip


class TrinoSource(DataSource):
    _type = "trino"


class SparkSource(DataSource):
    _type = "spark"
    _place = ("table", "query", "path")
    _kept = ("file_format", "date_partition_column_format")
    _later = {"table_format": "table formats come in a later release; name a table"}


class PushSource(DataSource):
    """Rows that are pushed; ``batch_source`` holds the history that they extend."""

    _type = "push"
    _place = ()

    def __init__(self, *positional: Any, name: str = UNSET, batch_source: Any = UNSET, **given: Any) -> None:
        super().__init__(*positional, name=name, **given)
        self.batch_source = batch_source

    def _reachable(self) -> list:
        return [self.batch_source]

    def _document(self) -> Document:
        d = super()._document()
        if isinstance(self.batch_source, str):
            d.put("batch_source", self.batch_source)
        elif isinstance(self.batch_source, DataSource):
            d.put("batch_source", self.batch_source.name)
        elif self.batch_source is not UNSET and self.batch_source is not None:
            fault("batch_source of PushSource is no data source", "write batch_source=FileSource(...)", Place(self._site, "batch_source"))
        return d


class RequestSource(DataSource):
    """Columns that come with a request."""

    _type = "request"
    _place = ()

    def __init__(self, *positional: Any, name: str = UNSET, schema: Optional[list] = UNSET, **given: Any) -> None:
        super().__init__(*positional, name=name, **given)
        self.schema = schema

    def _document(self) -> Document:
        d = super()._document()
        d.put_all("schema", self.schema, Field)
        return d
