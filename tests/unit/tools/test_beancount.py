"""The export against beancount itself: valid distinct names, and any text that people write in a memo."""

from __future__ import annotations

import re
from typing import Any

from beancount import loader
from beancount.core import account as beancount_account
from beancount.core.data import Balance, Open, Transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.books import seal_journal
from shared.books.chart import CHART, row_of
from shared.books.journal import JournalEntry, Leg, post
from shared.store import Key, Store
from tools.books.beancount import account_name, export

part = st.text(alphabet="abzABZ019_-.xXdp", min_size=1, max_size=6)


@st.composite
def accounts(draw: st.DrawFn) -> str:
    row = draw(st.sampled_from(CHART))
    return ":".join(draw(part) if piece == "*" else piece for piece in row.pattern.split(":"))


@given(st.lists(accounts(), min_size=2, max_size=8, unique=True))
def test_names_are_valid_and_distinct(names: list[str]) -> None:
    assert all(row_of(name) is not None for name in names)
    told = [account_name(name) for name in names]
    assert all(beancount_account.is_valid(name) for name in told), told
    assert len(set(told)) == len(told)


def exported(store: Store, business: str) -> str:
    pieces: list[str] = []
    export(store, business, pieces.append)
    return "".join(pieces)


def entry(n: int, memo: str, day: str = "2026-03-01") -> JournalEntry:
    return JournalEntry(
        id=f"open_{n}",
        kind="opening_balance",
        currency="KES",
        effective_at=f"{day}T09:00:00.000Z",
        recorded_at="2026-03-01T09:00:00.000Z",
        legs=(Leg("ar:inv_1", 100 + n), Leg("ar:INV_1", 7), Leg("sales", -107 - n)),
        source=Key("invoices", f"inv_{n}"),
        actor="usr_1",
        memo=memo,
    )


_numbers = iter(range(10**6))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    memos=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30), max_size=4
    )
)
def test_whatever_a_memo_says_the_text_reads_back(store: Store, memos: list[str]) -> None:
    business = f"biz_{next(_numbers)}"

    def write(tx: Any) -> None:
        for n, memo in enumerate(memos):
            post(tx, entry(n, memo))

    store.transaction(business, write)
    seal_journal(store, business)
    found, errors, _ = loader.load_string(exported(store, business))
    assert errors == []
    told = [each for each in found if isinstance(each, Transaction)]
    assert sorted(each.meta["entry"] for each in told) == sorted(f"open_{n}" for n in range(len(memos)))
    for each in told:
        memo = memos[int(each.meta["entry"].removeprefix("open_"))]
        assert each.narration == ("".join(c if c.isprintable() else " " for c in memo) or "opening balance")
        assert each.links == {each.meta["entry"].replace("open", "inv")}


def test_months_end_with_balances_of_what_is_sealed_and_what_waits(store: Store) -> None:
    days = ["2025-12-31", "2026-01-31", "2026-03-01"]
    for n, day in enumerate(days):
        store.transaction("biz", lambda tx, n=n, day=day: post(tx, entry(n, "", day)) and None)
        if n < 2:
            seal_journal(store, "biz")
    text = exported(store, "biz")
    found, errors, _ = loader.load_string(text)
    assert errors == []
    balances = {
        (each.date.isoformat(), each.account): each.amount for each in found if isinstance(each, Balance)
    }
    assert {day for day, _ in balances} == {"2026-01-01", "2026-02-01", "2026-04-01"}
    assert str(balances["2026-02-01", "Assets:Receivable"]) == "2.15 KES"
    assert str(balances["2026-04-01", "Income:Sales"]) == "-3.24 KES"
    opened = [each.account for each in found if isinstance(each, Open)]
    assert sorted(opened) == [
        "Assets:Receivable",
        "Assets:Receivable:Inv--1",
        "Assets:Receivable:X-INV--1",
        "Income:Sales",
    ]
    lost = re.sub(r"\n2026-01-31 \*.*?KES\n\n", "\n", text, count=1, flags=re.DOTALL)
    _, errors, _ = loader.load_string(lost)
    assert lost != text
    assert any("Balance failed" in error.message for error in errors)
