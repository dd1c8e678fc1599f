"""Standing orders that nobody told of: given up, put to a person, never sent again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.core.errors import NotFound, Refused
from shared.payments.evidence import Address, keep
from shared.payments.gateways.port import Accepted, InitiateAnswer, Rejected, Unknown
from shared.payments.shortcode.order_questions import ASKED_FOR, LEASE, UNKNOWN_FOR, chase_orders, decide
from shared.payments.shortcode.orders import _acknowledged, told
from shared.store import Data, Key, Query, Where
from tests.unit.payments.collecting import NOW, PHONE, Desk

ORDER = Key("standing_orders", "sto_1")
MINUTES = 60


def order(desk: Desk, status: str = "submitting", created: str = "2026-03-02T07:00:00.000Z") -> None:
    about: Data = {"status": status, "name": "Rent 12", "phone": PHONE, "amount_cents": 50_000}
    about |= {"provider_id": "", "code": "", "payments": 0, "history": [], "created_on": created}
    desk.store.put(desk.business, ORDER, about)


def status(desk: Desk) -> str:
    return str(desk.store.require(desk.business, ORDER).data["status"])


def open_questions(desk: Desk) -> list[Data]:
    waiting = Query("review", (Where("status", "==", "open"),), "created_on")
    return [doc.data for doc in desk.store.all(desk.business, waiting)]


def notice(desk: Desk, code: str) -> None:
    """A notice as Safaricom spells it: lower-case when it went well, upper-case when not."""
    header = {"responseCode" if code == "0" else "ResponseCode": code}
    raw = json.dumps({"responseHeader" if code == "0" else "ResponseHeader": header}).encode()
    kept = keep(desk, Address("order", desk.business, ORDER.id), raw, {})  # type: ignore[arg-type]
    told(desk, desk.business, desk.store.require(desk.business, Key("callbacks", kept)))  # type: ignore[arg-type]


def acknowledge(desk: Desk, answer: InitiateAnswer) -> None:
    desk.store.transaction(desk.business, lambda tx: _acknowledged(tx, ORDER, answer))


def sweep(desk: Desk, minutes: float) -> int:
    desk.clock.advance(minutes * MINUTES)
    return chase_orders(desk, desk.business)  # type: ignore[arg-type]


def ask_a_person(desk: Desk) -> None:
    order(desk, "unknown")
    assert sweep(desk, 60) == 1
    assert status(desk) == "review"


@pytest.mark.parametrize(
    ("was", "after", "becomes", "asked"),
    [
        ("submitting", LEASE, "unknown", 0),
        ("unknown", UNKNOWN_FOR, "review", 1),
        ("asked", ASKED_FOR, "review", 1),
    ],
)
def test_what_is_not_told_in_time_moves_on(
    desk: Desk, was: str, after: Any, becomes: str, asked: int
) -> None:
    order(desk, was)
    late = -(-int(after.total_seconds()) // 300) * 5
    assert sweep(desk, late - 5) == 0
    assert status(desk) == was
    assert (sweep(desk, 5), sweep(desk, 0)) == (1, 0)
    assert (status(desk), len(open_questions(desk))) == (becomes, asked)
    assert desk.gateway.asked == []


@pytest.mark.parametrize("settled", ["active", "refused", "rejected", "review"])
def test_what_has_an_end_is_left_alone(desk: Desk, settled: str) -> None:
    order(desk, settled)
    assert sweep(desk, 3 * 24 * 60) == 0


def test_one_that_is_told_while_we_look_is_left_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    order(desk, "unknown")
    real = desk.store.query

    def slow(business: str, query: Query) -> object:
        found = real(business, query)
        if found.docs:
            notice(desk, "0")
        return found

    monkeypatch.setattr(desk.store, "query", slow)
    assert sweep(desk, 60) == 0
    assert (status(desk), open_questions(desk)) == ("active", [])


@pytest.mark.parametrize(("code", "becomes"), [("0", "active"), ("1032", "refused")])
def test_a_notice_that_comes_late_ends_the_question(desk: Desk, code: str, becomes: str) -> None:
    ask_a_person(desk)
    for _ in range(2):
        notice(desk, code)
    assert (status(desk), open_questions(desk)) == (becomes, [])


@pytest.mark.parametrize(("active", "becomes"), [(True, "active"), (False, "refused")])
def test_a_person_says_how_it_stands_once(desk: Desk, active: bool, becomes: str) -> None:
    ask_a_person(desk)
    decide(desk, desk.business, ORDER.id, "usr_amina", active=active, note="asked the payer")  # type: ignore[arg-type]
    data = desk.store.require(desk.business, ORDER).data
    assert (data["status"], data["history"][-1]["actor"]) == (becomes, "usr_amina")
    assert open_questions(desk) == []
    with pytest.raises(Refused) as refused:
        decide(desk, desk.business, ORDER.id, "usr_amina", active=active, note="again")  # type: ignore[arg-type]
    assert refused.value.code == "order_decided"
    with pytest.raises(NotFound):
        decide(desk, "biz_other", ORDER.id, "usr_amina", active=active, note="not theirs")  # type: ignore[arg-type]
    notice(desk, "0")
    assert status(desk) == "active"


@pytest.mark.parametrize(
    ("answer", "becomes"),
    [
        (Accepted("ref-1"), "asked"),
        (Rejected("400", "exists already"), "rejected"),
        (Unknown("timeout"), "unknown"),
    ],
)
def test_an_answer_that_was_slower_than_the_sweep_still_counts(
    desk: Desk, answer: InitiateAnswer, becomes: str
) -> None:
    order(desk)
    assert sweep(desk, 5) == 1
    acknowledge(desk, answer)
    assert status(desk) == becomes


def test_an_acknowledgement_takes_no_notice_back(desk: Desk) -> None:
    order(desk)
    notice(desk, "0")
    acknowledge(desk, Accepted("ref-1"))
    assert status(desk) == "active"


def test_between_the_times_nothing_is_looked_for(desk: Desk) -> None:
    order(desk)
    assert NOW.minute == 0
    assert sweep(desk, 61) == 0
