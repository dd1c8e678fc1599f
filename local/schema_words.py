"""JSON schemas in a few words, for people: fields, kinds, limits, and a value to try."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a schema, parameter or body, ready to print."""

    name: str
    kind: str
    required: bool
    note: str


def fields(schema: dict[str, Any]) -> list[Field]:
    """The properties of an object schema."""
    required = set(schema.get("required", []))
    return [
        Field(name, kind(inner), name in required, _note(inner))
        for name, inner in schema.get("properties", {}).items()
    ]


_LIMITS = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "minLength",
    "maxLength",
    "maxItems",
    "pattern",
    "default",
)


def _note(schema: dict[str, Any]) -> str:
    limits = [f"{name} {json.dumps(schema[name])}" for name in _LIMITS if name in schema]
    return "; ".join([*([schema["description"]] if "description" in schema else []), *limits])


def kind(schema: dict[str, Any]) -> str:
    """A schema in a few words: ``string``, ``list of InvoiceView``, ``"a" | "b"``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return " or ".join(kind(inner) for inner in schema[word])
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")


def resolve(spec: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, or the one it points to."""
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = spec["components"]["schemas"][kind(schema)]
    return found


_SAMPLES = {"string": "text", "integer": 1, "number": 1, "boolean": True, "null": None, "date": "2026-03-01"}


def example(spec: dict[str, Any], schema: dict[str, Any], depth: int = 4) -> Any:
    """A value that fits the schema: its own example or default, else the plainest of its type."""
    schema = resolve(spec, schema)
    for ready in ("example", "const", "default"):
        if ready in schema:
            return schema[ready]
    if "examples" in schema or "enum" in schema:
        return (schema.get("examples") or schema["enum"])[0]
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return example(spec, schema[word][0], depth)
    if schema.get("type") == "array":
        return [example(spec, schema.get("items", {}), depth - 1)] if depth else []
    if "properties" in schema:
        needed = schema.get("required", [])
        inner = schema["properties"]
        return {name: example(spec, inner[name], depth - 1) for name in needed} if depth else {}
    return _SAMPLES.get(schema.get("format", ""), _SAMPLES.get(schema.get("type", ""), "text"))
