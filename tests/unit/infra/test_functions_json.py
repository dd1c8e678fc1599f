"""The topology file agrees with its schema, with the folders and with what the functions really take."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from local.functions import Functions
from local.topology import FILE, ROOT, load_topology
from shared.bus import Consumer
from shared.core.settings import Settings
from shared.events import CATALOGUE

DOCUMENT = json.loads(FILE.read_text())
SCHEMA = json.loads(FILE.with_name("functions.schema.json").read_text())
TOPOLOGY = load_topology()
FUNCTIONS = Functions(TOPOLOGY)
EVENT_KINDS = {"event", "bucket", "schedule"}


def changed(name: str, **changes: Any) -> dict[str, Any]:
    return {"functions": {name: {**DOCUMENT["functions"][name], **changes}}}


def test_the_file_follows_its_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(DOCUMENT)


@pytest.mark.parametrize(
    "changes",
    [
        {"memory": "300Mi"},
        {"timeout_seconds": 0},
        {"secrets": ["lower"]},
        {"roles": ["owner"]},
        {"unknown": 1},
        {"trigger": {"kind": "http", "paths": []}},
        {"trigger": {"kind": "http", "paths": ["/v1/"]}},
        {"trigger": {"kind": "event", "types": ["no version"]}},
        {"trigger": {"kind": "queue"}},
    ],
)
def test_the_schema_refuses_what_terraform_could_not_use(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Draft202012Validator(SCHEMA).validate(changed("books", **changes))


def test_every_folder_is_listed_and_every_entry_has_a_folder() -> None:
    folders = {main.parent.name for main in (ROOT / "functions").glob("*/main.py")}
    assert folders == set(DOCUMENT["functions"])


def test_no_path_belongs_to_two_functions() -> None:
    claims = [(path, function.name) for function in TOPOLOGY for path in function.paths]
    for (one, owner), (other, rival) in combinations(claims, 2):
        overlap = one == other or one.startswith(other + "/") or other.startswith(one + "/")
        assert not overlap, f"{owner} and {rival} both claim {one} and {other}"


def test_every_secret_is_a_setting() -> None:
    settings = {name.upper() for name in Settings.model_fields}
    assert {secret for function in TOPOLOGY for secret in function.secrets} <= settings


def test_every_event_type_is_in_the_catalogue() -> None:
    named = {t for f in DOCUMENT["functions"].values() for t in f["trigger"].get("types", [])}
    named |= {f["trigger"]["type"] for f in DOCUMENT["functions"].values() if "type" in f["trigger"]}
    assert named <= set(CATALOGUE)


@pytest.mark.parametrize("name", [f.name for f in TOPOLOGY if f.trigger.kind in EVENT_KINDS])
def test_a_function_handles_exactly_the_events_it_is_subscribed_to(name: str) -> None:
    consumers = [v for v in vars(FUNCTIONS.module(name)).values() if isinstance(v, Consumer)]
    assert len(consumers) == 1
    trigger = DOCUMENT["functions"][name]["trigger"]
    assert consumers[0].types == set(trigger.get("types") or [trigger["type"]])


@pytest.mark.parametrize("name", [f.name for f in TOPOLOGY if f.paths])
def test_every_route_of_a_function_lies_under_its_paths(name: str) -> None:
    routes = FUNCTIONS.module(name).api.routes
    assert routes
    for route in routes:
        found = FUNCTIONS.by_path(route.path)
        assert found is not None, f"{route.path} is served by nobody"
        assert found.name == name
