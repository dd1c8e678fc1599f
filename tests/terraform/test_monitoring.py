"""What is measured is declared once, what is watched exists, and somebody is told."""

from __future__ import annotations

import json
import re

import pytest

from shared.core.measures import MEASURES
from shared.health import READY
from tests.terraform.plan import Plan

OURS = re.compile(r"(?:logging\.googleapis\.com/user/|logging_googleapis_com:user_)(hesabu_\w+)")
WATCHED = {
    "buried",
    "callback-errors",
    "dead-letters",
    "errors",
    "forged-callbacks",
    "latency",
    "oldest-unacked",
    "stuck-attempts",
    "stuck-payouts",
    "sweep-failures",
    "timer",
    "unapproved-payouts",
    "unmatched-age",
    "uptime",
}


def test_every_metric_is_counted_from_the_logs(plan: Plan) -> None:
    planned = {r.values["name"]: r.values for r in plan.of("logging_metric")}
    assert planned.keys() == {metric.name for metric in MEASURES}
    for metric in MEASURES:
        values = planned[metric.name]
        assert f'jsonPayload.metric="{metric.name}"' in values["filter"]
        (descriptor,) = values["metric_descriptor"]
        labels = {label["key"] for label in descriptor["labels"]}
        assert labels == set(metric.labels) == set(values["label_extractors"] or {}), metric.name
        assert descriptor["unit"] == metric.unit
        counted = metric.kind == "counter"
        assert descriptor["value_type"] == ("INT64" if counted else "DISTRIBUTION"), metric.name
        assert values["value_extractor"] == (None if counted else "EXTRACT(jsonPayload.value)")
        if metric.buckets:
            bounds = values["bucket_options"][0]["explicit_buckets"][0]["bounds"]
            assert bounds == list(metric.buckets), metric.name


def test_every_alert_there_should_be(plan: Plan) -> None:
    names = {r.values["user_labels"]["alert"] for r in plan.of("monitoring_alert_policy")}
    assert names - {"silence"} == WATCHED


def test_alerts_and_dashboards_use_declared_metrics_only(plan: Plan) -> None:
    declared = {metric.name for metric in MEASURES}
    texts = [json.dumps(r.values) for r in plan.of("monitoring_alert_policy")]
    texts += [r.values["dashboard_json"] for r in plan.of("monitoring_dashboard")]
    used = {name for text in texts for name in OURS.findall(text)}
    assert used
    assert used <= declared
    assert plan.of("monitoring_dashboard")


def test_labels_that_alerts_ask_for_exist(plan: Plan) -> None:
    labels = {metric.name: set(metric.labels) for metric in MEASURES}
    for policy in plan.of("monitoring_alert_policy"):
        text = json.dumps(policy.values["conditions"])
        names = OURS.findall(text)
        for asked in re.findall(r"metric\.label\.(\w+)", text) if names else ():
            assert asked in labels[names[0]], policy.address


def test_every_alert_says_what_to_look_at_and_tells_everybody(plan: Plan) -> None:
    channels = {r.key for r in plan.of("monitoring_notification_channel")}
    assert channels
    for policy in plan.of("monitoring_alert_policy"):
        assert len(policy.values["documentation"][0]["content"]) > 60, policy.address
        assert policy.values["severity"] in {"CRITICAL", "ERROR", "WARNING"}
    references = plan.referring("", "monitoring_alert_policy", "threshold", "notification_channels")
    assert "google_monitoring_notification_channel.email" in references


def test_silence_is_watched_in_prod_with_nairobi_s_clock(prod: Plan, dev: Plan) -> None:
    def silence(plan: Plan) -> list[str]:
        return [r.address for r in plan.of("monitoring_alert_policy") if ".silence[" in r.address]

    assert silence(dev) == []
    (address,) = silence(prod)
    (condition,) = prod.one(address)["conditions"][0]["condition_prometheus_query_language"]
    assert "time() + 10800" in condition["query"], "three hours ahead of UTC"


def test_readiness_is_asked_from_outside(plan: Plan) -> None:
    (check,) = plan.of("monitoring_uptime_check_config")
    (http,) = check.values["http_check"]
    assert http["path"] in READY
    assert http["use_ssl"] is True
    assert http["validate_ssl"] is True
    (resource,) = check.values["monitored_resource"]
    assert f"https://{resource['labels']['host']}" == plan.output("public_url")


def test_prod_has_a_budget(prod: Plan, dev: Plan) -> None:
    (budget,) = prod.of("billing_budget")
    steps = {(t["threshold_percent"], t["spend_basis"]) for t in budget.values["threshold_rules"]}
    assert {(0.5, "CURRENT_SPEND"), (1, "FORECASTED_SPEND")} <= steps
    assert not dev.of("billing_budget")


@pytest.mark.parametrize("service", ["firestore", "datastore", "secretmanager", "storage"])
def test_prod_logs_who_read_what(prod: Plan, service: str) -> None:
    config = prod.one(f'google_project_iam_audit_config.data["{service}.googleapis.com"]')
    assert {one["log_type"] for one in config["audit_log_config"]} == {"DATA_READ", "DATA_WRITE"}
