"""The topology file agrees with its schema, with the folders and with what the functions really take."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from pydantic import SecretStr

from local.functions import Functions
from local.topology import FILE, ROOT, load_topology, read_topology
from shared.bus import Consumer
from shared.core.settings import Settings
from shared.events import CATALOGUE

DOCUMENT = json.loads(FILE.read_text())
SCHEMA = json.loads(FILE.with_name("functions.schema.json").read_text())
TOPOLOGY = load_topology()
FUNCTIONS = Functions(TOPOLOGY)
EVENT_KINDS = {"event", "bucket", "schedule"}


def changed(name: str, **changes: Any) -> dict[str, Any]:
    return {**DOCUMENT, "functions": {name: {**DOCUMENT["functions"][name], **changes}}}


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
        {"roles": ["roles/editor"]},
        {"cpu": 0.5},
        {"max_instances": 0},
        {"publishes": ["no version"]},
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


def test_every_secret_is_a_setting_and_used() -> None:
    fields = Settings.model_fields.items()
    settings = {name.upper() for name, field in fields if field.annotation is SecretStr}
    used = {secret for function in TOPOLOGY for secret in function.secrets}
    assert used == set(DOCUMENT["secrets"])
    names = {"AIRTEL_KEY", "DARAJA_KEY"}  # of an app: no secret by itself
    assert used - names == settings, "every secret setting reaches some function, and nothing else"


def test_topics_carry_what_is_published_and_nobody_waits_for_another() -> None:
    topics = set(DOCUMENT["topics"])
    assert topics == {t for f in TOPOLOGY for t in f.publishes}
    assert {s.topic for s in read_topology().subscriptions()} <= topics
    platform = {f.trigger.type for f in TOPOLOGY if f.trigger.kind in ("bucket", "schedule")}
    assert topics == set(CATALOGUE) - platform


def test_a_role_is_given_where_it_is_used() -> None:
    for function in TOPOLOGY:
        assert ("roles/pubsub.publisher" in function.roles) == bool(function.publishes), function.name
        assert function.min_instances <= function.max_instances, function.name


def test_the_sweep_may_relay_whatever_was_left_behind() -> None:
    (sweep,) = (f for f in TOPOLOGY if f.name == "sweep")
    assert set(sweep.publishes) == set(DOCUMENT["topics"])


def test_every_event_type_is_in_the_catalogue() -> None:
    named = {t for f in DOCUMENT["functions"].values() for t in f["trigger"].get("types", [])}
    named |= {f["trigger"]["type"] for f in DOCUMENT["functions"].values() if "type" in f["trigger"]}
    assert named <= set(CATALOGUE)


@pytest.mark.parametrize("name", [f.name for f in TOPOLOGY if f.trigger.kind in EVENT_KINDS])
def test_a_function_handles_exactly_the_events_it_is_subscribed_to(name: str) -> None:
    consumers = [v for v in vars(FUNCTIONS.module(name)).values() if isinstance(v, Consumer)]
    assert len(consumers) == 1
    trigger = DOCUMENT["functions"][name]["trigger"]
    assert consumers[0].types == {
        *trigger.get("types", []),
        *([trigger["type"]] if "type" in trigger else []),
    }


@pytest.mark.parametrize("name", [f.name for f in TOPOLOGY if f.paths])
def test_every_route_of_a_function_lies_under_its_paths(name: str) -> None:
    routes = FUNCTIONS.module(name).api.routes
    assert routes
    for route in routes:
        found = FUNCTIONS.by_path(route.path)
        assert found is not None, f"{route.path} is served by nobody"
        assert found.name == name
