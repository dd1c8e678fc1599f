"""The business is told once that a subscription stopped by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.events import SubscriptionPaused

if TYPE_CHECKING:
    from tests.unit.messages.conftest import World

PAUSED = SubscriptionPaused(subscription_id="sub_1")


def subscription(shop: World, **changed: object) -> None:
    fields = {
        "status": "paused",
        "customer_id": "cus_1",
        "amount_cents": 250_000,
        "failures": 3,
        "sequence": 5,
        "created_on": "2026-03-01T08:00:00.000Z",
        "due_at": "2026-03-02T08:00:00.000Z",
    }
    shop.put("subscriptions", "sub_1", **{**fields, **changed})


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [
        ("en", "Collecting KES 2,500.00 from Wanjiru Kamau is paused", "3 payments in a row"),
        ("sw", "Kukusanya KES 2,500.00 kutoka Wanjiru Kamau kumesimamishwa", "Malipo 3 mfululizo"),
    ],
)
def test_the_owner_learns_which_customer_and_how_often(
    shop: World, language: str, title: str, words: str
) -> None:
    shop.put("profile", "business", name="Jenga", email="shop@jenga.example", language=language)
    subscription(shop)
    for _ in range(2):
        shop.deliver(PAUSED)
    (message,) = shop.messages()
    assert (message["title"], message["recipient"]) == (title, "shop@jenga.example")
    assert words in message["body"]


def test_one_that_goes_on_again_is_not_told(shop: World) -> None:
    subscription(shop, status="active")
    shop.deliver(PAUSED)
    assert shop.messages() == []


def test_pausing_again_later_is_another_thing_to_tell(shop: World) -> None:
    for sequence in (5, 9):
        subscription(shop, sequence=sequence)
        shop.deliver(PAUSED)
    assert len(shop.messages()) == 2


def test_the_amount_of_a_period_with_an_invoice_is_the_invoices(shop: World) -> None:
    subscription(shop, amount_cents=None)
    run = {"subscription_id": "sub_1", "sequence": 5, "invoice_id": "inv_p"}
    shop.put("runs", "sub_1-5", **run)
    about = {"status": "open", "customer_id": "cus_1", "due_date": "", "created_on": ""}
    shop.put("invoices", "inv_p", total_cents=99_000, **about)
    shop.deliver(PAUSED)
    assert "KES 990.00" in shop.messages()[0]["title"]
