"""The document is made from the routes: parameters, bodies, answers and roles of each."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from http_world import api
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel

from shared.http import EVERYONE, Api, Args, Call, Reply
from shared.http.openapi import openapi


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    return openapi([api], "https://pay.example.co.ke", "1.2.3")


def test_it_is_valid(spec: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(json.loads(json.dumps(spec))).validate()
    assert spec["info"]["version"] == "1.2.3"
    assert spec["servers"] == [{"url": "https://pay.example.co.ke"}]


def test_every_route_is_an_operation(spec: dict[str, Any]) -> None:
    found = {(method.upper(), path) for path, methods in spec["paths"].items() for method in methods}
    assert found == {(route.method, route.path) for route in api.routes}


def test_a_body_and_an_answer_point_at_their_models(spec: dict[str, Any]) -> None:
    operation = spec["paths"]["/v1/carts"]["post"]
    assert operation["requestBody"]["content"] == {
        "application/json": {"schema": {"$ref": "#/components/schemas/NewCart"}}
    }
    answer = operation["responses"]["201"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/CartView"}
    assert spec["components"]["schemas"]["NewCart"]["additionalProperties"] is False
    assert operation["responses"]["default"]["content"].keys() == {"application/problem+json"}


def test_parameters_are_of_path_query_and_header(spec: dict[str, Any]) -> None:
    def places(method: str, path: str) -> dict[str, tuple[str, bool]]:
        return {p["name"]: (p["in"], p["required"]) for p in spec["paths"][path][method]["parameters"]}

    assert places("get", "/v1/carts/{cart_id}") == {"cart_id": ("path", True)}
    assert places("get", "/v1/carts") == {
        "limit": ("query", False),
        "cursor": ("query", False),
        "colour": ("query", False),
    }
    assert places("post", "/v1/carts") == {"Idempotency-Key": ("header", True)}


def test_roles_and_security_are_told(spec: dict[str, Any]) -> None:
    adding = spec["paths"]["/v1/carts"]["post"]
    assert (adding["x-roles"], adding["security"]) == (["admin", "owner"], [{"bearer": []}])
    failing = spec["paths"]["/open/{kind}"]["post"]
    assert failing["security"] == []
    assert "x-roles" not in failing
    assert failing["requestBody"]["content"].keys() == {"application/octet-stream"}


def test_a_docstring_is_the_description(spec: dict[str, Any]) -> None:
    assert spec["paths"]["/v1/carts"]["post"]["description"] == "Adds one cart."
    assert "description" not in spec["paths"]["/v1/carts/{cart_id}"]["delete"]


class Shade(BaseModel):
    name: Literal["red", "blue"]


class ShadeArgs(Args):
    shade: Shade | None = None


def test_a_model_inside_the_arguments_is_found_where_the_document_points() -> None:
    shaded: Api[Any] = Api("shaded", title="Shaded")

    @shaded.get("/shaded", roles=EVERYONE, query=ShadeArgs, summary="Shaded")
    def read_shaded(call: Call[Any]) -> Reply:
        return Reply(None)

    made = openapi([shaded], "http://here", "1")
    assert "Shade" in made["components"]["schemas"]
    assert "#/$defs/" not in json.dumps(made)


def test_a_cart_is_one_name_for_one_thing(spec: dict[str, Any]) -> None:
    assert {"NewCart", "Wheel", "CartView", "ListView_CartView_", "Problem"} <= set(
        spec["components"]["schemas"]
    )
