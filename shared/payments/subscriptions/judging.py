"""What a period waits for, from the state of its last attempt: pure, no store, no clock.

Only what is certain moves a period on. An attempt that may still have been paid is waited for, however long;
a failure is tried again by its kind, because an empty account fills tomorrow and a wrong PIN is put right in
an hour, while a refusal by the payer is not to be argued with.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shared.payments.states import UNDECIDED, State
from shared.store import Data

CHECK = timedelta(minutes=1)
"""How soon an attempt that is under way is looked at again."""
CHECK_REVIEW = timedelta(minutes=15)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

RETRIES: dict[str, tuple[timedelta, ...]] = {
    "1": (_DAY, 2 * _DAY),
    "1032": (_DAY,),
    "1037": (_HOUR, _DAY),
    "2001": (_HOUR, _DAY),
    "expired": (_DAY,),
    "failed_retryable": (_HOUR, _DAY),
    "failed_final": (),
    "cancelled": (),
}
"""After which waits a period is tried again: by result code (D3 MpesaExpressQuery), else by class."""


class Step(StrEnum):
    """What to do with a period."""

    WAIT = "wait"
    PAID = "paid"
    RETRY = "retry"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The next step of a period: how long to wait before it, and why it failed."""

    step: Step
    wait: timedelta = timedelta(0)
    because: str = ""


def judge(attempt: Data, tries: int) -> Verdict:
    """The verdict on the attempt that was the ``tries``-th of its period (from 1)."""
    state = State(attempt["status"])
    if state is State.SUCCEEDED:
        return Verdict(Step.PAID)
    if state is State.REVIEW:
        return Verdict(Step.WAIT, CHECK_REVIEW)
    if state in UNDECIDED or (state is State.EXPIRED and attempt["polling"]):
        return Verdict(Step.WAIT, CHECK)  # expired is not failed: the provider is still being asked
    because = _because(state, attempt)
    waits = RETRIES.get(because, RETRIES.get(str(attempt["result_class"]), RETRIES["failed_final"]))
    if tries > len(waits):
        return Verdict(Step.OVER, because=because)
    return Verdict(Step.RETRY, waits[tries - 1], because)


def _because(state: State, attempt: Data) -> str:
    """The reason as the plan names it: the provider's code of a failure, else the state."""
    return str(attempt["result_code"] or "failed") if state is State.FAILED else state.value
