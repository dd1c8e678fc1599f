"""The simulated phone's pages and the control endpoints, as a browser without JavaScript sees them."""

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
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from local.safaricom import Merchant, State, Timer, build_safaricom
from local.safaricom.ledger import transactions
from shared.core.clock import SystemClock
from shared.core.ids import SeededIds
from shared.payments.gateways.daraja.payloads import parse_stk_callback
from tests.unit.local.safaricom_world import PHONE, World, receiving, world


@pytest.fixture
def w() -> Iterator[World]:
    with world() as made:
        yield made


def page(w: World, path: str = f"/phone/{PHONE}") -> str:
    answer = requests.get(w.url + path, timeout=5)
    assert answer.status_code == 200
    assert "script" not in answer.text
    return answer.text


def submit(w: World, **form: str) -> str:
    answer = requests.post(f"{w.url}/phone/{PHONE}/answer", data=form, timeout=5)
    assert answer.status_code == 200
    return answer.text


def test_a_person_pays_with_forms_only(w: World) -> None:
    assert "Nothing to answer" in page(w)
    w.push(amount=1250)
    text = page(w)
    assert "Do you want to pay Ksh1,250.00 to HESABU DEMO Account no. INV12?" in text
    assert "refresh" not in text  # a page that reloads would swallow the PIN
    checkout = re.search(r'name="checkout" value="([^"]+)"', text)
    assert checkout
    after = submit(w, checkout=checkout[1], action="pin", pin="1234")
    assert "Sent to M-PESA" in after
    assert "Confirmed. Ksh1,250.00 sent to HESABU DEMO" in after
    w.deliver()
    assert parse_stk_callback(w.receiver.bodies()[0]).amount_cents == 125_000
    assert f"+{PHONE}" in page(w, "/phone")


@pytest.mark.parametrize(("action", "code"), [("cancel", "1032"), ("ignore", "1037")])
def test_the_other_buttons(w: World, action: str, code: str) -> None:
    checkout = w.push()
    assert "Nothing to answer" in submit(w, checkout=checkout, action=action)
    w.deliver(60)
    assert parse_stk_callback(w.receiver.bodies()[0]).code == code


def test_a_phone_answers_only_its_own_prompts(w: World) -> None:
    checkout = w.push(phone="254700000001")
    assert "That request is over" in submit(w, checkout=checkout, action="pin", pin="1234")
    assert "That request is over" in submit(w, checkout="ws_CO_none", action="cancel")
    w.deliver()
    assert transactions(w.safaricom.sim) == []


def test_any_way_of_writing_a_number_opens_its_phone(w: World) -> None:
    answer = requests.get(w.url + "/phone", params={"number": "0712 345 678"}, timeout=5)
    assert answer.url.endswith(f"/phone/{PHONE}")
    assert requests.get(w.url + "/phone/12345", timeout=5).status_code == 404


def test_what_others_wrote_is_shown_as_text(w: World) -> None:
    account = w.safaricom.sim.account(PHONE)
    account.texts = ["<img src=x onerror=alert(1)>"]
    w.safaricom.sim.save_account(account)
    assert "<img" not in page(w)
    assert "&lt;img" in page(w, f"/phone/{PHONE}?said=<b>hello</b>")
    assert "<b>hello" not in page(w, f"/phone/{PHONE}?said=<b>hello</b>")


@pytest.mark.parametrize(
    ("form", "said", "paid"),
    [
        ({"to": "174379", "Amount": "80", "account": "INV9", "pin": "1234"}, "Sent to M-PESA", 1),
        ({"to": "174379", "Amount": "80", "pin": "0000"}, "Wrong PIN", 0),
        ({"to": "", "Amount": "80", "pin": "1234"}, "Give a paybill", 0),
        ({"to": "174379", "Amount": "1.5", "pin": "1234"}, "Give a paybill", 0),
        ({"to": "174379", "Amount": "250000", "pin": "1234"}, "Not accepted (1)", 0),
    ],
)
def test_lipa_na_mpesa(w: World, form: dict[str, str], said: str, paid: int) -> None:
    w.register()
    assert "HESABU DEMO (174379)" in page(w, f"/phone/{PHONE}/pay")
    answer = requests.post(f"{w.url}/phone/{PHONE}/pay", data=form, timeout=5)
    assert said in answer.text
    w.deliver()
    assert len(w.receiver.bodies("/c2b/confirmation")) == paid


