"""Who may approve a payout is told once that it waits, by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.events import PayoutRequested
from shared.messages.approvals import MOST

if TYPE_CHECKING:
    from tests.unit.messages.conftest import World

WAITS = PayoutRequested(payout_id="pyo_1")
OWN, OTHER, CASHIER = "usr_own", "usr_other", "usr_cashier"
NIGHT, UNTIL_MORNING = 11 * 3600, 10 * 3600


def payout(shop: World, **changed: object) -> None:
    fields = {
        "status": "requested",
        "kind": "payout",
        "payment_id": "",
        "phone": "254712345678",
        "amount_cents": 4_500_000,
        "currency": "KES",
        "purpose": "cement",
        "reference": "PO-7",
        "created_by": OWN,
        "created_on": "2026-03-02T08:00:00.000Z",
        "polling": False,
        "poll_at": "",
    }
    shop.put("payouts", "pyo_1", **{**fields, **changed})


def member(shop: World, user: str, role: str = "owner", phone: str = "", email: str | None = None) -> None:
    address = f"{user}@jenga.example" if email is None else email
    shop.put("members", user, email=address, phone=phone, role=role)


@pytest.fixture
def people(shop: World) -> World:
    payout(shop)
    member(shop, OWN)
    member(shop, OTHER, "accountant")
    member(shop, CASHIER, "cashier")
    return shop


def recipients(shop: World) -> list[str]:
    return sorted(message["recipient"] for message in shop.messages())


def test_those_who_may_approve_are_told_once_and_not_who_asked(people: World) -> None:
    member(people, "usr_third", "admin")
    for _ in range(3):
        people.deliver(WAITS)
    assert recipients(people) == ["usr_other@jenga.example", "usr_third@jenga.example"]
    mail = people.email_fake.desk.taken[0]
    assert mail["subject"] == "Your approval is needed: KES 45,000.00 for cement"
    assert "to 2547*****678 for cement" in mail["text"]
    assert "Asked for by: usr_own@jenga.example" in mail["text"]
    assert "254712345678" not in mail["text"]


def test_swahili_is_used_where_it_is_asked_for(people: World) -> None:
    people.put("profile", "business", name="Jenga", language="sw")
    people.deliver(WAITS)
    assert people.email_fake.desk.taken[0]["subject"] == "Idhini yako inahitajika: KES 45,000.00 za cement"


@pytest.mark.parametrize("status", ["approved", "sent", "rejected", "cancelled", "succeeded"])
def test_one_that_was_decided_meanwhile_is_not_announced(people: World, status: str) -> None:
    payout(people, status=status)
    people.deliver(WAITS)
    assert people.messages() == []


def test_a_business_without_another_approver_is_told_itself(shop: World) -> None:
    payout(shop)
    member(shop, OWN)
    member(shop, CASHIER, "cashier")
    member(shop, "usr_unreachable", email="", phone="none")
    shop.deliver(WAITS)
    assert recipients(shop) == ["shop@jenga.example"]


def test_a_phone_does_not_ring_at_night_and_does_in_the_morning(shop: World) -> None:
    payout(shop, phone="", created_by="key_service")
    member(shop, OTHER, "admin", phone="0733 000 333", email="")
    shop.clock.advance(NIGHT)
    shop.deliver(WAITS)
    assert (shop.sms_fake.desk.taken, shop.statuses()) == ([], {"sms": "suppressed"})
    shop.deliver(WAITS)
    assert shop.sms_fake.desk.taken == []
    shop.clock.advance(UNTIL_MORNING)
    for _ in range(2):
        shop.deliver(WAITS)
    (sms,) = shop.sms_fake.desk.taken
    assert (sms["to"], shop.statuses()) == ("+254733000333", {"sms": "sent"})
    assert sms["message"] == (
        "Jenga Hardware: KES 45,000.00 to unknown for cement waits for your approval in Hesabu."
    )


def test_no_more_people_are_told_than_is_sane(people: World) -> None:
    for number in range(MOST + 5):
        member(people, f"usr_{number}", "admin")
    people.deliver(WAITS)
    assert len(people.messages()) == MOST
