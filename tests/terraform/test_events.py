"""Events reach who waits for them, wait where a person can find them, and carry what parse() reads."""

from __future__ import annotations

import base64
import json

import pytest

from local.topology import BucketTrigger, ScheduleTrigger, Topology
from shared.events import SYSTEM, ObjectFinalized, SweepDue, parse
from tests.terraform.plan import Plan, Resource

AGENT = "pubsub.googleapis.com"


def pushes(plan: Plan) -> dict[str, Resource]:
    return {r.values["name"]: r for r in plan.of("pubsub_subscription") if r.values["push_config"]}


def test_topics_are_those_of_the_topology(plan: Plan, topology: Topology) -> None:
    names = {r.values["name"] for r in plan.of("pubsub_topic")}
    assert names == {*topology.topics, topology.delivery.dead_letter_topic}


def test_subscriptions_are_those_of_the_topology(plan: Plan, topology: Topology) -> None:
    wanted = {s.name: (s.topic, s.ack_seconds) for s in topology.subscriptions()}
    planned = {name: (r.module, r.values["ack_deadline_seconds"]) for name, r in pushes(plan).items()}
    assert planned == wanted


def test_every_push_delivers_as_the_topology_says(plan: Plan, topology: Topology) -> None:
    delivery = topology.delivery
    for name, resource in pushes(plan).items():
        values = resource.values
        (push,) = values["push_config"]
        assert push["no_wrapper"] == [{"write_metadata": True}], name
        assert values["enable_message_ordering"], name
        assert values["expiration_policy"] == [{"ttl": ""}], name
        assert values["message_retention_duration"] == f"{delivery.retention_days * 86400}s", name
        assert values["retry_policy"] == [
            {
                "minimum_backoff": f"{delivery.min_backoff_seconds}s",
                "maximum_backoff": f"{delivery.max_backoff_seconds}s",
            }
        ]
        (token,) = push["oidc_token"]
        function = name.split(".")[0]
        assert token["service_account_email"].startswith(f"call-{function.replace('_', '-')}@"), name


def test_tokens_and_pushes_are_for_the_same_function(plan: Plan) -> None:
    endpoint = plan.referring("topic", "pubsub_subscription", "push", "push_endpoint")
    assert endpoint == plan.referring("topic", "pubsub_subscription", "push", "audience")


def test_every_subscription_has_a_dead_letter_topic(plan: Plan, topology: Topology) -> None:
    kept = f"{topology.delivery.dead_letter_topic}.kept"
    for resource in plan.of("pubsub_subscription"):
        if resource.values["name"] == kept:
            continue
        (policy,) = resource.values["dead_letter_policy"]
        assert policy["max_delivery_attempts"] == topology.delivery.max_attempts, resource.address
    references = plan.referring("", "pubsub_subscription", "dead_letters", "topic")
    assert "google_pubsub_topic.dead_letters.id" in references


def test_dead_letters_wait_and_never_expire(plan: Plan, topology: Topology) -> None:
    letters = plan.one("google_pubsub_subscription.dead_letters")
    assert letters["name"] == f"{topology.delivery.dead_letter_topic}.kept"
    assert letters["expiration_policy"] == [{"ttl": ""}]
    assert not letters["push_config"]
    assert letters["message_retention_duration"] == f"{31 * 86400}s"


def test_pubsub_itself_may_bury_move_and_sign(plan: Plan, topology: Topology) -> None:
    moves = {r.values["subscription"]: (r.values["role"]) for r in plan.of("pubsub_subscription_iam_member")}
    buried = [r.values["name"] for r in plan.of("pubsub_subscription") if r.values["dead_letter_policy"]]
    assert moves == dict.fromkeys(buried, "roles/pubsub.subscriber")
    buries = plan.one("google_pubsub_topic_iam_member.agent_buries")
    assert buries["role"] == "roles/pubsub.publisher"
    signed = {r.key for r in plan.of("service_account_iam_member") if "agent_signs" in r.address}
    assert signed == {subscription.function for subscription in topology.subscriptions()}


def test_the_bucket_starts_each_of_its_functions_with_three_grants(plan: Plan, topology: Topology) -> None:
    started = {n: f for n, f in topology.functions.items() if isinstance(f.trigger, BucketTrigger)}
    triggers = {trigger.key: trigger for trigger in plan.of("eventarc_trigger")}
    assert set(triggers) == set(started) == {"ocr_receipt", "statement_import"}
    bucket = plan.one("google_storage_bucket.receipts")
    for name, trigger in triggers.items():
        criteria = {c["attribute"]: c["value"] for c in trigger.values["matching_criteria"]}
        assert criteria == {"type": ObjectFinalized.TYPE, "bucket": bucket["name"]}
        assert trigger.values["location"] == bucket["location"].lower(), "where its bucket is"
        member = f"serviceAccount:{trigger.values['service_account']}"
        grants = {(where, role) for where, role, who in plan.grants() if who == member}
        assert grants == {
            ("cloud_run_service", "roles/run.invoker"),
            ("project", "roles/eventarc.eventReceiver"),
        }
        assert started[name].trigger.type == ObjectFinalized.TYPE
    assert plan.one("google_project_iam_member.storage_agent_publishes")["role"] == "roles/pubsub.publisher"
    assert plan.one("google_project_iam_member.eventarc_agent")["role"] == "roles/eventarc.serviceAgent"


def test_the_timer_sends_an_event_that_the_function_understands(plan: Plan, topology: Topology) -> None:
    ((name, function),) = (
        (name, f) for name, f in topology.functions.items() if isinstance(f.trigger, ScheduleTrigger)
    )
    job = plan.one(f'google_cloud_scheduler_job.tick["{name}"]')
    (target,) = job["http_target"]
    event = parse(json.loads(base64.b64decode(target["body"])))
    assert isinstance(event.data, SweepDue)
    assert event.business == SYSTEM
    assert isinstance(function.trigger, ScheduleTrigger)
    assert (job["schedule"], job["time_zone"]) == (function.trigger.cron, "Africa/Nairobi")
    assert target["http_method"] == "POST"


def test_the_timer_is_heard_by_the_framework(dev: Plan) -> None:
    """The very request that Scheduler sends, through functions-framework to a decorated function."""
    functions_framework = pytest.importorskip("functions_framework")
    from cloudevents.http import from_http

    assert functions_framework
    (target,) = dev.one('google_cloud_scheduler_job.tick["sweep"]')["http_target"]
    event = from_http(target["headers"], base64.b64decode(target["body"]))
    assert event["type"] == SweepDue.TYPE
    assert event["business"] == SYSTEM


def test_events_for_bigquery_only_where_asked(dev: Plan, prod: Plan, topology: Topology) -> None:
    def analytics(plan: Plan) -> set[str]:
        return {r.key for r in plan.of("pubsub_subscription") if ".analytics[" in r.address}

    assert analytics(dev) == set()
    assert analytics(prod) == set(topology.topics)
    columns = {c["name"] for c in json.loads(prod.of("bigquery_table")[0].values["schema"])}
    assert columns == {"subscription_name", "message_id", "publish_time", "data", "attributes"}
