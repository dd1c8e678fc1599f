"""Every state of an attempt meets every piece of evidence: the whole table, written out by hand.

A cell says how it ends: the attempt, then all payments there are, then how sure each is. A dot is: as it was.
Whatever happens, what is booked is what is settled, and an ending that asks a person leaves an open question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from shared.books import trial_balance
from shared.core.errors import Refused
from shared.payments.attempts import cancel
from shared.payments.gateways.port import Accepted, Rejected, Unknown
from shared.payments.operator import decide
from shared.payments.settlement import apply_notice, apply_to_attempt, never_proven, prove
from shared.payments.states import State
from shared.payments.sweep import poll_attempts
from shared.store import Key, Query, Tx, Where
from tests.unit.payments.collecting import CENTS, PAYBILL, REQUEST, Desk, evidence

Step = Callable[[Desk, str], object]
OTHER = CENTS + 100


def told(kind: str, code: str = "0", **changes: object) -> Step:
    def step(desk: Desk, attempt: str) -> None:
        sign = f"{kind}-{code}-{len(changes)}"
        apply_to_attempt(desk, desk.business, attempt, evidence(kind, code, **changes), sign)

    return step


def noticed(cents: int = CENTS) -> Step:
    return lambda desk, _: apply_notice(
        desk, desk.business, evidence("c2b", amount_cents=cents), f"c2b-{cents}"
    )


def listed(kind: str, cents: int = CENTS) -> Step:
    def step(desk: Desk, _attempt: str) -> None:
        proof = replace(evidence("pull", amount_cents=cents), kind=kind)
        prove(desk, desk.business, proof, f"{kind}-{cents}")

    return step


def said(*, received: bool) -> Step:
    """A person's word on the attempt's payment; where there is nothing to decide it is refused."""

    def step(desk: Desk, attempt: str) -> None:
        payment = desk.doc("attempts", attempt)["payment_id"]
        if not payment:
            return

        def decided(tx: Tx) -> object:
            return decide(tx, payment, received=received, cents=None, actor="usr", note="seen")

        undecided = {"claimed", "review"}
        if desk.doc("payments", payment)["status"] in undecided:
            desk.outbox.run(desk.business, decided)
            return
        with pytest.raises(Refused) as refused:
            desk.outbox.run(desk.business, decided)
        assert refused.value.code == "payment_decided"

    return step


def time_is_up(desk: Desk, attempt: str) -> None:
    """The timer of the attempt and that of its payment, where they still run."""
    desk.clock.advance(3700)
    poll_attempts(desk, desk.business, desk.clock.now())
    payment = desk.doc("attempts", attempt)["payment_id"]
    if payment and desk.doc("payments", payment)["polling"]:
        desk.outbox.run(desk.business, lambda tx: never_proven(tx, tx.require(Key("payments", payment))))


EVIDENCE: dict[str, Step] = {
    "callback paid": told("callback"),
    "callback other amount": told("callback", amount_cents=OTHER),
    "callback failed": told("callback", "1037"),
    "query paid": told("query"),
    "query failed": told("query", "1032"),
    "notice": noticed(),
    "pulled": listed("pull"),
    "status": listed("status"),
    "statement": listed("statement"),
    "statement other amount": listed("statement", OTHER),
    "person: received": said(received=True),
    "person: never came": said(received=False),
    "time is up": time_is_up,
}


def answered(answer: Unknown | Rejected) -> Callable[[Desk], str]:
    def begin(desk: Desk) -> str:
        desk.gateway.to_push = answer
        return desk.ask()

    return begin


def after(*steps: Step) -> Callable[[Desk], str]:
    def begin(desk: Desk) -> str:
        attempt = desk.ask()
        for step in steps:
            step(desk, attempt)
        return attempt

    return begin


def expired(desk: Desk) -> str:
    attempt = desk.ask()
    desk.clock.advance(16 * 60)
    poll_attempts(desk, desk.business, desk.clock.now())
    return attempt


def cancelled(desk: Desk) -> str:
    attempt = desk.ask()
    cancel(desk, desk.business, attempt, "usr")
    return attempt


STARTS: dict[str, Callable[[Desk], str]] = {
    "pending": Desk.ask,
    "submit_unknown": answered(Unknown("timeout")),
    "rejected": answered(Rejected("400.002.02", "Bad Request")),
    "claimed": after(told("callback")),
    "claimed by notice": after(noticed()),
    "failed": after(told("callback", "1032")),
    "expired": expired,
    "cancelled": cancelled,
    "succeeded by query": after(told("query")),
    "succeeded": after(told("callback"), told("query")),
    "succeeded, listed": after(listed("statement")),
    "review, amount": after(told("callback", amount_cents=OTHER)),
    "review, contradicted": after(told("callback"), told("query", "1032")),
    "denied": after(told("callback", amount_cents=OTHER), said(received=False)),
}
ENDINGS = {
    "wait": "pending - -",
    "lost": "submit_unknown - -",
    "refu": "rejected - -",
    "fail": "failed - -",
    "expi": "expired - -",
    "canc": "cancelled - -",
    "clai": "claimed claimed claimed",
    "veri": "succeeded settled verified",
    "conf": "succeeded settled statement_confirmed",
    "asks": "review review claimed",
    "askv": "review review verified",
    "deni": "failed reversed claimed",
    "word": "succeeded settled claimed",
    "more": "review settled statement_confirmed",
    "rpai": "review settled verified",
    # a notice alone had claimed it, and the prompt was not paid: the money stands for itself
    "free": "failed claimed claimed",
}
LOOSE = {
    "l-cl": "claimed claimed",
    "l-ve": "settled verified",
    "l-co": "settled statement_confirmed",
    "l-2x": "settled+settled statement_confirmed+verified",
}
"""The attempt stays as it was, and there is money of its own beside it."""
TABLE = """
                      cb   cb!= cbF  q    qF   c2b  pull stat stmt st!= yes  no   time
