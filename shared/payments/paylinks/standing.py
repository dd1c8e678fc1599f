"""What the page says about a try to pay: an attempt's state as one word that holds nothing private."""

from __future__ import annotations

from dataclasses import dataclass

from shared.payments.states import State
from shared.store import Data

_WORD = {
    State.SUBMITTING: "waiting",
    State.PENDING: "waiting",
    State.SUBMIT_UNKNOWN: "waiting",
    State.CLAIMED: "confirming",
    State.REVIEW: "checking",
    State.SUCCEEDED: "done",
    State.EXPIRED: "unsure",
    State.CANCELLED: "unsure",
    State.FAILED: "failed",
    State.REJECTED: "failed",
}
_WHY = {
    "1": "why_funds",
    "3": "why_limit",
    "4": "why_limit",
    "8": "why_limit",
    "1032": "why_cancelled",
    "2001": "why_wrong_pin",
}
"""Result codes that a payer can do something about (D3 MpesaExpressQuery)."""
FOLLOWED = frozenset({"waiting", "confirming", "unsure"})
"""Words that may change while somebody looks: the page asks again. Late success is known to happen."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a visitor sees of an attempt; ``why`` is a key of the words, "" where there is nothing to say."""

    state: str
    why: str
    asked: bool
    """Whether the provider is still being asked how it ended."""

    @property
    def done(self) -> bool:
        return self.state not in FOLLOWED

    @property
    def again(self) -> bool:
        """Whether another try is offered: never while this one may still turn out to be paid."""
        return self.state == "failed" or (self.state == "unsure" and not self.asked)


def shown(attempt: Data) -> Shown:
    """An attempt as the page shows it."""
    state = State(attempt["status"])
    word = _WORD[state]
    if word != "failed":
        return Shown(word, "", bool(attempt["polling"]))
    refused = "why_refused" if state is State.REJECTED else "why_other"
    return Shown(word, _WHY.get(str(attempt["result_code"]), refused), False)
