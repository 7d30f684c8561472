"""JSON Schemas, the table of events and the AsyncAPI document, all from the registry of types.

``python -m huikuan.events.schema`` writes them; with ``--check`` it only compares and answers 1,
naming what has drifted. The schemas say what a sender may write; ``check`` asks for more.
"""

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from huikuan.events.asyncapi import asyncapi
from huikuan.events.catalogue import catalogue
from huikuan.events.codec import TYPES
from huikuan.events.fields import Event
from huikuan.events.meanings import meaning_of
from huikuan.events.texts import ID_LENGTH_MAX
from huikuan.events.wire import SOURCE_LENGTH_MAX, SPECVERSION

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ROOT = Path(__file__).parents[2]
SCHEMAS = "huikuan/events/schemas"


def schema_of(kind: type[Event]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one type's data, complete in itself."""
    (_,), components = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    for struct in structs_of(kind):
        described = components[struct.__name__]
        for field, schema in described["properties"].items():
            schema["description"] = meaning_of(struct, field)
        described["description"] = str(described.get("description", "")).replace("``", "`")
    own = components.pop(kind.__name__)
    schema = {"$schema": DIALECT, **own, "title": kind.TYPE}
    return schema | ({"$defs": dict(sorted(components.items()))} if components else {})


def structs_of(kind: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    """The struct itself and those that its fields hold, each once."""
    found: list[type[msgspec.Struct]] = [kind]
    info = inspect.type_info(kind)
    waiting = [field.type for field in info.fields] if isinstance(info, inspect.StructType) else []
    while waiting:
        match waiting.pop():
            case inspect.StructType() as inner:
                found += [each for each in structs_of(inner.cls) if each not in found]
            case inspect.UnionType() as union:
                waiting += union.types
            case inspect.VarTupleType() as many:
                waiting.append(many.item_type)
            case _:
                pass
    return found


def envelope_schema(types: Collection[str]) -> dict[str, Any]:
    """The JSON Schema of a whole event as CloudEvents 1.0 in JSON, of one of these types.

    Its data are as the type demands, whose schema is beside this one.
    """
    text = {"type": "string", "minLength": 1, "maxLength": ID_LENGTH_MAX}
    return {
        "$schema": DIALECT,
        "title": "CloudEvent",
        "description": "One event in its envelope (CloudEvents 1.0, JSON).",
        "type": "object",
        "properties": {
            "specversion": {"const": SPECVERSION},
            "id": {**text, "description": "Unique in its source."},
            "source": {
                **text,
                "maxLength": SOURCE_LENGTH_MAX,
                "format": "uri-reference",
                "description": "The system that sends.",
            },
            "type": {"enum": sorted(types), "description": "What happened."},
            "subject": {**text, "description": "The debtor; absent where it is about everybody."},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "dataschema": {"type": "string", "format": "uri-reference"},
            "data": {"type": "object"},
        },
        "required": ["specversion", "id", "source", "type", "data"],
        "additionalProperties": {"type": ["string", "integer", "boolean"]},
        "allOf": [
            {
                "if": {"properties": {"type": {"const": name}}},
                "then": {"properties": {"data": {"$ref": f"{name}.json"}}},
            }
            for name in sorted(types)
        ],
    }


def generated() -> dict[str, str]:
    """Everything that is generated: path below the repository's root → text."""
    schemas = {name: schema_of(kind) for name, kind in TYPES.items()}
    schemas["cloudevent"] = envelope_schema(TYPES)
    texts = {f"{SCHEMAS}/{name}.json": _json(schema) for name, schema in schemas.items()}
    texts["docs/events.md"] = catalogue(structs_of)
    texts["docs/asyncapi.json"] = _json(asyncapi(f"../{SCHEMAS}"))
    return texts


def drifted(root: Path, texts: Mapping[str, str]) -> list[str]:
    """Which files under ``root`` are not as generated, or should not be there."""
    wrong = [
        path
        for path, text in texts.items()
        if not (root / path).is_file() or (root / path).read_text("utf-8") != text
    ]
    left = {f"{SCHEMAS}/{path.name}" for path in (root / SCHEMAS).glob("*.json")} - set(texts)
    return sorted([*wrong, *left])


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Write what is generated, or with ``--check`` answer 1 where something has drifted."""
    texts = generated()
    wrong = drifted(root, texts)
    if "--check" in arguments:
        for path in wrong:
            print(f"{path} is not as generated; run python -m huikuan.events.schema")
        return 1 if wrong else 0
    for path in wrong:
        if path in texts:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(texts[path], "utf-8")
        else:
            (root / path).unlink()
        print(path)
    return 0


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
