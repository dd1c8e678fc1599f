"""The sweep seals what payments posted, for each business, and one that cannot be sealed stops no other."""

from __future__ import annotations

import pytest

from shared.access import add_business
from shared.books import known_balance
from shared.books.blocks import block_key
from shared.payments.settlement import prove
from shared.payments.sweep import sweep
from shared.store import Key
from tests.unit.payments.collecting import CENTS, Desk, evidence

PROFILE = {"name": "Duka", "currency": "KES"}


def test_what_was_settled_is_sealed_by_the_next_round(desk: Desk) -> None:
    add_business(desk.store, desk.business, dict(PROFILE))
    prove(desk, desk.business, evidence("pull"), "pull-1")
    assert sweep(desk).sealed == 1
    block = desk.store.require(desk.business, block_key(1)).data
    assert [entry["id"] for entry in block["entries"]] == [f"pay-{evidence('pull').receipt}"]
    assert sweep(desk).sealed == 0
    known = known_balance(desk.store, desk.business)
    assert (known.sealed, known.of("suspense:unmatched")) == (1, -CENTS)


def test_one_business_that_cannot_be_sealed_stops_no_other(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    for business in ("biz_0", desk.business):
        add_business(desk.store, business, dict(PROFILE))
        prove(desk, business, evidence("pull"), "pull-1")
    full = {"month": "2026-03", "entries": 0, "days": {}, "x": "x" * 899_900}  # a rollup without room
    desk.store.put("biz_0", Key("rollups", "2026-03"), full)
    swept = sweep(desk)
    assert (swept.sealed, swept.failed) == (1, 1)
    assert desk.store.get("biz_0", block_key(1)) is None
    assert desk.store.get(desk.business, block_key(1)) is not None


def test_the_timer_does_the_chores_of_other_rooms_for_each_business(desk: Desk) -> None:
    done: list[str] = []

    def chore(_ports: object, business: str) -> int:
        done.append(business)
        return 2

    desk.chores = (chore,)
    for business in ("biz_0", desk.business):
        add_business(desk.store, business, dict(PROFILE))
    assert sweep(desk).tended == 4
    assert done == ["biz_0", desk.business]
