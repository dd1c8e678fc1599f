"""The API page: every operation of the document, nothing from outside, everything escaped."""

from __future__ import annotations

import json
import re
from typing import Any

from local import web
from local.docs import document, operations, schemas
from local.functions import Functions
from local.schema_words import example, kind
from local.topology import load_topology

SPEC: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"version": "9"},
    "servers": [{"url": "http://here"}],
    "tags": [{"name": "things", "description": ""}],
    "paths": {
        "/v1/things/{thing_id}": {
            "post": {
                "operationId": "make_thing",
                "summary": "Make <b>a thing</b>",
                "tags": ["things"],
                "security": [{"bearer": []}],
                "x-roles": ["owner"],
                "parameters": [
                    {"name": "thing_id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {
                        "name": "Idempotency-Key",
                        "in": "header",
                        "required": True,
                        "schema": {"type": "string"},
                    },
                ],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/New"}}}
                },
                "responses": {"201": {"description": "made"}, "default": {"description": "a problem"}},
            }
        }
    },
    "components": {
        "schemas": {
            "New": {
                "type": "object",
                "required": ["cents", "lines"],
                "properties": {
                    "cents": {"type": "integer", "minimum": 1, "description": "the amount"},
                    "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                },
            },
            "Line": {"type": "object", "required": ["day"], "properties": {"day": {"format": "date"}}},
        }
    },
}


def page(spec: dict[str, Any]) -> str:
    return web.render("docs.html", spec=spec, tags=operations(spec), schemas=schemas(spec)).get_data(True)


def test_an_operation_is_told_with_fields_answers_and_a_command() -> None:
    (operation,) = operations(SPEC)["things"]
    assert (operation.method, operation.roles, operation.body) == ("POST", "owner", "New")
    assert [(f.name, f.kind, f.required) for f in operation.body_fields] == [
        ("cents", "integer", True),
        ("lines", "list of Line", True),
        ("note", "string or null", False),
    ]
    assert operation.body_fields[0].note == "the amount; minimum 1"
    assert operation.answers == [("201", "", "made"), ("default", "", "a problem")]
    assert operation.example.splitlines() == [
        "curl -X POST http://here/v1/things/{thing_id} \\",
        '  -H "Authorization: Bearer $TOKEN" \\',
        '  -H "Idempotency-Key: $(uuidgen)" \\',
        "  -H 'Content-Type: application/json' \\",
        '  -d \'{"cents": 1, "lines": [{"day": "2026-03-01"}]}\'',
    ]


def test_the_page_escapes_what_the_document_says() -> None:
    html = page(SPEC)
    assert "Make &lt;b&gt;a thing&lt;/b&gt;" in html
    assert "<b>a thing" not in html


def test_the_page_loads_nothing_from_outside_and_has_no_inline_code() -> None:
    html = page(SPEC)
    loaded = re.findall(r"<(?:link|script|img)[^>]*?(?:href|src)=\"([^\"]+)\"", html)
    assert loaded
    assert all(address.startswith("/assets/") for address in loaded)
    assert not re.search(r"<script(?![^>]*src)|\son\w+=|style=", html)


def test_the_real_document_has_every_route_and_the_page_shows_each() -> None:
    functions = Functions(load_topology())
    spec = document(functions, "http://here")
    html = page(spec)
    served = [f.name for f in functions.topology.values() if f.paths]
    routes = [(r.method, r.path) for name in served for r in functions.module(name).api.routes]
    assert len(routes) > 20
    for method, path in routes:
        assert method.lower() in spec["paths"][path]
        assert path in html


def test_a_schema_that_points_at_itself_still_has_an_example() -> None:
    tree = {
        "type": "object",
        "required": ["kids"],
        "properties": {"kids": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
    }
    found = example({"components": {"schemas": {"Tree": tree}}}, {"$ref": "#/components/schemas/Tree"})
    assert json.dumps(found).count("kids") == 2


def test_kinds_are_words() -> None:
    assert kind({"enum": ["a", "b"]}) == '"a" | "b"'
    assert kind({"const": "x"}) == '"x"'
    assert kind({"type": "array"}) == "list of any"
    assert kind({}) == "any"
