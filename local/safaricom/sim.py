"""The simulator's handle: state, time, randomness, delivery, and work that is due later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local.safaricom.model import Account, Merchant, Options, Push
from local.safaricom.state import State
from shared.core.clock import Clock, rfc3339
from shared.core.ids import Ids


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered to a delivery."""

    status: int
    body: bytes = b""


Deliver = Callable[[str, Mapping[str, str], bytes], Answer | None]
"""Post ``body`` with headers to a URL; None when nobody answered in time."""


@dataclass(frozen=True, slots=True)
class Sim:
    """Everything a route or a task needs."""

    state: State
    clock: Clock
    ids: Ids
    deliver: Deliver
    merchants: tuple[Merchant, ...]
    options: Options = field(default_factory=Options)

    def now(self) -> datetime:
        return self.clock.now()

    def merchant(self, shortcode: str) -> Merchant | None:
        """The merchant of a paybill or store number."""
        return next((m for m in self.merchants if m.shortcode == shortcode), None)

    def account(self, phone: str) -> Account:
        """A phone's account; the first use of a number opens it."""
        fact = self.state.get("account", phone)
        return Account(**fact) if fact else Account(phone, self.options.balance_cents)

    def save_account(self, account: Account) -> None:
        self.state.put("account", account.phone, account.fact())

    def push(self, checkout: str) -> Push | None:
        fact = self.state.get("push", checkout)
        return Push(**fact) if fact else None

    def save_push(self, push: Push) -> None:
        self.state.put("push", push.checkout, push.fact())

    def schedule(self, task: str, data: dict[str, Any], seconds: float = 0) -> str:
        """Put work on the due list; it runs when the clock has come to it and someone calls run_due."""
        due = rfc3339(self.now() + timedelta(seconds=seconds))
        job = f"{due}/{self.state.count('job'):09d}"
        self.state.put("job", job, {"task": task, "data": data})
        return job
