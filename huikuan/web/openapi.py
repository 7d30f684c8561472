"""The OpenAPI document: how the key is sent and what a problem looks like, in one place."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; the words follow Accept-Language (en, zh).",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body"},
                    "parameter": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_ANSWER = {
    "description": "A problem",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_UNUSED = ("HTTPValidationError", "ValidationError")
_COMPONENTS = "#/components/schemas/"
Schemas = Mapping[str, Mapping[str, Any]]


def describe(app: FastAPI, schemas: Callable[[], Schemas]) -> None:
    """Let the app describe itself with our problems in place of FastAPI's.

    ``schemas`` are those to which ``taking`` refers, by name, each complete in itself.
    """

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, schemas())
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way


def taking(names: Mapping[str, str]) -> dict[str, Any]:
    """The ``openapi_extra`` of a route that reads its body by hand: media type → its schema."""
    content = {
        media_type: {"schema": {"$ref": _COMPONENTS + name}} for media_type, name in names.items()
    }
    return {"requestBody": {"required": True, "content": content}}


def _document(app: FastAPI, own: Schemas) -> dict[str, Any]:
    found = get_openapi(title=app.title, version=app.version, routes=app.routes)
    components = found.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _UNUSED:
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    for name, schema in _components(own):
        assert schemas.setdefault(name, schema) == schema, "two schemas have one name"
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    found["security"] = [{"key": []}]
    for path in found.get("paths", {}).values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = _ANSWER
    return found


def _components(own: Schemas) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each with its name, and those that it holds with theirs."""
    for name, schema in own.items():
        for inner, held in schema.get("$defs", {}).items():
            yield inner, _referring(held)
        bare = {key: value for key, value in schema.items() if key not in {"$defs", "$schema"}}
        yield name, _referring(bare)


def _referring(schema: Any) -> Any:
    """The schema with what it refers to, within itself or in a file, among the components."""
    if isinstance(schema, list):
        return [_referring(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _referring(value) for key, value in schema.items()}
    if isinstance(place := found.get("$ref"), str):
        found["$ref"] = _COMPONENTS + place.rpartition("/")[2].removesuffix(".json")
    return found
