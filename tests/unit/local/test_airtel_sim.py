"""Simulated Airtel: its phone page, its control endpoints, and itself alone on a port."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from local.airtel import FAULTS, Options, build_airtel
from local.airtel.callbacks import sent
from local.airtel.model import Payment
from local.airtel.payments import begin
from local.safaricom.state import State
from shared.core.clock import ManualClock
from tests.unit.payments.airtel_world import NINE, PHONE, START, World, world


@pytest.fixture
def w() -> Iterator[World]:
    with world() as made:
        yield made


def control(w: World, method: str, path: str, body: Any = None) -> requests.Response:
    return requests.request(method, f"{w.url}/control{path}", json=body, timeout=5)


# --- the phone page
def test_a_payer_opens_the_phone_reads_the_prompt_and_pays(w: World) -> None:
    id_ = w.push(amount=1160)
    page = requests.get(f"{w.url}/phone", params={"number": "0733 000 111"}, timeout=5)
    assert page.url.endswith(f"/phone/{NINE}")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Pay Ksh1,160.00 to HESABU DEMO, reference INV12?" in page.text
    form = {"payment": id_, "pin": "1234", "action": "pin"}
    answered = requests.post(f"{w.url}/phone/{NINE}/answer", data=form, timeout=5)
    assert "Sent to Airtel Money" in answered.text
    assert re.search(r"Trans. ID MP260301\.1300\.C00001\. Ksh1,160\.00 sent to HESABU DEMO", answered.text)
    again = requests.post(f"{w.url}/phone/{NINE}/answer", data=form, timeout=5)
    assert "That request is over" in again.text
    assert "1 waiting" not in requests.get(f"{w.url}/phone", timeout=5).text


def test_a_prompt_is_answered_on_its_own_phone_only(w: World) -> None:
    id_ = w.push()
    form = {"payment": id_, "pin": "1234", "action": "pin"}
    other = requests.post(f"{w.url}/phone/733999999/answer", data=form, timeout=5)
    assert "That request is over" in other.text
    assert w.truth().status == "TIP"
    assert (
        requests.post(f"{w.url}/phone/{NINE}/answer", data={**form, "action": "x"}, timeout=5).status_code
        == 400
    )
    assert requests.get(f"{w.url}/phone/nonsense", timeout=5).status_code == 404
    assert "1 waiting" in requests.get(f"{w.url}/phone", timeout=5).text


# --- control
def test_phones_and_prompts_are_set_and_answered_over_json(w: World) -> None:
    changed = control(w, "PUT", f"/phones/{PHONE}", {"balance_cents": 5_000, "pin": "4321"})
    assert (changed.status_code, changed.json()["phone"]) == (200, NINE)
    id_ = w.push()
    assert [prompt["id"] for prompt in control(w, "GET", "/prompts").json()] == [id_]
    assert control(w, "POST", f"/prompts/{id_}", {"action": "pin", "pin": "4321"}).json()["status"] == "TF"
    assert control(w, "POST", f"/prompts/{id_}", {"action": "pin"}).status_code == 404
    assert [phone["pin"] for phone in control(w, "GET", "/phones").json()] == ["4321"]
    assert [payment["code"] for payment in control(w, "GET", "/payments").json()] == ["DP00800001007"]
    assert control(w, "PUT", "/mode", {"mode": "pay"}).status_code == 200
    w.push(attempt="att_next")
    assert control(w, "POST", "/deliver").json()["done"] >= 2
    assert control(w, "GET", "/app").json()["secret"] == ""


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", f"/phones/{PHONE}", {"mode": "dance"}),
        ("PUT", f"/phones/{PHONE}", {"balance_cents": -1}),
        ("PUT", f"/phones/{PHONE}", {"pin": "12"}),
        ("PUT", f"/phones/{PHONE}", {"size": 1}),
        ("PUT", "/mode", {"mode": "dance"}),
        ("POST", "/prompts/x", {"action": "dance"}),
        ("POST", "/faults", {"name": "dance"}),
        ("POST", "/faults", {"name": "outage", "route": "dance"}),
        ("POST", "/faults", {"name": "outage", "mode": 1, "times": 0, "seconds": True, "count": "x"}),
        ("POST", "/faults", {"name": "outage", "colour": "red"}),
    ],
)
def test_a_wrong_command_is_refused_and_changes_nothing(w: World, method: str, path: str, body: Any) -> None:
    refused = control(w, method, path, body)
    assert refused.status_code == 400
    assert refused.json()["errors"]
    assert control(w, "GET", "/faults").json() == {"known": FAULTS, "on": {}}


def test_faults_are_switched_on_used_up_and_cleared(w: World) -> None:
    assert control(w, "POST", "/faults", {"name": "lost_callback", "times": 2}).status_code == 201
    w.pay()
    w.pay(attempt="att_2222")
    w.pay(attempt="att_3333")
    assert len(w.callbacks()) == 1
    assert [one["status"] for one in control(w, "GET", "/deliveries").json()] == [
        "answered 200",
        "lost",
        "lost",
    ]
    control(w, "POST", "/faults", {"name": "late_callback", "seconds": 600, "times": None})
    w.pay(attempt="att_4444")
    assert len(w.callbacks()) == 1
    control(w, "POST", "/flush")
    assert len(w.callbacks()) == 2
    control(w, "DELETE", "/faults")
    w.pay(attempt="att_5555")
    assert len(w.callbacks()) == 3


# --- what Airtel checks
@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({"subscriber": {"country": "KE", "currency": "KES", "msisdn": PHONE}}, "ESB000033"),
        ({"subscriber": {"country": "UG", "currency": "KES", "msisdn": NINE}}, "ESB000008"),
        ({"transaction": {"country": "KE", "currency": "KES", "amount": 1.5, "id": "att9"}}, "ESB000008"),
        ({"transaction": {"country": "KE", "currency": "KES", "amount": 0, "id": "att9"}}, "ESB000008"),
        ({"transaction": {"country": "KE", "currency": "KES", "amount": 5, "id": "a/b"}}, "ESB000008"),
        ({"reference": ""}, "ESB000008"),
    ],
)
def test_a_field_that_airtel_refuses_is_refused_with_http_200(
    w: World, change: dict[str, Any], result: str
) -> None:
    where = {"country": "KE", "currency": "KES"}
    good = {"subscriber": {**where, "msisdn": NINE}, "transaction": {**where, "amount": 5, "id": "att9"}}
    answer = post(w, "/merchant/v1/payments/", {"reference": "INV", **good, **change})
    assert (answer.status_code, answer.json()["status"]["success"]) == (200, False)
    assert answer.json()["status"]["result_code"] == result
    assert w.airtel.sim.payments() == []
    assert post(w, "/merchant/v1/payments/", {"reference": "INV", **good}).json()["status"]["success"] is True


def test_nobody_gets_in_without_a_token_or_a_country(w: World) -> None:
    assert requests.get(f"{w.url}/standard/v1/payments/att1", timeout=5).status_code == 401
    wrong = {"client_id": "x", "client_secret": "y", "grant_type": "client_credentials"}
    assert requests.post(f"{w.url}/auth/oauth2/token", json=wrong, timeout=5).status_code == 401
    headers = bearer(w)
    w.clock.advance(180)
    assert requests.get(f"{w.url}/standard/v1/payments/att1", headers=headers, timeout=5).status_code == 401
    headers = {"Authorization": bearer(w)["Authorization"]}
    told = requests.get(f"{w.url}/standard/v1/payments/att1", headers=headers, timeout=5).json()
    assert told["status"]["result_code"] == "ESB000008"
    assert requests.get(f"{w.url}/nothing", timeout=5).status_code == 404
    assert requests.get(f"{w.url}/auth/oauth2/token", timeout=5).status_code == 405


def bearer(w: World) -> dict[str, str]:
    named = {"client_id": w.airtel.sim.merchant.key, "client_secret": w.airtel.sim.merchant.secret}
    body = {**named, "grant_type": "client_credentials"}
    token = requests.post(f"{w.url}/auth/oauth2/token", json=body, timeout=5).json()
    assert (token["expires_in"], token["token_type"]) == ("180", "bearer")
    return {"Authorization": f"Bearer {token['access_token']}", "X-Country": "KE", "X-Currency": "KES"}


def post(w: World, path: str, body: Any) -> requests.Response:
    return requests.post(w.url + path, json=body, headers=bearer(w), timeout=5)


# --- its truth outlives the process
def test_what_was_paid_stays_paid_when_it_is_started_again(tmp_path: Path) -> None:
    clock = ManualClock(START)
    with opened(tmp_path / "airtel.db", clock) as first:
        first.sim.state.put("setting", "mode", {"value": "pay"})
        begin(first.sim, Payment("att1", "k", NINE, 10_000, "INV", "2026-03-01T10:00:00.000Z"))
        first.deliver_due()
    with opened(tmp_path / "airtel.db", clock) as second:
        assert [payment.status for payment in second.sim.payments()] == ["TS"]
        assert second.sim.account(NINE).balance_cents == 100_000_00 - 10_000
        assert sent(second.sim) == []  # no callback address was given


@contextmanager
def opened(file: Path, clock: ManualClock) -> Iterator[Any]:
    airtel = build_airtel(State(file), clock, options=Options())
    yield airtel
    airtel.close()


def test_it_runs_alone() -> None:
    command = [sys.executable, "-m", "local.airtel", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        url = re.search(r"http://[0-9.:]+", said)
        assert url, said
        assert requests.get(f"{url[0]}/control/phones", timeout=10).json() == []
    finally:
        process.terminate()
        process.communicate(timeout=20)
