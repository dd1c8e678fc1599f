"""Payouts: money on its way out. What the provider tells moves them, in any order and any number of times.

A payout's id is our OriginatorConversationID: kept before it is sent and the same on every repetition, so
that the provider refuses a second one (reference: payments 5.2). A result is unsigned, but comes to an
address that only the provider was told, and there is nothing stronger to wait for: asking is answered by the
same kind of message.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.core.clock import parse_rfc3339, rfc3339
from shared.payments.gateways.port import Outcome, PayoutResult
from shared.payments.payout_endings import failed, learned, succeeded
from shared.payments.payout_questions import answered, question
from shared.payments.payout_states import PayoutState, Signal, after, contradicts
from shared.payments.places import PAYOUTS
from shared.payments.ports import Ports
from shared.store import Data, Doc, Key, Tx

ALREADY_REVERSED = "R000001"
"""It is reversed already: an earlier sending of ours arrived, or a person was first (D3 Reversals)."""
PLAN_SECONDS = (60, 120, 300, 600, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 24 * 3600)
"""When to ask or send again after sending. Results take seconds to minutes; after a day a person is asked."""

_RESULTS = {
    Outcome.SUCCESS: Signal.SUCCESS,
    Outcome.FAILED_RETRYABLE: Signal.FAILURE,
    Outcome.FAILED_FINAL: Signal.FAILURE,
    Outcome.CONFIG: Signal.FAILURE,
    Outcome.UNKNOWN: Signal.TIMEOUT,
}
_ANSWERS = {
    Outcome.SUCCESS: Signal.PROOF,
    Outcome.FAILED_RETRYABLE: Signal.DISPROOF,
    Outcome.FAILED_FINAL: Signal.DISPROOF,
}
"""A question that failed (or is open still) says nothing about what it asked."""


def apply_result(
    ports: Ports, business: str, request_id: str, result: PayoutResult, evidence_id: str
) -> None:
    """Apply what the provider says about a payout, or about our question how it ended.

    Raises NotFound when no payout has this id.
    """

    def apply(tx: Tx) -> None:
        payout = tx.require(Key(PAYOUTS, request_id))
        signal = signal_of(payout.data, result)
        if signal is not None:
            move(tx, payout, signal, result, actor=result.kind, evidence_id=evidence_id)

    ports.outbox.run(business, apply)


def timed_out(ports: Ports, business: str, request_id: str, evidence_id: str) -> None:
    """The provider gave up telling (queue timeout). That is not a failure: it is asked about soon."""

    def apply(tx: Tx) -> None:
        payout = tx.require(Key(PAYOUTS, request_id))
        told = PayoutResult(payout.data["provider"], "timeout", Outcome.UNKNOWN, "queue_timeout")
        move(tx, payout, Signal.TIMEOUT, told, actor="timeout", evidence_id=evidence_id)

    ports.outbox.run(business, apply)


def signal_of(payout: Data, result: PayoutResult) -> Signal | None:
    """What a result means for its payout; None for what says nothing about the money."""
    if result.kind == "balance":
        return None
    if result.outcome is Outcome.SUCCESS and result.amount_cents not in {None, payout["amount_cents"]}:
        return Signal.DOUBT
    if payout["method"] == "reverse" and result.code == ALREADY_REVERSED:
        return Signal.PROOF
    return (_ANSWERS if result.kind == "status" else _RESULTS).get(result.outcome)


def move(
    tx: Tx, payout: Doc, signal: Signal, told: PayoutResult, *, actor: str, evidence_id: str, note: str = ""
) -> Doc:
    """Do all that a signal means for a payout: its state, the books, a question where words contradict."""
    old = PayoutState(payout.data["status"])
    payout = tx.update(payout.key, moved(tx, payout, signal, actor, evidence_id, note))
    new = PayoutState(payout.data["status"])
    if contradicts(old, signal):
        payout = question(tx, payout, "amount_differs" if signal is Signal.DOUBT else "contradiction")
    if new is PayoutState.SUCCEEDED:
        return learned(tx, payout, told) if old is new else succeeded(tx, answered(tx, payout), told)
    if new is old:
        return payout
    if new is PayoutState.FAILED:
        return failed(tx, answered(tx, payout), told)
    if new in {PayoutState.UNKNOWN, PayoutState.REVIEW}:
        return tx.update(payout.key, soon(tx.now))
    return payout


def moved(  # noqa: PLR0917
    tx: Tx, payout: Doc, signal: Signal, actor: str, evidence_id: str, note: str = ""
) -> Data:
    """The changes a signal makes to a payout: its state and one line of history; told again, it adds none."""
    old = PayoutState(payout.data["status"])
    new = after(old, signal)
    history = payout.data["history"]
    line: Data = {"signal": signal.value, "actor": actor, "evidence": evidence_id}
    if old is new and any(all(was[name] == line[name] for name in line) for was in history):
        return {"status": new.value}
    line |= {"from": old.value, "to": new.value, "at": tx.now, **({"note": note} if note else {})}
    return {"status": new.value, "history": [*history[-49:], line]}


def soon(now: str) -> Data:
    """Begin the plan of asking anew."""
    return {"polling": True, "polls": 0, "asked_from": now, "poll_at": _at(now, 0)}


def planned_on(payout: Data, now: str) -> Data:
    """The changes of a payout that was just asked about or sent again: when to do it next, or never."""
    polls = payout["polls"] + 1
    if polls >= len(PLAN_SECONDS):
        return {"polls": polls, "polling": False, "poll_at": now}
    return {"polls": polls, "polling": True, "poll_at": _at(payout["asked_from"], polls)}


def _at(since: str, polls: int) -> str:
    moment: datetime = parse_rfc3339(since) + timedelta(seconds=PLAN_SECONDS[polls])
    return rfc3339(moment)