def test_links_hold_where_the_simulator_is_mounted() -> None:
    safaricom = build_safaricom(State(), SystemClock(), ids=SeededIds(1))
    client = Client(DispatcherMiddleware(lambda *_: [], {"/safaricom": safaricom}))
    assert f'action="/safaricom/phone/{PHONE}/pay"' in client.get(f"/safaricom/phone/{PHONE}/pay").text
    answer = client.get("/safaricom/phone?number=0712345678")
    assert answer.headers["Location"] == f"/safaricom/phone/{PHONE}"
    safaricom.close()


# --- control ---------------------------------------------------------------------------------------------


def put(w: World, path: str, body: Any) -> requests.Response:
    return requests.put(w.url + "/control" + path, json=body, timeout=5)


def test_prompts_are_listed_and_answered(w: World) -> None:
    checkout = w.push()
    (listed,) = requests.get(w.url + "/control/prompts", timeout=5).json()
    assert (listed["checkout"], listed["phone"], listed["amount_cents"]) == (checkout, PHONE, 10_000)
    url = f"{w.url}/control/prompts/{checkout}"
    assert requests.post(url, json={"action": "pay"}, timeout=5).status_code == 400
    assert requests.post(url, json={"action": "pin", "pin": "1234"}, timeout=5).json()["code"] == "0"
    assert requests.post(url, json={"action": "cancel"}, timeout=5).status_code == 404
    assert requests.post(w.url + "/control/deliver", timeout=5).json() == {"done": 1}
    (paid,) = requests.get(w.url + "/control/transactions", timeout=5).json()
    (sent,) = requests.get(w.url + "/control/deliveries", timeout=5).json()
    assert sent["status"] == "answered 200"
    assert paid["receipt"] in sent["body"]
    assert requests.get(w.url + "/control/organisations", timeout=5).json() == {"174379": 10_000}


def test_phones_can_be_changed(w: World) -> None:
    change = {"balance_cents": 500, "pin": "4321", "name": "OTIENO", "mode": "pay"}
    answer = put(w, "/phones/0712345678", change).json()
    assert {name: answer[name] for name in change} == change
    w.push(amount=5)
    w.deliver()
    assert requests.get(w.url + "/control/phones", timeout=5).json()[0]["balance_cents"] == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/phones/12", {}),
        (f"/phones/{PHONE}", {"balance_cents": -1}),
        (f"/phones/{PHONE}", {"balance_cents": 1.5}),
        (f"/phones/{PHONE}", {"balance_cents": True}),
        (f"/phones/{PHONE}", {"pin": "12a4"}),
        (f"/phones/{PHONE}", {"pin": 1234}),
        (f"/phones/{PHONE}", {"name": ""}),
        (f"/phones/{PHONE}", {"mode": "maybe"}),
        (f"/phones/{PHONE}", {"mode": ["pay"]}),
        (f"/phones/{PHONE}", {"prompts": []}),
        ("/mode", {"mode": "maybe"}),
        ("/mode", []),
    ],
)
def test_wrong_changes_are_refused(w: World, path: str, body: Any) -> None:
    answer = put(w, path, body)
    assert answer.status_code == 400
    assert answer.json()["errors"]
    assert w.safaricom.sim.state.all("account") == []


def test_validation_of_an_unregistered_shortcode_is_missing(w: World) -> None:
    assert put(w, "/validation/174379", {"on": True}).status_code == 404


# --- running alone ---------------------------------------------------------------------------------------


@contextmanager
def alone(file: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "local.safaricom", "--port", "0", "--state", str(file)]
    command += ["--callback-seconds", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found
        yield found[0], process
    finally:
        process.kill()
        process.wait(timeout=10)
        if process.stdout:
            process.stdout.close()


def test_alone_it_pays_calls_back_and_remembers_after_kill_9(tmp_path: Path) -> None:
    file = tmp_path / "safaricom.db"
    clock = SystemClock()
    with receiving() as receiver:
        with alone(file) as (url, process):
            requests.put(url + "/control/mode", json={"mode": "pay"}, timeout=5)
            w = World(build_safaricom(State(), clock), clock, receiver, url, Merchant())
            checkout = w.push()
            for _ in range(100):
                if receiver.posts:
                    break
                clock.sleep(0.05)
            callback = parse_stk_callback(receiver.posts[0].body)
            assert callback.checkout_request_id == checkout
            process.kill()
        w.safaricom.close()
        with alone(file) as (url, _):
            (paid,) = requests.get(url + "/control/transactions", timeout=5).json()
            assert paid["receipt"] == callback.receipt


def test_the_timer_survives_a_failing_job() -> None:
    calls: list[int] = []

    def work() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("one bad job")

    timer = Timer(work, 0.005)
    timer.start()
    clock = SystemClock()
    for _ in range(400):
        if len(calls) > 2:
            break
        clock.sleep(0.005)
    timer.stop()
    assert len(calls) > 2
