"""The life of an attempt as one table: what each signal does in each state (reference: payments 5.1).

Success is sticky. Failure and expiry can be overturned by proof. Unknown is not failed. The table is total: a
line that leaves a signal out does not load. Where it departs from the reference: docs/decisions/0026.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where an attempt to collect stands."""

    SUBMITTING = "submitting"
    PENDING = "pending"
    SUBMIT_UNKNOWN = "submit_unknown"
    REJECTED = "rejected"
    CLAIMED = "claimed"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REVIEW = "review"


class Signal(StrEnum):
    """What can happen to an attempt."""

    ACK = "ack"
    """The provider accepted the request."""
    REFUSAL = "refusal"
    """The provider answered that nothing was prompted."""
    SILENCE = "silence"
    """The request was sent and no usable answer came back."""
    CLAIM = "claim"
    """An unsigned callback says that it was paid."""
    PROOF = "proof"
    """An independent answer says that it was paid."""
    FAILURE = "failure"
    """A definite failure code."""
    DENIAL = "denial"
    """A person found that the money never came."""
    RELEASE = "release"
    """The money that claimed it was not the prompt's: it is as if nothing had been said."""
    DOUBT = "doubt"
    """The evidence contradicts itself or the request: a person must look."""
    EXPIRE = "expire"
    """Our own timer: nobody answered in time."""
    CANCEL = "cancel"
    """The business stopped waiting."""


S, G = State, Signal
Row = dict[Signal, State]
_PAID: Row = {G.CLAIM: S.CLAIMED, G.PROOF: S.SUCCEEDED, G.DOUBT: S.REVIEW}
_ENDS: Row = {G.FAILURE: S.FAILED, G.EXPIRE: S.EXPIRED, G.CANCEL: S.CANCELLED}


def _row(state: State, moves: Row, ignored: set[Signal]) -> Row:
    """A line of the table; what is written twice, or not at all, fails at import."""
    if moves.keys() & ignored or moves.keys() | ignored != set(Signal):
        raise ValueError(f"the line of {state} must name every signal once")
    return {**moves, **dict.fromkeys(ignored, state)}


_REQUEST = {G.ACK, G.REFUSAL, G.SILENCE}
"""What is said to the sending of a request."""
_PERSON = {G.DENIAL, G.RELEASE}
_CLOCKS = {G.EXPIRE, G.CANCEL}

TRANSITIONS: dict[State, Row] = {
    S.SUBMITTING: _row(
        S.SUBMITTING,
        {**_PAID, **_ENDS, G.ACK: S.PENDING, G.REFUSAL: S.REJECTED, G.SILENCE: S.SUBMIT_UNKNOWN},
        _PERSON,
    ),
    # evidence may come before the acknowledgement: a late refusal or silence takes nothing back
    S.PENDING: _row(S.PENDING, {**_PAID, **_ENDS}, _REQUEST | _PERSON),
    S.SUBMIT_UNKNOWN: _row(
        S.SUBMIT_UNKNOWN, {**_PAID, **_ENDS, G.ACK: S.PENDING}, {G.REFUSAL, G.SILENCE} | _PERSON
    ),
    # a refused request that is paid after all contradicts the refusal
    S.REJECTED: _row(
        S.REJECTED,
        {G.CLAIM: S.REVIEW, G.PROOF: S.REVIEW, G.DOUBT: S.REVIEW},
        {G.FAILURE} | _REQUEST | _PERSON | _CLOCKS,
    ),
    # a failure that is told beside a claim proves nothing either way: the provider is asked
    S.CLAIMED: _row(
        S.CLAIMED,
        {G.PROOF: S.SUCCEEDED, G.DOUBT: S.REVIEW, G.RELEASE: S.PENDING, G.DENIAL: S.FAILED},
        {G.CLAIM, G.FAILURE} | _REQUEST | _CLOCKS,
    ),
    S.FAILED: _row(S.FAILED, _PAID, {G.FAILURE} | _REQUEST | _PERSON | _CLOCKS),
    S.EXPIRED: _row(S.EXPIRED, {**_PAID, G.FAILURE: S.FAILED}, _REQUEST | _PERSON | _CLOCKS),
    S.CANCELLED: _row(S.CANCELLED, {**_PAID, G.FAILURE: S.FAILED}, _REQUEST | _PERSON | _CLOCKS),
    # what happens to the money later (given back, whole or in part) is the payment's life, not the attempt's
    S.SUCCEEDED: _row(S.SUCCEEDED, {}, set(Signal)),
    # only the provider's own list of money, or a person, ends a doubt
    S.REVIEW: _row(
        S.REVIEW,
        {G.PROOF: S.SUCCEEDED, G.DENIAL: S.FAILED},
        {G.CLAIM, G.FAILURE, G.RELEASE, G.DOUBT} | _REQUEST | _CLOCKS,
    ),
}

WAITING = frozenset({S.SUBMITTING, S.PENDING, S.SUBMIT_UNKNOWN})
"""Nothing is known yet; the payer may still be looking at the prompt."""

UNDECIDED = WAITING | {S.CLAIMED}
"""Something must still happen: a word from the provider, or its proof."""


NOT_CHARGED = frozenset({S.FAILED, S.REJECTED})
"""The provider is sure that nothing was paid; only a proof of the opposite changes that."""


def after(state: State, signal: Signal) -> State:
    """The state after a signal; a signal that means nothing in a state leaves it as it is."""
    return TRANSITIONS[state][signal]
