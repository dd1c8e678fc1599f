"""The life of an attempt as one table: what each signal does in each state (reference: payments 5.1).

Success is sticky. Failure and expiry can be overturned by proof. Unknown is not failed.
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
_PAID = {G.CLAIM: S.CLAIMED, G.PROOF: S.SUCCEEDED, G.DOUBT: S.REVIEW}
_WAITING = {**_PAID, G.FAILURE: S.FAILED, G.EXPIRE: S.EXPIRED, G.CANCEL: S.CANCELLED}

TRANSITIONS: dict[State, dict[Signal, State]] = {
    S.SUBMITTING: {**_WAITING, G.ACK: S.PENDING, G.REFUSAL: S.REJECTED, G.SILENCE: S.SUBMIT_UNKNOWN},
    S.PENDING: _WAITING,
    S.SUBMIT_UNKNOWN: {**_WAITING, G.ACK: S.PENDING},
    # a refused request that is paid after all contradicts the refusal
    S.REJECTED: {G.CLAIM: S.REVIEW, G.PROOF: S.REVIEW, G.DOUBT: S.REVIEW},
    S.CLAIMED: {G.PROOF: S.SUCCEEDED, G.DOUBT: S.REVIEW, G.RELEASE: S.PENDING, G.DENIAL: S.FAILED},
    S.FAILED: _PAID,
    S.EXPIRED: {**_PAID, G.FAILURE: S.FAILED},
    S.CANCELLED: {**_PAID, G.FAILURE: S.FAILED},
    S.SUCCEEDED: {},
    # only the provider's own list of money, or a person, ends a doubt
    S.REVIEW: {G.PROOF: S.SUCCEEDED, G.DENIAL: S.FAILED},
}

WAITING = frozenset({S.SUBMITTING, S.PENDING, S.SUBMIT_UNKNOWN})
"""Nothing is known yet; the payer may still be looking at the prompt."""

UNDECIDED = WAITING | {S.CLAIMED}
"""Something must still happen: a word from the provider, or its proof."""


def after(state: State, signal: Signal) -> State:
    """The state after a signal; a signal that means nothing in a state leaves it as it is."""
    return TRANSITIONS[state].get(signal, state)
