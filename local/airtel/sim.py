"""The simulator's handle: state, time, delivery, and work that is due later."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local.airtel.model import Account, Merchant, Options, Payment
from local.safaricom.sim import Deliver
from local.safaricom.state import State
from shared.core.clock import EAT, Clock, rfc3339
from shared.core.ids import Ids


@dataclass(slots=True)
class Sim:
    """Everything a route or a task needs."""

    state: State
    clock: Clock
    ids: Ids
    deliver: Deliver
    merchant: Merchant
    options: Options = field(default_factory=Options)

    def now(self) -> datetime:
        return self.clock.now()

    def account(self, phone: str) -> Account:
        """A phone's wallet; the first use of a number opens it."""
        fact = self.state.get("account", phone)
        return Account(**fact) if fact else Account(phone, self.options.balance_cents)

    def save_account(self, account: Account) -> None:
        self.state.put("account", account.phone, account.fact())

    def accounts(self) -> list[Account]:
        """Every phone that was ever used, by number."""
        return [Account(**fact) for _, fact in self.state.all("account")]

    def payment(self, id_: str) -> Payment | None:
        fact = self.state.get("payment", id_)
        return Payment(**fact) if fact else None

    def save_payment(self, payment: Payment) -> None:
        self.state.put("payment", payment.id, payment.fact())

    def payments(self) -> list[Payment]:
        """Every payment that was ever asked for, by id."""
        return [Payment(**fact) for _, fact in self.state.all("payment")]

    def schedule(self, task: str, data: dict[str, Any], seconds: float = 0) -> None:
        """Put work on the due list; it runs when the clock has come to it and someone calls run_due."""
        due = rfc3339(self.now() + timedelta(seconds=seconds))
        self.state.put("job", f"{due}/{self.state.count('job'):09d}", {"task": task, "data": data})

    def next_money_id(self) -> str:
        """``MP260302.1003.C00001``: two letters, the day, the minute, and a number that nobody else gets."""
        stamp = self.now().astimezone(EAT).strftime("%y%m%d.%H%M")
        return f"MP{stamp}.C{self.state.count('money'):05d}"
