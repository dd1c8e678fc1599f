"""The API documentation: the OpenAPI document of all HTTP functions, and a page made from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from local.functions import Functions
from local.schema_words import Field, example, fields, kind, resolve
from shared.core import logs

VERSION = "0.1.0"


def document(functions: Functions, server: str) -> dict[str, Any]:
    """OpenAPI 3.1 for all routes; a function that cannot be loaded is missing from it, and logged."""
    from shared.http.openapi import openapi

    apis = [api for name, f in functions.topology.items() if f.paths and (api := _api(functions, name))]
    distinct = {id(api): api for api in apis}  # two functions may serve one registry
    return openapi(list(distinct.values()), server, VERSION)


def _api(functions: Functions, name: str) -> Any:
    try:
        return getattr(functions.module(name), "api", None)
    except Exception:  # noqa: BLE001 - one broken function must not hide the others' documentation
        logs.error("a function could not be loaded for its documentation", exc_info=True, function=name)
        return None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, ready to print."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    roles: str
    parameters: list[Field]
    body: str
    body_fields: list[Field]
    answers: list[tuple[str, str, str]]
    example: str


def operations(spec: dict[str, Any]) -> dict[str, list[Operation]]:
    """Tag -> its operations, in the order of the document."""
    grouped: dict[str, list[Operation]] = {tag["name"]: [] for tag in spec["tags"]}
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            grouped[operation["tags"][0]].append(_operation(spec, path, method, operation))
    return {tag: found for tag, found in grouped.items() if found}


def schemas(spec: dict[str, Any]) -> dict[str, list[Field]]:
    """Schema name -> its fields, by name."""
    found = spec["components"]["schemas"]
    return {name: fields(found[name]) for name in sorted(found)}


def _operation(spec: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Operation:
    mimetype, schema = _body(operation)
    return Operation(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        roles=", ".join(operation.get("x-roles", [])) or "no token needed",
        parameters=[_parameter(parameter) for parameter in operation.get("parameters", [])],
        body=kind(schema) if schema else mimetype,
        body_fields=fields(resolve(spec, schema)),
        answers=[_answer(status, answer) for status, answer in operation["responses"].items()],
        example=" \\\n  ".join(_curl(spec, path, method, operation)),
    )


def _parameter(parameter: dict[str, Any]) -> Field:
    note = parameter.get("description") or parameter["schema"].get("description", "")
    return Field(
        f"{parameter['name']} ({parameter['in']})", kind(parameter["schema"]), parameter["required"], note
    )


def _answer(status: str, answer: dict[str, Any]) -> tuple[str, str, str]:
    kinds = [kind(media["schema"]) for media in answer.get("content", {}).values() if "schema" in media]
    return status, " or ".join(kinds), answer["description"]


def _curl(spec: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> list[str]:
    """A command to try: required fields only, with values that show their type."""
    lines = [f"curl -X {method.upper()} {spec['servers'][0]['url']}{path}"]
    if operation.get("security"):
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if any(p["in"] == "header" and p["required"] for p in operation.get("parameters", [])):
        lines.append('-H "Idempotency-Key: $(uuidgen)"')
    mimetype, schema = _body(operation)
    if mimetype == "application/json":
        body = json.dumps(example(spec, schema), ensure_ascii=False)
        lines += ["-H 'Content-Type: application/json'", f"-d '{body.replace(chr(39), '')}'"]
    elif mimetype:
        lines += [f"-H 'Content-Type: {mimetype}'", "--data-binary @FILE"]
    return lines


def _body(operation: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The media type of the request body and its schema; empty for none."""
    content: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    for mimetype, media in content.items():
        return mimetype, media.get("schema", {})
    return "", {}
