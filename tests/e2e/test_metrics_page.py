"""Health and metrics of the running system: what one payment leaves in /metrics."""

from __future__ import annotations

import requests
from prometheus_client.parser import text_string_to_metric_families

from shared.core.measures import MEASURES
from tests.e2e.world import PHONE, World

Samples = dict[tuple[str, frozenset[str]], float]


def scrape(world: World) -> Samples:
    """Every sample of /metrics: its name and its label values -> its value."""
    answer = requests.get(f"{world.system.url}/metrics", timeout=20)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = list(text_string_to_metric_families(answer.text))
    assert {f.name for f in families} == {metric.name.removesuffix("_total") for metric in MEASURES}
    return {(s.name, frozenset(s.labels.values())): s.value for f in families for s in f.samples}


def grown(before: Samples, after: Samples, name: str, *labels: str) -> float:
    key = (name, frozenset(labels))
    return after.get(key, 0) - before.get(key, 0)


def test_a_payment_is_counted_at_every_step(world: World) -> None:
    world.phone("pay")
    before = scrape(world)
    world.post("/v1/attempts", {"phone": PHONE, "invoice_id": world.invoice_id})
    world.advance(60)
    world.http.post(f"{world.system.url}/ipn/stk/biz_duka/att_1/{'0' * 64}", json={}, timeout=20)
    after = scrape(world)
    expected = {
        ("hesabu_http_requests_total", "stk_push", "POST /v1/attempts", "2xx"): 1,
        ("hesabu_callbacks_total", "stk", "received"): 1,
        ("hesabu_callbacks_total", "stk", "refused"): 1,
        ("hesabu_callbacks_total", "c2b/confirmation", "received"): 1,
        ("hesabu_attempts_total", "succeeded"): 1,
        ("hesabu_payments_total", "stk", "claimed"): 1,
        ("hesabu_payments_total", "stk", "settled"): 1,
        ("hesabu_matches_total", "auto", "engine"): 1,
        ("hesabu_messages_total", "sms", "sent"): 1,
        ("hesabu_messages_total", "email", "sent"): 1,
        ("hesabu_events_total", "settle", "callback.received.v1", "done"): 2,
        ("hesabu_events_total", "reconcile", "payment.settled.v1", "done"): 1,
        ("hesabu_provider_calls_total", "daraja", "push", "ok"): 1,
        ("hesabu_provider_calls_total", "sms", "send", "ok"): 1,
    }
    assert {key: grown(before, after, *key) for key in expected} == expected
    timed = ("hesabu_http_request_seconds_count", "stk_push", "POST /v1/attempts")
    assert grown(before, after, *timed) == 1
    assert grown(before, after, "hesabu_commit_seconds_count") > 5
    assert grown(before, after, "hesabu_event_seconds_count", "notify", "payment.matched.v1") == 1


def test_the_gateway_asks_the_callback_function_as_the_load_balancer_does(world: World) -> None:
    for path, status in (("/healthz", "ok"), ("/readyz", "ready"), ("/health", "ok"), ("/ready", "ready")):
        answer = requests.get(world.system.url + path, timeout=20)
        assert (answer.status_code, answer.json()["status"]) == (200, status)
        assert answer.headers["Cache-Control"] == "no-store"
    assert requests.post(f"{world.system.url}/healthz", timeout=20).status_code == 404


def test_metrics_are_shown_on_this_machine_only(world: World) -> None:
    answer = requests.get(f"{world.system.url}/metrics", headers={"Host": "evil.example"}, timeout=20)
    assert answer.status_code == 421
