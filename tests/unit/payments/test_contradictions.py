"""Evidence that contradicts itself: who is asked, with which reason, and what stays in the books."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.books import trial_balance
from shared.core.errors import Refused
from shared.payments.gateways.port import Accepted, Evidence, HintKind, PayerHint
from shared.payments.operator import decide
from shared.payments.settlement import apply_notice, apply_to_attempt, prove
from shared.store import Data, Doc, Query, Where
from tests.unit.payments.collecting import CENTS, PAYBILL, RECEIPT, REQUEST, Desk, evidence

Step = Callable[[Desk, str], object]
OTHER_RECEIPT, FALSE_RECEIPT = "UC2ZZZ9999", "UC2FALSE00"
_numbers = count()


def told(proof: Evidence) -> Step:
    return lambda desk, attempt: apply_to_attempt(
        desk, desk.business, attempt, proof, f"{proof.kind}-{proof.code}-{proof.receipt}-{proof.amount_cents}"
    )


def noticed(proof: Evidence) -> Step:
    return lambda desk, _: apply_notice(
        desk, desk.business, proof, f"c2b-{proof.receipt}-{proof.amount_cents}"
    )


def listed(kind: str = "pull", receipt: str = RECEIPT, cents: int = CENTS) -> Step:
    proof = replace(evidence("pull", receipt=receipt, amount_cents=cents), kind=kind)
    return lambda desk, _: prove(desk, desk.business, proof, f"{kind}-{receipt}-{cents}")


def questions(desk: Desk) -> list[tuple[str, str]]:
    """The open questions: about which receipt, and why."""
    found = desk.store.all(desk.business, Query("review", (Where("status", "==", "open"),), "created_on"))
    return sorted((item.data["subject_id"].partition("-")[2], *item.data["reasons"]) for item in found)


def money(desk: Desk) -> dict[str, str]:
    return {p["receipt"]: p["status"] for p in desk.docs("payments", "paid_at")}


def booked(desk: Desk) -> int:
    return trial_balance(desk.store, desk.business).of(f"clearing:mpesa:{PAYBILL}")


def word(desk: Desk, receipt: str, *, received: bool, cents: int | None = None) -> Doc:
    return desk.outbox.run(
        desk.business,
        lambda tx: decide(
            tx, f"mpesa-{receipt}", received=received, cents=cents, actor="usr_1", note="asked"
        ),
    )


PAID, QUERIED = told(evidence("callback")), told(evidence("query"))
STRANGER = PayerHint(HintKind.PHONE, "254722999999")
ASKED: dict[str, tuple[list[Step], tuple[str, str], int]] = {
    "callback paid, query failed": (
        [PAID, told(evidence("query", "1032"))],
        (RECEIPT, "callback_and_query_contradict"),
        0,
    ),
    "callback names another amount": (
        [told(evidence("callback", amount_cents=CENTS + 100))],
        (RECEIPT, "amount_differs"),
        0,
    ),
    "two callbacks, two amounts": (
        [PAID, told(evidence("callback", amount_cents=CENTS * 9))],
        (RECEIPT, "amount_differs"),
        0,
    ),
    "callback and its notice differ": (
        [PAID, noticed(evidence("c2b", amount_cents=CENTS + 100))],
        (RECEIPT, "amount_differs"),
        0,
    ),
    "callback names another phone than was prompted": (
        [told(evidence("callback", payer=STRANGER))],
        (RECEIPT, "payer_differs"),
        0,
    ),
    "a second receipt for one prompt": (
        [PAID, QUERIED, told(evidence("callback", receipt=OTHER_RECEIPT))],
        (OTHER_RECEIPT, "second_receipt_for_one_attempt"),
        CENTS,
    ),
    "the statement differs from what is booked": (
        [PAID, QUERIED, listed("statement", cents=CENTS - 100)],
        (RECEIPT, "amount_differs"),
        CENTS,
    ),
    "the list differs from what is booked": (
        [PAID, QUERIED, listed("pull", cents=CENTS + 100)],
        (RECEIPT, "amount_differs"),
        CENTS,
    ),
    "a late callback differs from what is booked": (
        [PAID, QUERIED, told(evidence("callback", amount_cents=CENTS * 2))],
        (RECEIPT, "amount_differs"),
        CENTS,
    ),
}


@pytest.mark.parametrize("what", ASKED)
def test_a_contradiction_is_asked_about_once_and_takes_nothing_out_of_the_books(
    desk: Desk, what: str
) -> None:
    steps, question, cents = ASKED[what]
    attempt = desk.ask()
    for step in steps:
        step(desk, attempt)
    for step in steps * 2:
        step(desk, attempt)
    assert questions(desk) == [question]
    assert booked(desk) == cents
    assert desk.doc("attempts", attempt)["status"] == ("succeeded" if cents else "review")
    assert len(desk.events("payment.review.v1")) == 1


def test_a_question_about_booked_money_is_closed_by_a_person_who_finds_it_right(desk: Desk) -> None:
    attempt = desk.ask()
    for step in (PAID, QUERIED, listed("statement", cents=CENTS - 100)):
        step(desk, attempt)
    for received, cents in ((False, None), (True, CENTS - 100)):
        with pytest.raises(Refused) as refused:
            word(desk, RECEIPT, received=received, cents=cents)
        assert refused.value.code == "payment_decided", "what is in the books is reversed, not denied"
    assert word(desk, RECEIPT, received=True).data["decided"]["by"] == "usr_1"
    assert (questions(desk), booked(desk)) == ([], CENTS)
    with pytest.raises(Refused):
        word(desk, RECEIPT, received=True)
    listed("statement", cents=CENTS - 100)(desk, attempt)
    assert questions(desk) == [], "the same line asks nobody again"


def test_a_list_that_names_another_amount_than_was_asked_books_it_and_asks(desk: Desk) -> None:
    attempt = desk.ask()
    PAID(desk, attempt)
    listed("statement", cents=CENTS - 100)(desk, attempt)
    assert (booked(desk), questions(desk)) == (CENTS - 100, [(RECEIPT, "amount_differs")])
    assert desk.doc("attempts", attempt)["status"] == "review"
    word(desk, RECEIPT, received=True)
    assert (desk.doc("attempts", attempt)["status"], questions(desk)) == ("succeeded", [])


def test_a_query_reopens_what_a_person_denied_and_a_callback_does_not(desk: Desk) -> None:
    attempt = desk.ask()
    told(evidence("callback", amount_cents=CENTS + 100))(desk, attempt)
    word(desk, RECEIPT, received=False)
    for claim in (PAID, noticed(evidence("c2b"))):
        claim(desk, attempt)
        assert (desk.doc("attempts", attempt)["status"], questions(desk)) == ("failed", [])
    QUERIED(desk, attempt)
    assert desk.doc("attempts", attempt)["status"] == "review"
    assert questions(desk) == [(RECEIPT, "denied_and_proven")]
    assert booked(desk) == 0
    listed()(desk, attempt)
    assert (money(desk), questions(desk), booked(desk)) == ({RECEIPT: "settled"}, [], CENTS)


def test_a_refused_attempt_whose_query_says_paid_is_booked_and_asked_about(desk: Desk) -> None:
    from shared.payments.gateways.port import Rejected

    desk.gateway.to_push = Rejected("400.002.02", "Bad Request")
    attempt = desk.ask()
    for _ in range(2):
        QUERIED(desk, attempt)
        assert desk.doc("attempts", attempt)["status"] == "review"
    assert [reason for _, reason in questions(desk)] == ["refused_attempt_was_paid"]
    assert booked(desk) == CENTS


# --- a receipt that a callback invented
FALSE = told(evidence("callback", receipt=FALSE_RECEIPT))
TRUE_CALLBACK, TRUE_NOTICE = told(evidence("callback")), noticed(evidence("c2b"))


@pytest.mark.parametrize("true_one", [[], [TRUE_CALLBACK], [TRUE_NOTICE], [TRUE_CALLBACK, TRUE_NOTICE]])
@pytest.mark.parametrize("late", [False, True])
def test_a_receipt_that_was_invented_does_not_count_the_true_one_twice(
    desk: Desk, true_one: list[Step], late: bool
) -> None:
    """Somebody knew the address and called first; then the payer pays, and the query and the list say so."""
    attempt = desk.ask()
    for step in [FALSE, *(true_one if not late else []), QUERIED, *(true_one if late else [])]:
        step(desk, attempt)
    for _ in range(2):
        listed()(desk, attempt)
        listed("statement")(desk, attempt)
        assert booked(desk) == CENTS
        assert money(desk) == {FALSE_RECEIPT: "settled", RECEIPT: "review"}
    word(desk, RECEIPT, received=False)
    listed()(desk, attempt)
    assert (booked(desk), questions(desk)) == (CENTS, [])


def test_a_receipt_that_was_invented_gives_way_to_the_listed_one_while_nothing_is_booked(desk: Desk) -> None:
    attempt = desk.ask()
    FALSE(desk, attempt)
    listed()(desk, attempt)
    QUERIED(desk, attempt)
    assert booked(desk) == CENTS
    assert desk.doc("attempts", attempt)["receipt"] == RECEIPT
    assert desk.doc("attempts", attempt)["status"] == "succeeded"
    assert money(desk) == {FALSE_RECEIPT: "review", RECEIPT: "settled"}
    assert questions(desk) == [(FALSE_RECEIPT, "second_receipt_for_one_attempt")]


@pytest.mark.parametrize("first", [RECEIPT, OTHER_RECEIPT])
def test_paid_by_prompt_and_again_by_hand_is_two_payments_in_any_order_of_the_list(
    desk: Desk, first: str
) -> None:
    attempt = desk.ask()
    PAID(desk, attempt)
    QUERIED(desk, attempt)
    noticed(evidence("c2b", receipt=OTHER_RECEIPT))(desk, attempt)
    for receipt in (first, RECEIPT, OTHER_RECEIPT):
        listed(receipt=receipt)(desk, attempt)
    assert money(desk) == {RECEIPT: "settled", OTHER_RECEIPT: "settled"}
    assert (booked(desk), questions(desk)) == (2 * CENTS, [])


# --- two prompts that look alike
def two_prompts(desk: Desk) -> tuple[str, str]:
    """The same payer, amount and reference twice; the requests are REQUEST and ws_CO_2."""
    first = desk.ask()
    desk.clock.advance(130)
    desk.gateway.to_push = Accepted("ws_CO_2")
    return first, desk.ask("again")


QUERIED_2 = told(evidence("query", request_id="ws_CO_2"))
PAID_2 = told(evidence("callback", request_id="ws_CO_2", receipt=OTHER_RECEIPT))


def test_nobody_guesses_between_prompts_that_look_alike(desk: Desk) -> None:
    for paid, request in ((0, REQUEST), (1, "ws_CO_2")):
        desk.business, desk.gateway.to_push = f"biz_{request}", Accepted(REQUEST)
        prompts = two_prompts(desk)
        noticed(evidence("c2b"))(desk, "")
        assert {desk.doc("attempts", one)["status"] for one in prompts} == {"pending"}
        told(evidence("query", request_id=request))(desk, prompts[paid])
        listed()(desk, "")
        assert desk.doc("attempts", prompts[paid])["receipt"] == RECEIPT
        assert (money(desk), booked(desk), questions(desk)) == ({RECEIPT: "settled"}, CENTS, [])


@pytest.mark.parametrize(
    "order", [(0, 1, 2, 3, 4, 5), (5, 4, 3, 2, 1, 0), (2, 0, 3, 1, 5, 4), (4, 2, 0, 5, 3, 1)]
)
def test_two_prompts_that_are_both_paid_are_two_payments_in_any_order(
    desk: Desk, order: tuple[int, ...]
) -> None:
    first, second = two_prompts(desk)
    steps: list[tuple[Step, str]] = [
        (PAID, first),
        (PAID_2, second),
        (QUERIED, first),
        (QUERIED_2, second),
        (noticed(evidence("c2b")), ""),
        (noticed(evidence("c2b", receipt=OTHER_RECEIPT)), ""),
    ]
    for number in order:
        step, attempt = steps[number]
        step(desk, attempt)
        assert booked(desk) <= 2 * CENTS
    for receipt in (RECEIPT, OTHER_RECEIPT) * 2:
        listed(receipt=receipt)(desk, "")
        assert booked(desk) <= 2 * CENTS
    assert booked(desk) == 2 * CENTS
    assert set(money(desk).values()) == {"settled"}


def test_what_a_query_said_was_not_paid_is_found_again_when_it_says_it_was(desk: Desk) -> None:
    attempt = desk.ask()
    noticed(evidence("c2b"))(desk, attempt)
    told(evidence("query", "1032"))(desk, attempt)
    assert (desk.doc("attempts", attempt)["status"], money(desk)) == ("failed", {RECEIPT: "claimed"})
    QUERIED(desk, attempt)
    listed()(desk, attempt)
    assert (money(desk), booked(desk)) == ({RECEIPT: "settled"}, CENTS)


def test_a_callback_on_its_own_address_takes_back_what_a_notice_gave_to_the_wrong_prompt(desk: Desk) -> None:
    """The first prompt had failed, as far as anybody knew: its money looked like the second one's."""
    paid = desk.ask()
    told(evidence("callback", "1037"))(desk, paid)
    desk.clock.advance(130)
    desk.gateway.to_push = Accepted("ws_CO_2")
    youngest = desk.ask("again")
    noticed(evidence("c2b"))(desk, youngest)
    assert desk.doc("attempts", youngest)["status"] == "claimed"
    PAID(desk, paid)
    assert (desk.doc("attempts", paid)["status"], desk.doc("attempts", paid)["receipt"]) == (
        "claimed",
        RECEIPT,
    )
    free = desk.doc("attempts", youngest)
    assert (free["status"], free["receipt"], free["payment_id"], free["polling"]) == ("pending", "", "", True)
    assert desk.docs("payments", "paid_at")[0]["attempt_id"] == paid
    assert questions(desk) == []
    QUERIED(desk, paid)
    assert booked(desk) == CENTS