pending             = wait clai asks fail veri fail clai veri veri conf l-co .    .    expi
submit_unknown      = lost clai asks fail veri fail clai veri veri conf l-co .    .    expi
rejected            = refu asks asks .    rpai .    l-cl l-ve l-ve l-co l-co .    .    .
claimed             = clai .    asks .    veri asks .    veri veri conf more word deni asks
claimed by notice   = clai .    asks .    veri free .    veri veri conf more word deni asks
failed              = fail clai asks .    veri .    l-cl l-ve l-ve l-co l-co .    .    .
expired             = expi clai asks fail veri fail clai veri veri conf l-co .    .    .
cancelled           = canc clai asks fail veri fail clai veri veri conf l-co .    .    .
succeeded by query  = veri .    .    .    .    .    .    .    .    conf l-2x .    .    .
succeeded           = veri .    .    .    .    .    .    .    .    conf .    .    .    .
succeeded, listed   = conf .    .    .    .    .    .    .    .    .    .    .    .    .
review, amount      = asks .    .    .    .    .    .    veri veri conf more word deni .
review, contradicted= asks .    .    .    askv .    .    veri veri conf more word deni .
denied              = deni .    .    .    asks .    .    veri veri conf more .    .    .
"""


def rows() -> dict[str, tuple[str, list[str]]]:
    table = {}
    for line in TABLE.strip().splitlines()[1:]:
        name, _, cells = line.partition("=")
        start, *after_each = cells.split()
        table[name.strip()] = (ENDINGS[start], after_each)
    return table


ROWS = rows()


def ending(desk: Desk, attempt: str) -> str:
    payments = desk.docs("payments", "paid_at")
    statuses = "+".join(sorted(p["status"] for p in payments)) or "-"
    grades = "+".join(sorted(p["grade"] for p in payments)) or "-"
    return f"{desk.doc('attempts', attempt)['status']} {statuses} {grades}"


def expected(start: str, evidence_name: str) -> str:
    before, cells = ROWS[start]
    cell = cells[list(EVIDENCE).index(evidence_name)]
    if cell in LOOSE:
        return f"{before.split()[0]} {LOOSE[cell]}"
    return before if cell == "." else ENDINGS[cell]


def test_the_table_is_total() -> None:
    assert list(ROWS) == list(STARTS)
    assert {len(cells) for _, cells in ROWS.values()} == {len(EVIDENCE)}
    covered = {before.split()[0] for before, _ in ROWS.values()}
    assert covered == {state.value for state in State} - {"submitting"}, "submitting: a test of its own"


@pytest.mark.parametrize(("start", "name"), list(product(STARTS, EVIDENCE)))
def test_every_evidence_in_every_state(desk: Desk, start: str, name: str) -> None:
    attempt = STARTS[start](desk)
    assert ending(desk, attempt) == ROWS[start][0]
    for _ in range(2):  # and what comes again changes nothing
        EVIDENCE[name](desk, attempt)
        assert ending(desk, attempt) == expected(start, name)
    booked = [p for p in desk.docs("payments", "paid_at") if p["status"] == "settled"]
    balance = trial_balance(desk.store, desk.business)
    assert balance.totals in ({}, {"KES": 0})
    assert balance.of(f"clearing:mpesa:{PAYBILL}") == sum(p["amount_cents"] for p in booked)
    if "review" in ending(desk, attempt).split()[:2]:
        open_ones = Query("review", (Where("status", "==", "open"),), "created_on")
        assert desk.store.query(desk.business, open_ones).docs, "somebody must be asked"


@pytest.mark.parametrize("name", ["callback paid", "callback failed", "query paid", "pulled", "statement"])
def test_evidence_before_the_acknowledgement_ends_as_evidence_after_it(desk: Desk, name: str) -> None:
    early: list[str] = []

    def prompted(_request: object) -> Accepted:
        (waiting,) = desk.store.all(desk.business, Query("attempts", (), "created_on"))
        assert waiting.data["status"] == "submitting"
        EVIDENCE[name](desk, waiting.id)
        early.append(ending(desk, waiting.id))
        return Accepted(REQUEST, "m-1")

    desk.gateway.initiate = prompted  # type: ignore[method-assign]
    attempt = desk.ask()
    assert early == [ending(desk, attempt)] == [expected("pending", name)]
