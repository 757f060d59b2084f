"""Runs one definition file with the Feast that is installed and prints what it declares as JSON."""
import json
import os
import runpy
import sys

import feast
from feast.data_source import DataSource
from feast.infra.offline_stores.file_source import FileSource

sys.path.insert(0, os.path.dirname(sys.argv[1]))
objects = [o for o in runpy.run_path(sys.argv[1]).values()]
objects = [i for o in objects for i in (o if isinstance(o, list) else [o])]
out = {"entities": {}, "sources": {}, "views": {}, "services": {}}


def info(o):
    return {"description": o.description, "tags": dict(o.tags), "owner": o.owner}


def keep_source(s):
    d = {"kind": type(s).__name__, "timestamp": s.timestamp_field, "created": s.created_timestamp_column, "mapping": dict(s.field_mapping),
         "partition": s.date_partition_column, "place": "", **info(s)}  # fmt: skip
    if isinstance(s, FileSource):
        d["place"] = s.path
    elif hasattr(s, "query") and s.query:
        d["place"] = s.query
    elif hasattr(s, "table"):
        d["place"] = ".".join(filter(None, [getattr(s, "database", ""), getattr(s, "schema", ""), s.table]))
    elif isinstance(s, feast.PushSource):
        d["place"] = s.batch_source.name
        keep_source(s.batch_source)
    elif isinstance(s, feast.RequestSource):
        d["place"] = ",".join(f.name for f in s.schema)
    out["sources"][s.name] = d


for o in objects:
    if isinstance(o, feast.Entity):
        out["entities"][o.name] = {"keys": [o.join_key], **info(o)}
    elif isinstance(o, DataSource):
        keep_source(o)
    elif isinstance(o, feast.FeatureView):
        keep_source(o.stream_source or o.batch_source)
        out["views"][o.name] = {
            "entities": [e for e in o.entities if e != "__dummy"], "ttl": (o.ttl.days * 86400 + o.ttl.seconds) * 1000000 + o.ttl.microseconds if o.ttl else 0, "online": o.online,
            "source": (o.stream_source or o.batch_source).name, "fields": [[f.name, f.dtype.to_value_type().name, f.description, dict(f.tags)] for f in o.features], **info(o),
        }  # fmt: skip
    elif isinstance(o, feast.FeatureService):
        out["services"][o.name] = {"features": [[p.name_to_use(), p.name, [f.name for f in p.features], p.join_key_map] for p in o.feature_view_projections], **info(o)}
json.dump(out, sys.stdout)