def test_what_is_proven_for_a_prompt_is_not_taken_from_it(desk: Desk) -> None:
    other, owner = two_prompts(desk)
    told(evidence("callback", request_id="ws_CO_2"))(desk, owner)
    listed()(desk, owner)
    PAID(desk, other)
    assert desk.doc("attempts", owner)["status"] == "succeeded"
    assert questions(desk) == [(RECEIPT, "receipt_of_another_attempt")]
    assert booked(desk) == CENTS


# --- success is sticky
AFTERWARDS: dict[str, Step] = {
    "stale failure": told(evidence("callback", "1032")),
    "query says failed": told(evidence("query", "1032")),
    "query says paid": QUERIED,
    "callback again": PAID,
    "another amount": told(evidence("callback", amount_cents=CENTS + 100)),
    "another receipt": told(evidence("callback", receipt=OTHER_RECEIPT)),
    "another payer": told(evidence("callback", payer=STRANGER)),
    "notice": noticed(evidence("c2b")),
    "notice of another amount": noticed(evidence("c2b", amount_cents=CENTS - 100)),
    "statement of another amount": listed("statement", cents=CENTS - 100),
}


@pytest.fixture(scope="module")
def shared_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(Path(tmp_path_factory.mktemp("sticky")))
    yield made
    made.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.sampled_from(sorted(AFTERWARDS)), min_size=1, max_size=6))
def test_nothing_that_is_said_afterwards_takes_a_success_back(shared_desk: Desk, names: list[str]) -> None:
    desk = shared_desk
    desk.business = f"biz_{next(_numbers)}"
    desk.gateway.to_push = Accepted(REQUEST)
    attempt = desk.ask()
    PAID(desk, attempt)
    QUERIED(desk, attempt)
    before: Data = desk.doc("payments", f"mpesa-{RECEIPT}")
    grades = [before["grade"]]
    for name in names:
        AFTERWARDS[name](desk, attempt)
        now = desk.doc("payments", f"mpesa-{RECEIPT}")
        grades.append(now["grade"])
        assert desk.doc("attempts", attempt)["status"] == "succeeded"
        assert (now["status"], now["amount_cents"], now["attempt_id"]) == ("settled", CENTS, attempt)
        assert booked(desk) == CENTS
    assert grades == sorted(grades, key=["claimed", "verified", "statement_confirmed"].index)
