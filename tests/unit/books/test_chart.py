"""The chart is one table; every posting names accounts of it and sums to zero."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.books.chart import CHART, Kind, group, row_of
from shared.books.journal import JournalEntry, Leg
from shared.books.postings import (
    Outgoing,
    correction,
    fee_charged,
    opening_balance,
    paid_out_to_bank,
    payment_received,
    payout_sent,
    refund_sent,
)
from shared.core.errors import Invalid
from shared.store import Key

NOW, THEN = "2026-03-02T09:00:00.000Z", "2026-03-01T09:00:00.000Z"
OUT = Outgoing(
    "mpesa-SJ12", Key("payouts", "pyo_1"), "clearing:mpesa:600123", 5_000, "KES", THEN, NOW, "usr_1"
)


def legs(entry: JournalEntry) -> dict[str, int]:
    return {leg.account: leg.amount for leg in entry.legs}


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        ("clearing:mpesa:600123", Kind.ASSET),
        ("clearing:airtel", Kind.ASSET),
        ("bank:equity", Kind.ASSET),
        ("cash", Kind.ASSET),
        ("ar:inv_1", Kind.ASSET),
        ("wht:receivable", Kind.ASSET),
        ("unapplied:cus_1", Kind.LIABILITY),
        ("suspense:unmatched", Kind.LIABILITY),
        ("payable:sup_1", Kind.LIABILITY),
        ("vat:output", Kind.LIABILITY),
        ("equity:opening", Kind.EQUITY),
        ("sales", Kind.INCOME),
        ("fees:mpesa", Kind.EXPENSE),
        ("expense:fuel", Kind.EXPENSE),
        ("bad_debt", Kind.EXPENSE),
        ("rounding", Kind.EXPENSE),
    ],
)
def test_every_account_has_a_kind(account: str, kind: Kind) -> None:
    row = row_of(account)
    assert row is not None
    assert row.kind is kind


def test_a_name_belongs_to_one_row() -> None:
    samples = [row.pattern.replace("*", "x") for row in CHART]
    for sample in samples:
        assert sum(bool(re.fullmatch(row.expression, sample)) for row in CHART) == 1


@given(st.text(alphabet="abcsales:*._-/ x0é", max_size=30))
def test_what_is_not_in_the_chart_is_in_no_row(text: str) -> None:
    row = row_of(text)
    assert (row is None) == (not any(re.fullmatch(r.expression, text) for r in CHART))


def test_sums_tell_invoices_and_customers_together() -> None:
    assert [group(name) for name in ("ar:inv_1", "unapplied:cus_1", "payable:x", "fees:mpesa", "sales")] == [
        "ar",
        "unapplied",
        "payable",
        "fees:mpesa",
        "sales",
    ]


@pytest.mark.parametrize(
    ("entry", "id_", "expected"),
    [
        (payout_sent(OUT, "expense:rent"), "payout-mpesa-SJ12", {"expense:rent": 5_000}),
        (payout_sent(OUT, "payable:sup_1"), "payout-mpesa-SJ12", {"payable:sup_1": 5_000}),
        (payout_sent(OUT, "equity:owner"), "payout-mpesa-SJ12", {"equity:owner": 5_000}),
        (paid_out_to_bank(OUT, "equity"), "bank-mpesa-SJ12", {"bank:equity": 5_000}),
        (fee_charged(OUT, "mpesa"), "fee-mpesa-SJ12", {"fees:mpesa": 5_000}),
        (
            refund_sent(OUT, [Leg("unapplied:cus_1", 2_000), Leg("ar:inv_1", 3_000)]),
            "refund-mpesa-SJ12",
            {"unapplied:cus_1": 2_000, "ar:inv_1": 3_000},
        ),
    ],
)
def test_money_that_leaves(entry: JournalEntry, id_: str, expected: dict[str, int]) -> None:
    assert (entry.id, entry.effective_at, entry.recorded_at, entry.actor) == (id_, THEN, NOW, "usr_1")
    assert legs(entry) == {**expected, "clearing:mpesa:600123": -5_000}


def test_a_refund_is_of_what_was_sent() -> None:
    with pytest.raises(Invalid, match="sum to"):
        refund_sent(OUT, [Leg("unapplied:cus_1", 4_999)])


def test_books_begin_with_what_there_was_once_an_account() -> None:
    one = opening_balance("bank:equity", 70_000, currency="KES", at=THEN, now=NOW, actor="usr_1")
    again = opening_balance("bank:equity", 80_000, currency="KES", at=THEN, now=NOW, actor="usr_1")
    other = opening_balance("bank:equity", 70_000, currency="USD", at=THEN, now=NOW, actor="usr_1")
    assert legs(one) == {"bank:equity": 70_000, "equity:opening": -70_000}
    assert one.id == again.id != other.id


def test_a_correction_is_the_exact_reversal_and_the_right_entry_of_the_same_day() -> None:
    payment = {
        "provider": "equity",
        "receipt": "7",
        "channel": "bank",
        "currency": "KES",
        "amount_cents": 500,
    }
    wrong = payment_received({**payment, "paid_at": THEN}, NOW)
    right = [Leg("bank:equity", 600), Leg("suspense:unmatched", -600)]
    undone, mended = correction(wrong, right, NOW, "usr_1", memo="slip of the bank")
    assert (undone.reverses, undone.id, undone.effective_at) == (wrong.id, f"rev-{wrong.id}", THEN)
    assert {leg.account: -leg.amount for leg in undone.legs} == legs(wrong)
    assert (mended.id, mended.kind, mended.effective_at) == (f"right-{wrong.id}", "payment_received", THEN)
    assert legs(mended) == {"bank:equity": 600, "suspense:unmatched": -600}
    with pytest.raises(Invalid):
        correction(wrong, right[:1], NOW, "usr_1", memo="")
