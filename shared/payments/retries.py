"""Whether a payer may be asked again, when, and by what: offered, never done by itself.

It is offered only where nothing can have been charged: pending and unknown are not failed, and an expired
attempt may still turn out to be paid (reference: payments 5.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.core.clock import parse_rfc3339, rfc3339
from shared.payments.gateways.port import Outcome
from shared.payments.gateways.providers import provider_of
from shared.payments.limits import SAME_AGAIN
from shared.payments.states import NOT_CHARGED, State
from shared.store import Data


@dataclass(frozen=True, slots=True)
class Way:
    """One method by which the payer may be asked again, from when on."""

    method: str
    not_before: str


@dataclass(frozen=True, slots=True)
class Retry:
    """What a business may offer its payer after an attempt.

    Args:
        why: ``paid``, ``may_be_charged``, ``nothing_else`` (this way it would fail again, and there is no
            other), or our word for the failure.
    """

    ways: tuple[Way, ...]
    why: str

    @property
    def allowed(self) -> bool:
        return bool(self.ways)

    @property
    def not_before(self) -> str:
        """The earliest of all ways, "" without one."""
        return min((way.not_before for way in self.ways), default="")


def retry_of(attempt: Data, methods: Sequence[str]) -> Retry:
    """What may be offered after an attempt.

    Args:
        methods: by what the business can be paid.

    The same provider waits until two minutes after the prompt: Daraja refuses the same amount and phone until
    then, and its one minute after a lock is over by then too. Another provider need not wait. A failure that
    would come again unchanged (a limit, a bad number) leaves only the others.
    """
    state = State(attempt["status"])
    if state not in NOT_CHARGED:
        return Retry((), "paid" if state is State.SUCCEEDED else "may_be_charged")
    own = provider_of(attempt)
    after = rfc3339(parse_rfc3339(attempt["created_on"]) + SAME_AGAIN)
    again = [Way(own, after)] if own in methods and _can_work_unchanged(attempt) else []
    others = [Way(method, _ended(attempt)) for method in methods if method != own]
    ways = (*again, *others)
    return Retry(ways, str(attempt["failure"] or state.value) if ways else "nothing_else")


def _can_work_unchanged(attempt: Data) -> bool:
    return bool(attempt["result_class"] == Outcome.FAILED_RETRYABLE)


def _ended(attempt: Data) -> str:
    """When the attempt was known to have failed: the last line of its history, else when it was made."""
    history = attempt["history"]
    return str(history[-1]["at"] if history else attempt["created_on"])
