"""Exchange rates: which one holds on a day, what an amount is worth, what a change keeps, and the routes."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest
from books_world import Books
from hypothesis import given
from hypothesis import strategies as st
from test_books_api import Client

from shared.books.rates import MICRO, Rate, rates_of, set_rate, shillings
from shared.core.errors import Refused
from shared.store import Doc, Key

DOLLAR = {"currency": "USD", "day": "2026-03-02", "rate": "129.5512", "source": "Central Bank, mean rate"}


@pytest.fixture
def client(books: Books) -> Client:
    return Client(books)


def put(books: Books, day: str, micro: int, currency: str = "USD", version: int | None = None) -> Doc:
    rate = Rate(currency, day, micro, "Central Bank")
    return books.store.transaction(
        books.business, lambda tx: set_rate(tx, rate, actor="usr_1", note="", version=version)
    )


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        ("2026-02-28", None),
        ("2026-03-02", 129_000_000),
        ("2026-03-05", 129_000_000),
        ("2026-03-06", 130_000_000),
        ("2026-04-06", 130_000_000),
        ("2026-04-07", None),  # 32 days old
    ],
)
def test_a_rate_holds_until_the_next_and_not_for_ever(books: Books, day: str, rate: int | None) -> None:
    put(books, "2026-03-02", 129_000_000)
    put(books, "2026-03-06", 130_000_000)
    put(books, "2026-03-03", 1, "EUR")
    found = rates_of(books.store, books.business, "USD", "2026-02-01", "2026-04-30").on(day)
    assert (found.data["rate_micro"] if found else None) == rate


def test_only_the_days_asked_for_are_read_and_a_rate_before_them_holds(books: Books) -> None:
    put(books, "2026-03-02", 129_000_000)
    put(books, "2026-03-20", 131_000_000)
    rates = rates_of(books.store, books.business, "USD", "2026-03-10", "2026-03-11")
    assert [doc.data["rate_micro"] for doc in (rates.on("2026-03-10"), rates.on("2026-03-30")) if doc] == [
        129_000_000,
        129_000_000,
    ]


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_worth_is_exact_to_the_cent_half_to_even(cents: int, micro: int) -> None:
    doc = Doc(Key("exchange_rates", "USD-2026-03-02"), {"rate_micro": micro}, "e", 1, "", "")
    exact = Decimal(cents) * micro / MICRO
    assert shillings(cents, doc) == int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def test_a_change_keeps_what_was_and_a_stale_one_is_refused(books: Books) -> None:
    first = put(books, "2026-03-02", 129_000_000)
    assert put(books, "2026-03-02", 129_000_000).version == first.version
    second = put(books, "2026-03-02", 130_000_000, version=1)
    assert [change["before"] for change in second.data["changes"]] == [
        {"rate_micro": 129_000_000, "source": "Central Bank"},
        None,
    ]
    with pytest.raises(Refused):
        put(books, "2026-03-02", 131_000_000, version=1)


def test_stored_and_listed_over_http(client: Client) -> None:
    status, told = client("PUT", "/v1/exchange-rates", DOLLAR)
    assert (status, told["rate"], told["version"], told["source"]) == (200, "129.5512", 1, DOLLAR["source"])
    client("PUT", "/v1/exchange-rates", {**DOLLAR, "day": "2026-03-03", "rate": "130"})
    client("PUT", "/v1/exchange-rates", {**DOLLAR, "currency": "EUR"})
    _, listed = client("GET", "/v1/exchange-rates?currency=USD")
    assert [(one["day"], one["rate"]) for one in listed["data"]] == [
        ("2026-03-03", "130"),
        ("2026-03-02", "129.5512"),
    ]
    _, every = client("GET", "/v1/exchange-rates")
    assert len(every["data"]) == 3


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"currency": "KES"}, "rate_invalid"),
        ({"rate": "0.000000"}, "rate_invalid"),
        ({"day": "2026-02-30"}, "day_invalid"),
        ({"rate": "-1"}, "body_invalid"),
        ({"rate": "1.1234567"}, "body_invalid"),
        ({"rate": 129.5}, "body_invalid"),
        ({"currency": "usd"}, "body_invalid"),
        ({"source": ""}, "body_invalid"),
    ],
)
def test_what_is_no_rate_is_refused(client: Client, wrong: dict[str, Any], code: str) -> None:
    status, told = client("PUT", "/v1/exchange-rates", {**DOLLAR, **wrong})
    assert status in {400, 422}
    assert told["code"] == code
    assert client("GET", "/v1/exchange-rates")[1]["data"] == []
