"""The operator's command line, on a real store and against the simulated Safaricom."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.safaricom.app import build_safaricom
from local.safaricom.model import Merchant
from local.safaricom.serving import Served
from local.safaricom.state import State
from shared.access import businesses, sign_in
from shared.app import App
from shared.bus import Consumer
from shared.bus.letters import refused_letters
from shared.core.clock import SystemClock
from shared.core.settings import Settings, load_settings
from shared.events import SYSTEM, PaymentSettled, new_event
from shared.payments.consumer import settle_consumer
from shared.payments.evidence import Address, keep
from shared.payments.places import PROFILE
from tools.admin import main

DUKA = ["business", "add", "duka", "--name", "Duka la Juma", "--shortcode", "174379"]


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("AUTH_SECRET", "a" * 40)
    monkeypatch.setenv("CALLBACK_SECRET", "c" * 40)
    monkeypatch.setenv("STORE_URL", f"sqlite:///{tmp_path}/hesabu.db")
    opened = App(load_settings())
    yield opened
    opened.close()


def refuse_one(app: App) -> str:
    event = new_event("duka", "payments/p1", 1, "2026-03-01T07:00:00.000Z", PaymentSettled(payment_id="p1"))
    nobody: Consumer[App] = Consumer("notify")
    nobody.handle(app, event.to_cloud_event())
    (letter,) = refused_letters(app.store, ["duka"])
    return letter.id


def test_a_business_and_its_owner_are_added_and_can_sign_in(
    app: App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(DUKA) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("a long password\n"))
    assert main(["user", "add", "juma@duka.example", "--business", "duka"]) == 0
    assert "a long password" not in capsys.readouterr().out
    assert [doc.id for doc in businesses(app.store)] == ["duka"]
    actor = sign_in(app.store, app.clock.now(), "juma@duka.example", "a long password", None)
    assert (actor.business, actor.role) == ("duka", "owner")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (DUKA, "there is a business 'duka' already"),
        (["business", "add", "mpesa-shop", "--name", "X", "--shortcode", "1"], "Daraja refuses"),
        (["business", "add", "a/b", "--name", "X", "--shortcode", "1"], "is not a valid id"),
        (["user", "add", "a@b.example", "--business", "nobody"], "there is no business 'nobody'"),
        (["user", "add", "a@b.example", "--business", "duka"], "at least 10 characters"),
        (["c2b", "register", "nobody"], "there is no business 'nobody'"),
        (["dead-letters", "replay", "dead_x"], "there is no dead letter 'dead_x'"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    app: App,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    said: str,
) -> None:
    main(DUKA)
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert main(command) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert said in printed.err


def test_missing_settings_are_named(
    app: App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AUTH_SECRET")
    assert main(["dead-letters", "list"]) == 1
    assert "AUTH_SECRET" in capsys.readouterr().err


def test_addresses_are_registered_with_the_provider(
    app: App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    merchant = Merchant(shortcode="174379")
    safaricom = build_safaricom(State(None), SystemClock(), merchants=[merchant])
    with Served(safaricom) as served:
        monkeypatch.setenv("DARAJA_URL", served.url)
        monkeypatch.setenv("PUBLIC_URL", "https://books.example.co.ke")
        for name in ("key", "secret", "passkey"):
            monkeypatch.setenv(f"DARAJA_{name.upper()}", getattr(merchant, name))
        main(DUKA)
        assert main(["c2b", "register", "duka"]) == 0
    assert "174379 are announced to https://books.example.co.ke" in capsys.readouterr().out


def test_a_dead_letter_is_published_again_and_gone(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    main(DUKA)
    letter = refuse_one(app)
    capsys.readouterr()
    assert main(["dead-letters", "list"]) == 0
    listed = capsys.readouterr().out
    assert f"{letter}  notify  payment.settled.v1  duka  event_unrouted" in listed
    assert main(["dead-letters", "replay", letter]) == 0
    assert refused_letters(app.store, ["duka"]) == []
    assert app.bus.claim("reconcile").event["data"] == {"payment_id": "p1"}  # type: ignore[attr-defined]


def test_validation_rules_are_kept_with_the_business(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    main(DUKA)
    assert main(["c2b", "rules", "duka", "--known-account", "--min-cents", "100"]) == 0
    profile = app.store.require("duka", PROFILE).data
    expected = {"known_account": True, "open_invoice": False, "check_digit": False}
    expected |= {"min_cents": 100, "max_cents": 0}
    assert (profile["validation"], profile["shortcode"]) == (expected, "174379")
    assert main(["c2b", "rules", "duka", "--min-cents", "5", "--max-cents", "1"]) == 1
    assert main(["c2b", "rules", "nobody"]) == 1
    assert "nobody" in capsys.readouterr().err


def test_airtel_s_address_and_methods(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["business", "add", "biz_a", "--name", "A", "--shortcode", "600000"]) == 0
    assert main(["airtel", "methods", "biz_a", "--app", "client-1", "--prefer", "airtel"]) == 0
    profile = app.store.require("biz_a", PROFILE).data
    assert (profile["airtel_app"], profile["preferred_method"]) == ("client-1", "airtel")
    assert main(["airtel", "methods", "biz_none"]) == 1
    capsys.readouterr()
    assert main(["airtel", "address"]) == 0
    assert re.fullmatch(r"http\S+/ipn/airtel/[0-9a-f]{64}\n", capsys.readouterr().out)


def test_a_dead_letter_of_nobody_is_listed_last_and_shown_with_its_body(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    main(DUKA)
    of_duka = refuse_one(app)
    keep(app, Address("airtel", SYSTEM, "nobody"), b'{"transaction":{"id":"att999"}}\xff', {})
    delivery = app.bus.claim("settle")  # type: ignore[attr-defined]
    settle_consumer.handle(app, delivery.event)
    capsys.readouterr()
    assert main(["dead-letters", "list"]) == 0
    first, second, count = capsys.readouterr().out.splitlines()
    assert (first.split()[0], count) == (of_duka, "2 dead letters")
    assert "settle  callback.received.v1  system  payment_unknown" in second
    assert main(["dead-letters", "show", second.split()[0]]) == 0
    shown = capsys.readouterr().out
    assert '"code": "payment_unknown"' in shown
    assert shown.endswith('came to airtel, about nobody:\n{"transaction":{"id":"att999"}}\\xff\n')
    assert main(["dead-letters", "show", of_duka]) == 0
    assert '"payment_id": "p1"' in capsys.readouterr().out
    assert main(["dead-letters", "show", "dead_x"]) == 1
