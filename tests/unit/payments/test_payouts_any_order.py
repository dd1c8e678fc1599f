"""Whatever order a provider tells things in, and however often: its ledger and ours agree. So do crowds."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.access import add_business
from shared.core.errors import HesabuError
from shared.payments import payout_requests as requests
from shared.payments.payout_requests import RefundAsk
from shared.store import Once
from tests.unit.payments.collecting import CENTS
from tests.unit.payments.paying import CHECKER, CLEARING, MAKER, Till
from tests.unit.payments.test_refunds import allocated, books_of

_numbers = count()
Step = Callable[[Till, str], object]


def _answer(till: Till, payout: str) -> None:
    till.tell(payout, till.gateway.result(payout, "status"), "evd_status")


STEPS: dict[str, Step] = {
    "result": lambda till, payout: till.tell(payout, till.gateway.result(payout)),
    "answer": _answer,
    "timeout": lambda till, payout: till.time_out(payout),
    "worked on": lambda till, payout: (
        payout in till.gateway.ledger and till.gateway.finish(payout, till.going)
    ),
    "a minute": lambda till, payout: till.sweep(61),
    "an hour": lambda till, payout: till.sweep(3600),
    "approved again": lambda till, payout: till.approve(payout),
}


@pytest.fixture(scope="module")
def shared_till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    made = Till(Path(tmp_path_factory.mktemp("till")))
    yield made
    made.close()


@settings(
    max_examples=int(os.environ.get("PAYOUT_EXAMPLES", "40")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    faults=st.lists(st.sampled_from(["", "lost_ack", "lost_request", "away"]), max_size=4),
    names=st.lists(st.sampled_from(sorted(STEPS)), max_size=10),
    going=st.booleans(),
    method=st.sampled_from(["send", "reverse"]),
    matched=st.booleans(),
)
def test_any_order_ends_as_the_provider_has_it(  # noqa: PLR0917
    shared_till: Till, faults: list[str], names: list[str], going: bool, method: str, matched: bool
) -> None:
    till = shared_till
    till.business, till.keys, till.going = f"biz_{next(_numbers)}", 0, going
    till.gateway.ledger.clear()
    till.gateway.faults = list(faults)
    till.profile(payout_daily_limit_cents=10**9)
    till.customer()
    invoice, payment = till.invoice("inv_1", CENTS), till.paid(CENTS)
    if matched:
        allocated(till, payment, (invoice, CENTS))
    refund = till.refund(payment, None if method == "reverse" else 16_000, method=method)
    till.approve(refund)
    for name in names:
        STEPS[name](till, refund)
    till.gateway.faults.clear()
    for _ in range(4):  # sooner or later it is sent, worked on and told
        till.sweep(3600)
        STEPS["worked on"](till, refund)
    STEPS["result"](till, refund)
    _answer(till, refund)
    assert till.status(refund) == ("succeeded" if going else "failed")
    assert len(till.gateway.ledger) == 1
    accounts = books_of(till)
    assert accounts.get(CLEARING, 0) == CENTS - till.gateway.paid() - till.gateway.charged()
    assert till.doc("payments", payment).get("refunding_cents") == 0
    owed = till.gateway.paid() if matched else CENTS
    assert till.doc("invoices", invoice)["balance_cents"] == owed
    assert "bad_debt" not in accounts


def test_a_crowd_of_threads_refunds_no_more_than_was_paid(tmp_path: Path) -> None:
    till = Till(tmp_path)
    payment = till.paid(100_000)

    def ask(n: int) -> str:
        wanted = RefundAsk(payment, 30_000, "send", "", (), "")
        try:
            return requests.ask_refund(till, till.business, MAKER, wanted, Once(f"crowd/{n}", "f")).id
        except HesabuError as error:
            return error.code

    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(ask, range(12)))
    asked = [answer for answer in answers if answer.startswith("pyo_")]
    assert len(asked) == 3
    assert set(answers) - set(asked) == {"over_refunded"}
    with ThreadPoolExecutor(8) as crowd:  # four people approve each of them at once
        list(crowd.map(lambda n: approved(till, asked[n % 3], n), range(12)))
    assert sorted(call for call in till.gateway.calls) == sorted(("payout", payout) for payout in asked)
    assert till.doc("payments", payment)["held_cents"] == 90_000
    till.close()


def approved(till: Till, payout: str, n: int) -> None:
    try:
        requests.approve(till, till.business, payout, f"{CHECKER}{n}")
    except HesabuError as error:
        assert error.code == "payout_decided"  # noqa: PT017


def _ask_in_a_process(folder: str, n: int) -> str:
    till = Till(Path(folder), seed=f"process-{n}")
    try:
        wanted = RefundAsk("mpesa-UC2ABC1234", 40_000, "send", "", (), "")
        return requests.ask_refund(till, till.business, MAKER, wanted, Once(f"process/{n}", "f")).id
    except HesabuError as error:
        return error.code
    finally:
        till.close()


def test_processes_refund_no_more_than_was_paid(tmp_path: Path) -> None:
    till = Till(tmp_path)
    add_business(till.store, till.business, {"name": "Duka"})
    payment = till.paid(100_000)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        answers = pool.starmap(_ask_in_a_process, [(str(tmp_path), n) for n in range(4)])
    assert len([answer for answer in answers if answer.startswith("pyo_")]) == 2
    assert answers.count("over_refunded") == 2
    assert till.doc("payments", payment)["refunding_cents"] == 80_000
    till.close()
