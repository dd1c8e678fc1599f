"""The life of a payout as one table: what each signal does in each state.

Success is sticky. Unknown is not failed. Nothing that may have reached the provider is ever called failed
without the provider's word: a refusal counts only as the answer to the very first request (reference:
payments 1.6, 5.1).
"""

from __future__ import annotations

from enum import StrEnum


class PayoutState(StrEnum):
    """Where money on its way out stands."""

    REQUESTED = "requested"
    """Somebody asked for it; somebody else must approve."""
    APPROVED = "approved"
    """Nothing was sent yet; the sweep sends what a crash left here."""
    SENDING = "sending"
    """Written before the call: the provider may have it from now on."""
    SENT = "sent"
    """The provider has it, and has not said how it ended."""
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REVIEW = "review"
    """The provider's words contradict each other or our request."""
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Signal(StrEnum):
    """What can happen to a payout."""

    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    SEND = "send"
    """We are about to call the provider."""
    ACK = "ack"
    """The provider took it, or says that it has taken it before."""
    REFUSAL = "refusal"
    """The provider answered that it did not take it."""
    POSTPONE = "postpone"
    """The provider did not take it, and the same request can work later (it is away, our token was old)."""
    SILENCE = "silence"
    """No usable answer, or the process that was calling has died."""
    TIMEOUT = "timeout"
    """The provider gave up telling us: nothing is known."""
    SUCCESS = "success"
    """The result says that the money went."""
    FAILURE = "failure"
    """The result says that it did not."""
    PROOF = "proof"
    """Asked about it, the provider (or its list, or a person) says that the money went."""
    DISPROOF = "disproof"
    """Asked about it, the provider (or a person) says that it did not."""
    DOUBT = "doubt"
    """A result contradicts what was asked for: another amount."""


S, G = PayoutState, Signal
_UNSENT = {G.SUCCESS: S.REVIEW, G.PROOF: S.REVIEW, G.DOUBT: S.REVIEW}
"""Money that went without our having sent it is nothing that a table may explain."""
_OUT = {
    G.SUCCESS: S.SUCCEEDED,
    G.PROOF: S.SUCCEEDED,
    G.FAILURE: S.FAILED,
    G.DISPROOF: S.FAILED,
    G.DOUBT: S.REVIEW,
}

TRANSITIONS: dict[PayoutState, dict[Signal, PayoutState]] = {
    S.REQUESTED: {**_UNSENT, G.APPROVE: S.APPROVED, G.REJECT: S.REJECTED, G.CANCEL: S.CANCELLED},
    S.APPROVED: {**_UNSENT, G.SEND: S.SENDING, G.CANCEL: S.CANCELLED},
    S.SENDING: {
        **_OUT,
        G.ACK: S.SENT,
        G.REFUSAL: S.FAILED,
        G.POSTPONE: S.APPROVED,
        G.SILENCE: S.UNKNOWN,
        G.TIMEOUT: S.UNKNOWN,
    },
    S.SENT: {**_OUT, G.TIMEOUT: S.UNKNOWN},
    # refused now says nothing of the request before; the provider has it once it acknowledges a repetition
    S.UNKNOWN: {**_OUT, G.ACK: S.SENT},
    S.SUCCEEDED: {},
    S.FAILED: _UNSENT,
    # results made the doubt; being asked, the provider ends it, or a person does
    S.REVIEW: {G.PROOF: S.SUCCEEDED, G.DISPROOF: S.FAILED},
    S.REJECTED: _UNSENT,
    S.CANCELLED: _UNSENT,
}

OUT = frozenset({S.SENDING, S.SENT, S.UNKNOWN})
"""The provider may have it, and nobody knows how it ended."""
UNSENT = frozenset({S.REQUESTED, S.APPROVED})
"""It can still be called back."""
OVER = frozenset({S.SUCCEEDED, S.FAILED, S.REJECTED, S.CANCELLED})


def after(state: PayoutState, signal: Signal) -> PayoutState:
    """The state after a signal; a signal that means nothing in a state leaves it as it is."""
    return TRANSITIONS[state].get(signal, state)


def contradicts(state: PayoutState, signal: Signal) -> bool:
    """Whether a signal denies an end that was reached: a person must look, even where the state stays."""
    denied = state is S.SUCCEEDED and signal in {G.FAILURE, G.DISPROOF, G.DOUBT}
    return denied or (state is not S.REVIEW and after(state, signal) is S.REVIEW)
