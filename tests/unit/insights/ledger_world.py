"""A ledger small enough to work out by hand, and metrics called on it without a question."""

from __future__ import annotations

from datetime import date
from typing import Any

from insights_world import TODAY, World, eat

from shared.insights.metrics import REGISTRY, Result, Scope
from shared.insights.plan import Filters, Intent, MetricName, Period, Plan
from shared.store import Key


class Ledger(World):
    """A world with the documents that only some metrics read."""

    def prompt(self, id_: str, day: str, status: str, **fields: Any) -> None:
        data = {
            "status": status, "provider": "mpesa", "amount_cents": 100_000, "currency": "KES",
            "invoice_id": "",
            "result_code": "", "failure": "", "created_on": f"{day}T09:00:00.000Z", "polling": False,
            "poll_at": "", **fields,
        }  # fmt: skip
        self.store.put(self.business, Key("attempts", id_), data)

    def statement(self, id_: str, account: str, last_day: str, closing: int | None, **fields: Any) -> None:
        data = {
            "status": "imported", "account": account, "last_day": last_day, "closing_cents": closing,
            "received_at": f"{last_day}T18:00:00.000Z", **fields,
        }  # fmt: skip
        self.store.put(self.business, Key("statements", id_), data)

    def budget(self, category: str, month: str, cents: int, *, repeats: bool = False) -> None:
        from shared.books.budgets import Budget, set_budget

        wanted = Budget(category, month, cents, repeats)
        self.store.transaction(self.business, lambda tx: set_budget(tx, wanted, actor="usr_1", note=""))

    def run(self, intent: Intent, metric: MetricName, period: Period | None = None, **more: Any) -> Result:
        """The result of a metric for this business, as of ``TODAY``."""
        limit = more.pop("limit", None)
        plan = Plan(intent=intent, metric=metric, period=period, filters=Filters(**more), limit=limit)
        return REGISTRY[intent].run(Scope(self.store, self.business, TODAY), plan)


def days(start: str, end: str) -> Period:
    return Period(start=date.fromisoformat(start), end=date.fromisoformat(end))


def facts(result: Result) -> dict[str, str]:
    """Value by id of every fact."""
    return {fact.id: fact.value for fact in result.facts}


__all__ = ["Ledger", "days", "eat", "facts"]
