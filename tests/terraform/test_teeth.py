"""The assertions bite: a plan made worse in one place is refused by the test that is there for it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from local.topology import Topology
from tests.terraform import test_access, test_data, test_edge, test_events
from tests.terraform.plan import Plan, Values

BOOKS = 'module.function["books"]'


def worse(plan: Plan, address: str, change: Callable[[Values], Any]) -> Plan:
    """A copy of the plan with the values at an address changed."""
    document = copy.deepcopy(plan.document)
    (found,) = (c for c in document["resource_changes"] if c["address"] == address)
    change(found["change"]["after"])
    return Plan(document)


def test_a_function_opened_to_strangers(dev: Plan, topology: Topology) -> None:
    address = 'module.function["sweep"].google_cloud_run_service_iam_member.invokes["caller"]'
    opened = worse(dev, address, lambda values: values.update(member="allUsers"))
    with pytest.raises(AssertionError):
        test_access.test_strangers_may_call_the_http_functions_and_nothing_else(opened, topology)


def test_a_right_too_many(dev: Plan, topology: Topology) -> None:
    address = 'google_project_iam_member.database["books"]'
    for role in ("roles/datastore.owner", "roles/pubsub.publisher"):
        richer = worse(dev, address, lambda values, role=role: values.update(role=role))
        with pytest.raises(AssertionError):
            test_access.test_a_function_has_the_roles_of_the_topology_and_no_other(richer, topology)


def test_a_database_right_without_its_condition(dev: Plan) -> None:
    loose = worse(dev, 'google_project_iam_member.database["books"]', lambda v: v.update(condition=[]))
    with pytest.raises(ValueError, match="not enough values"):
        test_access.test_nothing_but_the_database_is_granted_on_the_project(loose)


def test_a_secret_for_the_wrong_function(dev: Plan, topology: Topology) -> None:
    address = f'{BOOKS}.google_secret_manager_secret_iam_member.reads["AUTH_SECRET"]'
    leaky = worse(dev, address, lambda values: values.update(secret_id="DARAJA_KEY"))
    with pytest.raises(AssertionError):
        test_access.test_each_secret_is_readable_by_who_uses_it(leaky, topology)


def test_events_that_would_be_lost(dev: Plan, topology: Topology) -> None:
    name = "settle.callback.received.v1"
    address = f'module.topic["callback.received.v1"].google_pubsub_subscription.push["{name}"]'
    lossy = worse(dev, address, lambda values: values.update(dead_letter_policy=[]))
    with pytest.raises(ValueError, match="not enough values"):
        test_events.test_every_subscription_has_a_dead_letter_topic(lossy, topology)
    hasty = worse(dev, address, lambda values: values.update(ack_deadline_seconds=10))
    with pytest.raises(AssertionError):
        test_events.test_subscriptions_are_those_of_the_topology(hasty, topology)


def test_a_bucket_that_may_become_public(dev: Plan, bootstrap: Plan) -> None:
    address = "google_storage_bucket.receipts"
    open_ = worse(dev, address, lambda values: values.update(public_access_prevention="inherited"))
    with pytest.raises(AssertionError):
        test_data.test_every_bucket_is_private(open_, bootstrap)


def test_an_index_that_is_missing(dev: Plan) -> None:
    address = 'google_firestore_index.query["payments/i.status:asc/i.paid_at:asc"]'
    poorer = worse(dev, address, lambda values: values["fields"].reverse())
    with pytest.raises(AssertionError):
        test_data.test_indexes_are_those_the_store_declares(poorer)


def test_a_path_that_leads_nowhere(dev: Plan, topology: Topology) -> None:
    def drop(values: Values) -> None:
        values["path_matcher"][0]["path_rule"].pop()

    with pytest.raises(AssertionError):
        test_edge.test_every_path_is_routed(worse(dev, 'google_compute_url_map.edge["edge"]', drop), topology)
