"""OpenAPI 3.1, generated from the routes and their pydantic models, so that it cannot drift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.http.api import Api, Route

_REF = "#/components/schemas/{model}"
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details",
    "required": ["type", "title", "status", "detail", "code", "request_id", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def openapi(apis: Sequence[Api[Any]], server: str, version: str) -> dict[str, Any]:
    """The document for the routes of several functions behind one address."""
    models = _models(apis)
    names, schemas = models_json_schema(
        [(m, "validation" if inbound else "serialization") for m, inbound in models], ref_template=_REF
    )
    refs = {model: schema for (model, _mode), schema in names.items()}
    paths: dict[str, dict[str, Any]] = {}
    for api in apis:
        for route in api.routes:
            operation = _operation(api, route, refs)
            paths.setdefault(route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hesabu", "version": version, "description": "Bookkeeping for Kenyan businesses."},
        "servers": [{"url": server}],
        "tags": [{"name": api.name, "description": api.title} for api in apis],
        "paths": paths,
        "components": {
            "schemas": {**schemas.get("$defs", {}), "Problem": _PROBLEM},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _models(apis: Sequence[Api[Any]]) -> list[tuple[type[BaseModel], bool]]:
    found: dict[type[BaseModel], bool] = {}
    for api in apis:
        for route in api.routes:
            for model, inbound in ((route.body, True), (route.query, True), (route.answer, False)):
                if model is not None:
                    found.setdefault(model, inbound)
    return list(found.items())


def _operation(api: Api[Any], route: Route, refs: dict[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "summary": route.summary,
        "tags": [api.name],
        "security": [] if route.public else [{"bearer": []}],
        "parameters": [*_path_parameters(route), *_query_parameters(route), *_header_parameters(route)],
        "responses": {
            str(route.status): _answer(route, refs),
            "default": {
                "description": "A problem; `code` says which",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    }
    if not route.public:
        operation["x-roles"] = sorted(route.roles)
    if route.description:
        operation["description"] = route.description
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {route.consumes: {"schema": refs[route.body]}},
        }
    elif route.consumes != "application/json":
        operation["requestBody"] = {"required": True, "content": {route.consumes: {}}}
    return operation


def _answer(route: Route, refs: dict[Any, Any]) -> dict[str, Any]:
    answer = route.answer
    if answer is None:
        return {"description": route.summary}
    return {"description": route.summary, "content": {"application/json": {"schema": refs[answer]}}}


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "maxLength": 200}}
        for name in route.parameters
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema(ref_template=_REF)  # what it points at is among the components
    required = set(schema.get("required", []))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": inner}
        for name, inner in schema.get("properties", {}).items()
    ]


def _header_parameters(route: Route) -> list[dict[str, Any]]:
    if not route.idempotent:
        return []
    return [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "description": "Your key for this one act: sending the same request again changes nothing.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }
    ]
