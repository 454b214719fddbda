"""The OpenAPI document, written from the route table and the models: it cannot disagree with the code."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.errors import STATUS
from bot.web import Body, Route

_PLACE = re.compile(r"<(\w+)(?::[^>]*)?>")
_ERROR = {
    "description": "Refused or failed",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}
_ERROR_SCHEMA = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string", "enum": sorted(STATUS)}, "message": {"type": "string"}},
        }
    },
}
_SECURITY: dict[str, list[dict[str, list[str]]]] = {
    "public": [],
    "visitor": [{"conversation": []}],
    "staff": [{"session": []}],
}
_SCHEMES = {
    "conversation": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "bangban_session"},
}


def document(routes: Sequence[Route], version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of ``routes``."""
    schemas, components = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(openapi_path(route.path), {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Bangban", "version": version},
        "paths": paths,
        "components": {"schemas": {**components, "Error": _ERROR_SCHEMA}, "securitySchemes": _SCHEMES},
    }


def openapi_path(path: str) -> str:
    """A route's path the way OpenAPI writes it: ``{name}`` for a variable part."""
    return _PLACE.sub(r"{\1}", path)


def _schemas(routes: Sequence[Route]) -> tuple[dict[Any, Any], dict[str, Any]]:
    wanted: list[tuple[type[BaseModel], Any]] = []
    for route in routes:
        wanted += [(model, "validation") for model in (route.body, route.query) if model]
        wanted += [(route.answer, "serialization")] if route.answer else []
    by_model, shared = models_json_schema(
        list(dict.fromkeys(wanted)), ref_template="#/components/schemas/{model}"
    )
    return by_model, shared.get("$defs", {})


def _operation(route: Route, schemas: dict[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": route.name,
        "security": _SECURITY[route.access],
        "parameters": _parameters(route, schemas),
        "responses": _responses(route, schemas),
    }
    if route.body:
        operation["requestBody"] = {"required": True, "content": _json(schemas[(route.body, "validation")])}
    if route.upload:
        operation["requestBody"] = {"required": True, "content": {"image/*": {}}}
    return operation


def _responses(route: Route, schemas: dict[Any, Any]) -> dict[str, Any]:
    if route.websocket:
        return {"101": {"description": "The WebSocket; see docs/protocol.md"}, "default": _ERROR}
    good: dict[str, Any] = {"description": route.summary}
    if route.answer:
        good["content"] = _json(schemas[(route.answer, "serialization")])
    return {str(route.status): good, "default": _ERROR}


def _parameters(route: Route, schemas: dict[Any, Any]) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PLACE.findall(route.path)
    ]
    if route.websocket and route.access == "visitor":
        found.append({"name": "token", "in": "query", "required": True, "schema": {"type": "string"}})
    elif route.access == "staff" and route.method != "GET":
        found.append({"name": "X-CSRF-Token", "in": "header", "required": True, "schema": {"type": "string"}})
    return found + (_query_parameters(route.query) if route.query else [])


def _query_parameters(query: type[Body]) -> list[dict[str, Any]]:
    schema = query.model_json_schema()
    return [
        {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": part}
        for name, part in schema["properties"].items()
    ]


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
