"""Evidence about one payment, in any order and any number of times, ends as the same money in the books."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.access import add_business
from shared.books import trial_balance
from shared.core.errors import Invalid
from shared.payments import sweep as room
from shared.payments.attempts import cancel
from shared.payments.gateways.port import Accepted, HintKind, PayerHint, Rejected, Unknown
from shared.payments.settlement import apply_notice, apply_to_attempt, prove
from shared.store import Key, Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter
from tests.support.faults import Faulty
from tests.unit.payments.collecting import CENTS, NOW, PAYBILL, RECEIPT, REQUEST, Desk, evidence

Step = Callable[[Desk, str], object]


def told(kind: str, code: str = "0") -> Step:
    return lambda desk, attempt: apply_to_attempt(
        desk, desk.business, attempt, evidence(kind, code), f"{kind}-{code}"
    )


def noticed(desk: Desk, _attempt: str) -> object:
    return apply_notice(desk, desk.business, evidence("c2b"), "c2b-1")


def noticed_on_a_till(desk: Desk, _attempt: str) -> object:
    return apply_notice(desk, desk.business, evidence("c2b", account=""), "c2b-1")


def listed(desk: Desk, _attempt: str) -> object:
    return prove(desk, desk.business, evidence("pull"), "pull-1")


def listed_on_a_till(desk: Desk, _attempt: str) -> object:
    return prove(desk, desk.business, evidence("pull", account=""), "pull-1")


def stopped(desk: Desk, attempt: str) -> object:
    waiting = desk.doc("attempts", attempt)["status"] in {"pending", "submit_unknown"}
    return cancel(desk, desk.business, attempt, "usr") if waiting else None


STEPS: dict[str, Step] = {
    "callback": told("callback"),
    "query": told("query"),
    "late failure": told("callback", "1037"),
    "notice": noticed,
    "notice of a till": noticed_on_a_till,
    "listed": listed,
    "listed on a till": listed_on_a_till,
    "stopped by the business": stopped,
}
_numbers = count()


@pytest.fixture(scope="module")
def shared_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(Path(tmp_path_factory.mktemp("desk")))
    yield made
    made.close()


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ack=st.sampled_from([Accepted(REQUEST), Unknown("timeout"), Accepted(REQUEST)]),
    names=st.lists(st.sampled_from(sorted(STEPS)), max_size=9),
)
def test_any_order_and_repetition_is_one_payment_and_one_entry(
    shared_desk: Desk, ack: Accepted | Unknown, names: list[str]
) -> None:
    desk = shared_desk
    desk.business = f"biz_{next(_numbers)}"
    desk.gateway.to_push = ack
    attempt = desk.ask()
    for name in [*names, "listed"]:  # sooner or later the provider's list shows it
        STEPS[name](desk, attempt)
    payments = desk.docs("payments", "paid_at")
    assert [(p["status"], p["amount_cents"], p["receipt"]) for p in payments] == [("settled", CENTS, RECEIPT)]
    assert [entry["kind"] for entry in desk.docs("journal", "recorded_at")] == ["payment_received"]
    balance = trial_balance(desk.store, desk.business)
    assert balance.totals == {"KES": 0}
    assert balance.of(f"clearing:mpesa:{PAYBILL}") == CENTS


def test_two_receipts_for_one_prompt_are_two_payments_and_a_question(desk: Desk) -> None:
    attempt = desk.ask()
    told("callback")(desk, attempt)
    told("query")(desk, attempt)
    again = evidence("callback", receipt="UC2ZZZ9999")
    apply_to_attempt(desk, desk.business, attempt, again, "second")
    assert [p["status"] for p in desk.docs("payments", "paid_at")] == ["settled", "review"]
    prove(desk, desk.business, evidence("pull", receipt="UC2ZZZ9999"), "pull-2")
    assert [p["status"] for p in desk.docs("payments", "paid_at")] == ["settled", "review"]
    listed(desk, attempt)  # the first receipt is real as well: then the second one is other money
    assert [p["status"] for p in desk.docs("payments", "paid_at")] == ["settled", "settled"]
    assert len(desk.docs("journal", "recorded_at")) == 2


def test_a_receipt_that_belongs_to_another_attempt_is_a_question(desk: Desk) -> None:
    first = desk.ask()
    told("callback")(desk, first)
    desk.clock.advance(130)
    desk.gateway.to_push = Accepted("ws_CO_2")
    second = desk.ask("other")
    apply_to_attempt(desk, desk.business, second, evidence("callback", request_id="ws_CO_2"), "stolen")
    assert desk.doc("attempts", second)["status"] == "pending"
    assert [p["status"] for p in desk.docs("payments", "paid_at")] == ["review"]


def test_money_of_another_payer_or_of_yesterday_is_not_the_prompts(desk: Desk) -> None:
    attempt = desk.ask()
    stranger = PayerHint(HintKind.PHONE, "254722999999")
    for n, other in enumerate(
        (
            evidence("c2b", payer=stranger),
            evidence("c2b", at=NOW - timedelta(minutes=6)),
            evidence("c2b", at=NOW + timedelta(hours=2)),
            evidence("c2b", account="", at=NOW + timedelta(minutes=16)),
        )
    ):
        apply_notice(desk, desk.business, replace(other, receipt=f"UC2OTHER0{n}"), f"c2b-{n}")
    assert desk.doc("attempts", attempt)["status"] == "pending"
    assert {p["attempt_id"] for p in desk.docs("payments", "paid_at")} == {""}


def test_a_refused_request_that_is_paid_after_all_is_a_question_until_it_is_listed(desk: Desk) -> None:
    desk.gateway.to_push = Rejected("400.002.02", "Bad Request")
    attempt = desk.ask()
    assert desk.doc("attempts", attempt)["status"] == "rejected"
    told("callback")(desk, attempt)
    assert (desk.doc("attempts", attempt)["status"], desk.docs("journal", "recorded_at")) == ("review", [])
    listed(desk, attempt)
    assert desk.doc("attempts", attempt)["status"] == "succeeded"
    assert len(desk.docs("journal", "recorded_at")) == 1


@pytest.mark.parametrize(("limit", "status"), [(CENTS, "settled"), (CENTS - 1, "claimed")])
def test_a_business_may_trust_small_callbacks(desk: Desk, limit: int, status: str) -> None:
    desk.store.put(desk.business, Key("profile", "business"), {"name": "D", "trust_callback_cents": limit})
    told("callback")(desk, desk.ask())
    assert [p["status"] for p in desk.docs("payments", "paid_at")] == [status]


def test_a_sweep_of_a_business_that_fails_does_not_stop_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for business in ("biz_1", "biz_2"):
        add_business(desk.store, business, {"name": business})
    desk.business = "biz_2"
    attempt = desk.ask()
    real = room.poll_attempts

    def break_first(ports: Desk, business: str, give_up: object) -> int:
        if business == "biz_1":
            raise Invalid("broken", "no sweep for this one")
        return real(ports, business, give_up)  # type: ignore[arg-type]

    monkeypatch.setattr(room, "poll_attempts", break_first)
    desk.clock.advance(16)
    photo = desk.blobs.put("receipts/biz_1/lost.jpg", b"x")
    moment = int((NOW - timedelta(hours=1)).timestamp()) * 10**9
    os.utime(desk.folder / "bucket" / photo.name, ns=(moment, moment))
    done = room.sweep(desk)
    assert (done.failed, done.polled, done.announced) == (1, 1, 1)
    assert desk.doc("attempts", attempt)["polls"] == 1


def test_evidence_that_comes_again_pushes_no_history_out(desk: Desk) -> None:
    attempt = desk.ask()
    steps = [told("callback"), told("query"), told("callback"), told("callback", "1037")]
    for step in steps:
        step(desk, attempt)
    history = desk.doc("attempts", attempt)["history"]
    assert [(line["signal"], line["evidence"]) for line in history].count(("claim", "callback-0")) == 1
    for step in steps * 20:
        step(desk, attempt)
    assert desk.doc("attempts", attempt)["history"] == history


def test_a_lost_answer_to_the_intent_prompts_all_the_same(desk: Desk) -> None:
    """The commit was applied and its answer lost: the key that is found is this call's own, no replay."""
    real, adapter = desk.store, SqliteAdapter(desk.folder / "desk.db", durable=False)
    desk.store = Store(Faulty(adapter, ["after"]), SCHEMA, desk.clock, desk.ids)
    attempt = desk.ask()
    adapter.close()
    desk.store = real
    assert (desk.doc("attempts", attempt)["status"], len(desk.gateway.asked)) == ("pending", 1)
    assert (desk.ask(), len(desk.gateway.asked)) == (attempt, 1), "the same key again does not prompt"
