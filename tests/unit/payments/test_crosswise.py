"""Two equal requests of one payer, both paid: whichever receipt is taken for which, two sums are booked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.payments.gateways.port import Accepted, Evidence
from shared.payments.settlement import apply_notice, apply_to_attempt, prove
from shared.store import Query, Where
from tests.unit.payments.collecting import CENTS, NOW, RECEIPT, REQUEST, Desk, evidence
from tests.unit.payments.test_contradictions import booked

LATER = timedelta(minutes=12)
SECOND, SECOND_RECEIPT = "ws_CO_2", "UC2ZZZ9999"
PAID_AT = {RECEIPT: NOW + timedelta(seconds=9), SECOND_RECEIPT: NOW + LATER + timedelta(seconds=9)}
REQUEST_OF = {RECEIPT: REQUEST, SECOND_RECEIPT: SECOND}
Step = Callable[[Desk, dict[str, str]], object]
_numbers = count()


def said(kind: str, receipt: str, *, account: bool = True) -> Evidence:
    changes = {"receipt": receipt, "at": PAID_AT[receipt]}
    if kind in {"callback", "query"}:
        changes = {"request_id": REQUEST_OF[receipt], **(changes if kind == "callback" else {})}
    return evidence(kind, **changes, **({} if account or kind in {"callback", "query"} else {"account": ""}))


def of_request(kind: str, receipt: str) -> Step:
    proof = said(kind, receipt)
    return lambda desk, attempts: apply_to_attempt(
        desk, desk.business, attempts[receipt], proof, f"{kind}-{receipt}"
    )


def noticed(receipt: str, *, account: bool = True) -> Step:
    proof = said("c2b", receipt, account=account)
    return lambda desk, _: apply_notice(desk, desk.business, proof, f"c2b-{receipt}")


def listed(receipt: str, *, account: bool = True) -> Step:
    proof = said("pull", receipt, account=account)
    return lambda desk, _: prove(desk, desk.business, proof, f"pull-{receipt}")


STEPS: dict[str, Step] = {
    f"{name} {receipt}": step
    for receipt in PAID_AT
    for name, step in (
        ("callback", of_request("callback", receipt)),
        ("query", of_request("query", receipt)),
        ("notice", noticed(receipt)),
        ("notice of a till", noticed(receipt, account=False)),
        ("listed", listed(receipt)),
        ("listed on a till", listed(receipt, account=False)),
    )
}


@pytest.fixture(scope="module")
def shared_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(Path(tmp_path_factory.mktemp("crosswise")))
    yield made
    made.close()


def both_asked(desk: Desk) -> dict[str, str]:
    """Two equal requests twelve minutes apart: the attempt that each receipt is truly of."""
    desk.business = f"biz_{next(_numbers)}"
    desk.clock.advance((NOW - desk.clock.now()).total_seconds())
    desk.gateway.to_push = Accepted(REQUEST)
    first = desk.ask()
    desk.clock.advance(LATER.total_seconds())
    desk.gateway.to_push = Accepted(SECOND)
    return {RECEIPT: first, SECOND_RECEIPT: desk.ask("again")}


def asked_about(desk: Desk) -> list[str]:
    found = desk.store.all(desk.business, Query("review", (Where("status", "==", "open"),), "created_on"))
    return [item.data["subject_id"] for item in found]


def run(desk: Desk, names: list[str]) -> None:
    attempts = both_asked(desk)
    for name in names:
        STEPS[name](desk, attempts)
        assert booked(desk) <= 2 * CENTS
    for name in [n for n in STEPS if n.startswith(("query", "listed U"))] * 2:
        STEPS[name](desk, attempts)  # sooner or later both are asked about and listed
        assert booked(desk) <= 2 * CENTS
    unbooked = [p for p in desk.docs("payments", "paid_at") if p["status"] == "review"]
    assert booked(desk) == 2 * CENTS or unbooked
    assert len(asked_about(desk)) >= len(unbooked)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.permutations(sorted(STEPS)).flatmap(lambda all_: st.integers(0, 12).map(lambda n: all_[:n])))
def test_two_paid_requests_are_never_three_sums_in_the_books(shared_desk: Desk, names: list[str]) -> None:
    run(shared_desk, names)


@pytest.mark.parametrize(
    "names",
    [
        # the notice of the second looks like the receipt that the first still lacks
        [f"query {RECEIPT}", f"notice {SECOND_RECEIPT}", f"callback {SECOND_RECEIPT}",
         f"query {SECOND_RECEIPT}", f"listed {SECOND_RECEIPT}", f"listed {RECEIPT}"],
        [f"notice {RECEIPT}", f"query {SECOND_RECEIPT}", f"callback {SECOND_RECEIPT}", f"callback {RECEIPT}",
         f"query {RECEIPT}", f"listed {RECEIPT}", f"listed {SECOND_RECEIPT}"],
        [f"query {RECEIPT}", f"query {SECOND_RECEIPT}", f"listed {RECEIPT}", f"callback {SECOND_RECEIPT}",
         f"listed {SECOND_RECEIPT}"],
        # what was listed first is booked as money of its own, until the request without a receipt is proven
        [f"query {RECEIPT}", f"listed {SECOND_RECEIPT}", f"listed {RECEIPT}", f"query {SECOND_RECEIPT}"],
    ],
)  # fmt: skip
def test_receipts_that_were_taken_crosswise_are_not_counted_again(desk: Desk, names: list[str]) -> None:
    run(desk, names)
    assert booked(desk) == 2 * CENTS
