"""The demo's books: believable, complete, right to the cent, and the same however often it is loaded."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from runtime_world import START, settings

from local.demo import DemoSummary, load
from local.demo.people import BUSINESS
from local.demo.timemachine import Past
from local.letters import dead_letters
from local.system import System
from shared import app as composition
from shared.access import sign_in
from shared.books import trial_balance
from shared.core.clock import ManualClock, rfc3339
from shared.core.ids import SeededIds
from shared.insights.metrics.revenue_total import revenue
from shared.insights.metrics.sources import Scope
from shared.insights.plan import Filters, Period
from shared.store import Data, Key, Query

Book = dict[tuple[str, str], Data]
TELLING = ("customers", "invoices", "payments", "transactions", "expenses", "journal", "decisions", "review")
ORDERS = {"payments": "paid_at", "invoices": "created_on", "customers": "name_sort", "journal": "recorded_at"}


class Cut(BaseException):
    """The process is killed here."""


def built(folder: Path, later: timedelta = timedelta()) -> System:
    system = System(settings(folder, log_level="ERROR"), ManualClock(START + later), SeededIds(5))
    system.start()
    return system


def loaded(folder: Path, later: timedelta = timedelta()) -> DemoSummary:
    system = built(folder, later)
    try:
        return load(system, say=[].append, receipts=False)
    finally:
        system.stop()


def book(folder: Path, business: str = BUSINESS) -> Book:
    """Every document of a business, straight from the file."""
    with sqlite3.connect(folder / "hesabu.db") as db:
        rows = db.execute("SELECT c, id, body FROM docs WHERE b = ?", (business,)).fetchall()
    db.close()
    return {(collection, id_): json.loads(body) for collection, id_, body in rows}


def telling(everything: Book) -> Book:
    return {key: data for key, data in everything.items() if key[0] in TELLING}


def logins(folder: Path) -> Book:
    return {key: data for key, data in book(folder, "system").items() if key[0] == "users"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def shop(folder: Path) -> Iterator[System]:
    system = built(folder)
    load(system, say=[].append, receipts=False)
    yield system
    system.stop()


def docs(shop: System, collection: str) -> dict[str, Data]:
    query = Query(collection, (), ORDERS[collection])
    return {doc.id: doc.data for doc in shop.app.store.all(BUSINESS, query)}


def payments_of(shop: System, invoice: str) -> list[Data]:
    """The payments that credit one invoice, oldest first."""
    found = docs(shop, "payments").values()
    return [p for p in found if any(link["invoice_id"] == invoice for link in p["allocations"])]


def typed(shop: System, reference: str, channel: str = "paybill") -> list[Data]:
    found = docs(shop, "payments").values()
    return [p for p in found if (p["reference"], p["channel"]) == (reference, channel)]


def invoice(shop: System, key: str) -> Data:
    return shop.app.store.require(BUSINESS, Key("invoices", f"inv_{key}")).data


# --- the whole
def test_the_shop_is_as_large_as_promised(shop: System) -> None:
    summary = load(shop, say=[].append, receipts=False)
    n = summary.counts
    assert (n.customers, n.invoices) == (40, 60)
    assert n.payments >= 55
    assert n.by_rule + n.fuzzily + n.by_hand + n.to_review + n.set_aside == n.payments
    assert n.by_rule >= 30
    assert n.fuzzily >= 4
    assert 4 <= n.to_review <= 15
    assert n.set_aside == 1
    assert n.open_invoices >= 6
    assert summary.unpaid is not None


def test_the_books_balance_and_nothing_is_stuck(shop: System) -> None:
    balance = trial_balance(shop.app.store, BUSINESS)
    assert set(balance.totals.values()) == {0}
    assert not any(d.waiting or d.in_flight or d.dead for d in shop.bus.depths().values())
    assert dead_letters(shop.bus, shop.app.store) == []


def test_no_invoice_is_paid_before_it_was_issued_and_nothing_lies_ahead(shop: System) -> None:
    issued = {id_: data["issued_on"] for id_, data in docs(shop, "invoices").items()}
    for payment in docs(shop, "payments").values():
        assert payment["paid_at"] <= rfc3339(START)
        for link in payment["allocations"]:
            assert issued[link["invoice_id"]] < payment["paid_at"]
    recorded = [entry["recorded_at"] for entry in docs(shop, "journal").values()]
    assert recorded[0][:10] == "2025-12-01"
    assert recorded[-1] <= rfc3339(START)


def test_numbers_have_no_gap_and_follow_the_days(shop: System) -> None:
    by_serial = sorted(docs(shop, "invoices").values(), key=lambda i: i["serial"])
    assert [i["serial"] for i in by_serial] == list(range(1, 61))
    days = [i["issued_on"] for i in by_serial]
    assert days == sorted(days)


def test_both_logins_work_and_only_one_may_write(shop: System) -> None:
    now = shop.clock.now()
    roles = [
        sign_in(shop.app.store, now, f"{who}@jenga.example", "jenga-demo-2026", None).role
        for who in ("owner", "viewer")
    ]
    assert roles == ["owner", "viewer"]


def test_the_summary_fits_a_terminal_and_names_what_there_is(shop: System) -> None:
    lines = load(shop, say=[].append, receipts=False).lines()
    said = "\n".join(lines)
    assert len(lines) <= 25
    for word in ("sqlite:///", "Jenga Hardware", "owner@jenga.example", "jenga-demo-2026", "make reset"):
        assert word in said
    shown = ("/docs", "/safaricom/phone", "/#unpaid", "/v1/attempts", "/ai/ask", "/pay/", "/v1/subscriptions")
    for path in shown:
        assert shop.url + path in said


def test_there_is_a_page_to_pay_on_and_a_subscription_that_waits(shop: System) -> None:
    (address,) = [line for line in load(shop, say=[].append, receipts=False).lines() if "/pay/" in line]
    page = requests.get(address.split()[2], timeout=20)
    assert (page.status_code, "<form" in page.text) == (200, True)
    rent = shop.app.store.require(BUSINESS, Key("subscriptions", "sub_storage")).data
    assert (rent["status"], rent["sequence"]) == ("active", 0)


def test_messages_of_the_past_are_written_and_never_sent(shop: System, folder: Path) -> None:
    told = [json.loads(file.read_text()) for file in (folder / "outbox").glob("*.json")]
    assert {letter["channel"] for letter in told} == {"sms", "email"}
    assert min(letter["written_at"] for letter in told)[:10] <= "2025-12-05"
    assert any(file.suffix == ".pdf" for file in (folder / "outbox").iterdir())
    assert composition.app() is shop.app


def test_phones_exist_at_safaricom_and_keep_what_people_did_with_them(shop: System) -> None:
    sim = shop.safaricom.sim
    account = sim.account("254722000318")
    assert (account.name, account.pin) == ("GRACE WANJIKU KAMAU", "1234")
    account.balance_cents = 700
    sim.save_account(account)
    load(shop, say=[].append, receipts=False)
    assert sim.account("254722000318").balance_cents == 700


# --- situations
@pytest.mark.parametrize(
    ("key", "settled"),
    [
        ("wanjiku-1", "as printed"),
        ("mutua-1", "with a prefix"),
        ("chebet-1", "in words"),
        ("njoroge-1", "in groups"),
        ("kilele-1", "with a dash and without zeros"),
        ("barasa-1", "with a slip"),
        ("moraa-1", "with neighbours swapped"),
        ("muthoni-1", "by account number"),
        ("jepkosgei-1", "by name"),
        ("kiprop-1", "by phone"),
        ("abdi-1", "with words that say nothing"),
        ("wairimu-1", "with nothing typed"),
        ("nafula-1", "at the till, masked"),
        ("baraka-2", "by somebody known for it"),
        ("kilele-2", "by bank"),
        ("otieno-2", "by Airtel"),
    ],
)
def test_an_invoice_finds_its_money(shop: System, key: str, settled: str) -> None:
    found = invoice(shop, key)
    (payment,) = payments_of(shop, f"inv_{key}")
    assert (found["status"], found["balance_cents"]) == ("paid", 0), settled
    assert (payment["matching"], payment["amount_cents"]) == ("auto", found["total_cents"]), settled


def test_parts_add_up(shop: System) -> None:
    assert [len(payments_of(shop, f"inv_{key}")) for key in ("pwani-1", "jua-1")] == [2, 3]
    assert [invoice(shop, key)["status"] for key in ("pwani-1", "jua-1")] == ["paid", "paid"]
    rest = invoice(shop, "upendo-1")
    assert rest["status"] == "open"
    assert 0 < rest["balance_cents"] < rest["total_cents"]


@pytest.mark.parametrize("key", ["amani", "nuru"])
def test_one_payment_pays_two_invoices(shop: System, key: str) -> None:
    (payment,) = payments_of(shop, f"inv_{key}-1")
    assert {link["invoice_id"] for link in payment["allocations"]} == {f"inv_{key}-1", f"inv_{key}-2"}


def test_what_is_too_much_becomes_credit(shop: System) -> None:
    credits = {id_: data["credit_cents"] for id_, data in docs(shop, "customers").items()}
    assert (credits["cus_simiyu"], credits["cus_chebet"]) == (500_00, 1_000_00)


@pytest.mark.parametrize(
    ("key", "forgiven"),
    [("njoroge-2", 34_00), ("nuru-3", 57_00), ("simba-2", None), ("tumaini-2", None)],
)
def test_charges_and_tax_kept_back_still_pay_in_full(shop: System, key: str, forgiven: int | None) -> None:
    (payment,) = payments_of(shop, f"inv_{key}")
    (link,) = payment["allocations"]
    assert invoice(shop, key)["status"] == "paid"
    assert link["writeoff_cents"] == invoice(shop, key)["total_cents"] - payment["amount_cents"] > 0
    assert forgiven in (None, link["writeoff_cents"])


def test_a_receipt_told_twice_is_one_payment(shop: System) -> None:
    told = [p for p in docs(shop, "payments").values() if len(p["evidence"]) == 2]
    assert len(told) == 2
    assert all({line["kind"] for line in p["evidence"]} == {"pull", "statement"} for p in told)


def test_more_than_mpesa_takes_at_once_is_split(shop: System) -> None:
    assert invoice(shop, "pwani-2")["total_cents"] > 250_000_00
    assert len(payments_of(shop, "inv_pwani-2")) == 2
    for payment in docs(shop, "payments").values():
        assert payment["provider"] != "mpesa" or payment["amount_cents"] <= 250_000_00
        assert payment["amount_cents"] % 100 == 0


def test_what_nobody_can_be_sure_of_waits_for_a_person(shop: System) -> None:
    asked = {
        item["subject_id"]
        for (collection, _), item in book(
            Path(shop.settings.store_url.removeprefix("sqlite:///")).parent
        ).items()
        if collection == "review" and item["status"] == "open"
    }
    waiting = {id_: p for id_, p in docs(shop, "payments").items() if id_ in asked}
    references = [p["reference"] for p in waiting.values()]
    assert references.count("INV-2024-0117") == 2  # a number of the old book
    assert invoice(shop, "upendo-1")["number"] in references  # another customer's invoice
    assert invoice(shop, "mutua-2")["number"] in references  # paid a second time
    assert "Naomi Cherotich Tanui".upper() in [p["payer_name"] for p in waiting.values()]
    assert all(p["allocated_cents"] == 0 for p in waiting.values())


def test_our_own_settlement_pays_nothing_asks_nobody_and_is_no_income(shop: System) -> None:
    (line,) = typed(shop, "MPESA SETTLEMENT 174379", "bank")
    assert (line["matching"], line["allocations"], line["own_transfer"]) == ("none", [], True)
    today = START.date()
    scope = Scope(shop.app.store, BUSINESS, today)
    everything = sum(p["amount_cents"] for p in docs(shop, "payments").values())
    earned, _ = revenue(scope, Period(start=today - timedelta(days=100), end=today), Filters())
    assert earned.cents == everything - line["amount_cents"]


# --- twice, and cut off
def test_a_second_load_changes_nothing(tmp_path: Path) -> None:
    first = loaded(tmp_path)
    before, users = book(tmp_path), logins(tmp_path)
    second = loaded(tmp_path, timedelta(days=3))
    assert (book(tmp_path), logins(tmp_path)) == (before, users)
    assert len(users) == 2
    assert first.counts == second.counts


@pytest.mark.parametrize("at", [1, 45, 120])
def test_a_load_that_was_cut_off_goes_on_as_if_it_had_not_been(
    tmp_path: Path, shop: System, folder: Path, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Past, "deliver", _cut_after(at, Past.deliver))
        with pytest.raises(Cut):
            loaded(tmp_path)
    half = telling(book(tmp_path))
    composition.use(shop.app)
    loaded(tmp_path, timedelta(days=1, hours=5))
    composition.use(shop.app)
    assert len(half) < len(telling(book(tmp_path)))
    assert telling(book(tmp_path)) == telling(book(folder))


def _cut_after(calls: int, deliver: Callable[[Past], int]) -> Callable[[Past], int]:
    """Committed and not delivered: the worst moment to be killed."""
    left: list[Any] = [None] * calls

    def cut(past: Past) -> int:
        if not left:
            raise Cut
        left.pop()
        return deliver(past)

    return cut
