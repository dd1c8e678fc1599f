"""Which payments a business turns away before money moves, as answered at /ipn."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.books import (
    NewCustomer,
    NewInvoice,
    NewLine,
    draft_invoice,
    finalise_invoice,
    print_number,
    void_invoice,
    write_customer,
)
from shared.core.errors import Invalid
from shared.payments.places import PROFILE
from shared.payments.validating import Rules, read_rules
from shared.store import Key
from tests.unit.payments.collecting import PAYBILL, Desk
from tests.unit.payments.test_callback_intake import path, post

OPEN, PAID, VOID, NEVER = (print_number(serial) for serial in (1, 2, 3, 4))


@pytest.fixture
def books(desk: Desk) -> Desk:
    """A customer with three invoices: one open, one paid, one voided."""
    business, store = desk.business, desk.store
    customer = NewCustomer(name="Jane Kamau", phones=["0712345678"], account_no="HSE 12")
    store.transaction(business, lambda tx: write_customer(tx, "cus_1", customer))
    invoice = NewInvoice(customer_id="cus_1", lines=[NewLine(description="Rent", unit_cents=100_00)])
    for name in ("inv_1", "inv_2", "inv_3"):
        store.transaction(business, lambda tx, name=name: draft_invoice(tx, name, invoice))
        store.transaction(business, lambda tx, name=name: finalise_invoice(tx, name, actor="t"))
    store.transaction(
        business, lambda tx: tx.update(tx.require(Key("invoices", "inv_2")).key, {"status": "paid"})
    )
    store.transaction(business, lambda tx: void_invoice(tx, "inv_3", actor="t"))
    return desk


def ask(desk: Desk, account: str = "", amount: str = "100.00", **rules: Any) -> str:
    """What Safaricom is answered about a payment under these rules."""
    return str(asked(desk, account, amount, **rules)["ResultCode"])


def asked(desk: Desk, account: str = "", amount: str = "100.00", **rules: Any) -> dict[str, Any]:
    desk.store.put(desk.business, PROFILE, {"name": "Duka", "validation": rules})
    question = {"TransID": "UC2ABC1234", "TransAmount": amount, "BusinessShortCode": PAYBILL}
    question |= {"BillRefNumber": account, "MSISDN": "2547 ***** 678", "FirstName": "JANE"}
    status, body = post(desk, path(desk, PAYBILL, "c2b/validation"), json.dumps(question).encode())
    assert status == 200
    answer: dict[str, Any] = json.loads(body)
    return answer


@pytest.mark.parametrize(
    ("amount", "code"),
    [("99.99", "C2B00013"), ("100.00", "0"), ("500", "0"), ("500.01", "C2B00013")],
)
def test_amounts_outside_of_the_bounds(books: Desk, amount: str, code: str) -> None:
    assert ask(books, amount=amount, min_cents=100_00, max_cents=500_00) == code
    assert ask(books, amount=amount) == "0"


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (OPEN, "0"),
        (f"inv {OPEN}", "0"),
        ("hse12", "0"),
        ("0712 345 678", "0"),
        (PAID, "0"),
        (VOID, "C2B00012"),
        (NEVER, "C2B00012"),
        ("nobody", "C2B00012"),
        ("", "C2B00012"),
    ],
)
def test_a_known_account_may_be_asked_for(books: Desk, account: str, code: str) -> None:
    assert ask(books, account, known_account=True) == code
    assert ask(books, account) == "0"


@pytest.mark.parametrize(
    ("account", "code"),
    [(OPEN, "0"), (PAID, "C2B00012"), (VOID, "C2B00012"), ("hse12", "0"), ("nobody", "0"), ("", "0")],
)
def test_a_closed_invoice_may_be_turned_away(books: Desk, account: str, code: str) -> None:
    assert ask(books, account, open_invoice=True) == code


@pytest.mark.parametrize(
    "rules", [{"min_cents": "100"}, {"max_cents": -1}, {"known_account": "yes"}, {"min_cents": True}]
)
def test_rules_that_cannot_be_read_turn_nobody_away(books: Desk, rules: dict[str, Any]) -> None:
    assert ask(books, "nobody", **rules) == "0"
    with pytest.raises(Invalid) as caught:
        read_rules(rules)
    assert [fault.pointer for fault in caught.value.errors] == [f"/{name}" for name in rules]


def test_bounds_that_exclude_everything_are_refused() -> None:
    with pytest.raises(Invalid):
        read_rules({"min_cents": 2, "max_cents": 1})
    assert read_rules({}) == Rules()


def test_a_till_has_no_accounts(books: Desk) -> None:
    books.settings = books.settings.model_copy(update={"daraja_till": "600111"})
    assert ask(books, "", known_account=True, open_invoice=True) == "0"


def test_it_takes_three_reads_at_most(books: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []
    inner = books.store._adapter.get_many

    def counted(business: str, keys: Any) -> Any:
        reads.append(len(keys))
        return inner(business, keys)

    monkeypatch.setattr(books.store._adapter, "get_many", counted)
    ask(books, OPEN, known_account=True, open_invoice=True)
    asked = reads[-3:]
    assert len(reads) <= 4  # one of them is this test's own
    assert sum(asked) < 30


def test_a_store_that_fails_turns_nobody_away(books: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.core.errors import Unavailable

    def down(*_: Any) -> Any:
        raise Unavailable("no store")

    books.store.put(books.business, PROFILE, {"validation": {"known_account": True}})
    monkeypatch.setattr(books.store._adapter, "get_many", down)
    question = {"TransID": "UC2ABC1234", "TransAmount": "1", "BusinessShortCode": PAYBILL}
    status, body = post(books, path(books, PAYBILL, "c2b/validation"), json.dumps(question).encode())
    assert (status, json.loads(body)["ResultCode"]) == (200, 0)


def mistyped(number: str, at: int) -> str:
    return number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]


def test_an_impossible_number_is_turned_away_with_the_digit_to_look_at(books: Desk) -> None:
    answer = asked(books, mistyped(OPEN, 3), check_digit=True)
    assert (answer["ResultCode"], answer["ResultDesc"]) == (
        "C2B00012",
        "The account number is mistyped: check digit 4",
    )
    swapped = OPEN[:4] + OPEN[5] + OPEN[4]
    assert "check digit 5" in asked(books, swapped, check_digit=True)["ResultDesc"]


def test_a_hint_tells_places_of_open_invoices_alone(books: Desk) -> None:
    """Nothing of a paid or voided invoice, and no number, name or amount of anybody."""
    for number in (PAID, VOID, NEVER):
        answer = asked(books, mistyped(number, 2), check_digit=True)
        assert answer == {"ResultCode": "C2B00012", "ResultDesc": "Rejected"}
    said = asked(books, mistyped(OPEN, 2), check_digit=True)["ResultDesc"]
    assert OPEN not in said
    assert "Kamau" not in said


@pytest.mark.parametrize(
    "account", [OPEN, PAID, f"inv {OPEN}", "HSE 12", "0712345678", "254712345678", "school fees", "", "12345"]
)
def test_what_is_no_impossible_number_is_taken(books: Desk, account: str) -> None:
    assert ask(books, account, check_digit=True) == "0"


@pytest.mark.parametrize("rules", [{}, {"open_invoice": True}])
def test_without_the_rule_an_impossible_number_is_taken(books: Desk, rules: dict[str, bool]) -> None:
    assert ask(books, mistyped(OPEN, 3), **rules) == "0"


def test_a_business_with_numbers_of_its_own_is_not_judged_by_ours(desk: Desk) -> None:
    """It never printed one of ours, so six digits say nothing, and an account of six digits is an account."""
    assert ask(desk, mistyped(OPEN, 3), check_digit=True) == "0"


def test_an_account_that_looks_like_an_impossible_number_is_an_account(books: Desk) -> None:
    number = mistyped(OPEN, 3)
    customer = NewCustomer(name="Ali Noor", account_no=number)
    books.store.transaction(books.business, lambda tx: write_customer(tx, "cus_2", customer))
    assert ask(books, number, check_digit=True) == "0"
