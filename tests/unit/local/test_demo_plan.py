"""The demo's plan: every situation is told, the days fit at any hour, and the same moment plans the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from local.demo.goods import SHELF, basket, total_cents
from local.demo.people import CUSTOMERS, EVERYBODY
from local.demo.plan import Issue, Receive, Spend, history
from local.demo.situations import SITUATIONS
from local.demo.story import STORY

NOON = datetime(2026, 3, 1, 9, tzinfo=UTC)
HOURS = [NOON.replace(hour=hour, minute=minute) for hour, minute in ((0, 0), (4, 59), (20, 59), (21, 1))]


def receives(now: datetime = NOON) -> list[Receive]:
    return [step.act for step in history(now) if isinstance(step.act, Receive)]


def test_the_same_moment_plans_the_same_history() -> None:
    assert history(NOON) == history(NOON)


def test_every_situation_is_part_of_the_story() -> None:
    assert {paid.how for visit in STORY for paid in visit.paid} == set(SITUATIONS)


def test_every_step_writes_a_document_of_its_own() -> None:
    written = [step.act.writes for step in history(NOON) if not getattr(step.act, "again", False)]
    assert len(written) == len(set(written))


@pytest.mark.parametrize("now", HOURS)
def test_at_any_hour_nothing_lies_ahead_and_sales_come_before_their_money(now: datetime) -> None:
    steps = history(now)
    issued = {step.act.key: step.at for step in steps if isinstance(step.act, Issue)}
    assert max(step.at for step in steps) <= now
    assert now - min(step.at for step in steps) < timedelta(days=97)
    for act in receives(now):
        assert all(issued[key] < act.paid_at for key in act.invoices)


def test_the_next_day_tells_the_same_amounts() -> None:
    later = receives(NOON + timedelta(days=1))
    assert [act.amount_cents for act in later] == [act.amount_cents for act in receives()]


def test_payers_differ_as_the_networks_show_them() -> None:
    shown = {act.situation.shown for act in receives()}
    channels = {act.situation.channel for act in receives()}
    assert shown == {"hash", "masked", "phone", "nobody"}
    assert channels == {"paybill", "till", "bank", "airtel"}


def test_the_book_lacks_phones_and_has_old_ones() -> None:
    phones = {who.key: who.known_phones for who in CUSTOMERS}
    assert sum(not known for known in phones.values()) >= 3
    stale = [key for key, known in phones.items() if known and EVERYBODY[key].msisdn not in known]
    assert len(stale) >= 3
    everyone = [phone for known in phones.values() for phone in known]
    assert len(everyone) == len(set(everyone))


def test_money_goes_out_for_receipts_and_without_them() -> None:
    lines = [step.act.outgoing for step in history(NOON) if isinstance(step.act, Spend)]
    assert sum(not line.category for line in lines) >= 8
    assert {"rent", "wages_salaries"} <= {line.category for line in lines}


@pytest.mark.parametrize("size", ["small", "medium", "large", "bulk"])
def test_baskets_come_from_the_shelf_in_whole_shillings(size: str) -> None:
    prices = dict(SHELF)
    lines = basket("any", size)  # type: ignore[arg-type]
    assert lines == basket("any", size)  # type: ignore[arg-type]
    assert all(line.unit_cents == 100 * prices[line.description] for line in lines)
    assert total_cents(lines) % 100 == 0
    assert total_cents(lines) == sum(line.unit_cents * line.quantity_milli // 1000 for line in lines)
