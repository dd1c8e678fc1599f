"""The chances of open invoices to be paid late, where a business has enough of a past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from shared.core.clock import day_of
from shared.insights.facts import Fact, derived_count, derived_ratio
from shared.insights.metrics.sources import Scope
from shared.store import Doc

if TYPE_CHECKING:
    from shared.insights.forecasting.late import Case, LateModel


def learnt(scope: Scope, decided: Sequence[Doc]) -> LateModel | None:
    """The model of decided invoices, where there are enough and it does better than shares."""
    from shared.insights.forecasting.late import LEAST, late_model

    if len(decided) < LEAST:
        return None
    return late_model(case for doc in decided if (case := _case(scope, doc)) is not None)


def _case(scope: Scope, doc: Doc) -> Case | None:
    from shared.insights.forecasting.late import Case

    data = doc.data
    issued, due = day_of(data.get("issued_on", "")), day_of(data["due_date"])
    if not issued or not due:
        return None
    days = date.fromisoformat(issued), date.fromisoformat(due)
    paid = day_of(data.get("paid_on", "")) if data["status"] == "paid" else ""
    if paid:
        known = date.fromisoformat(paid)
        after = (known - days[1]).days
        return Case(data["customer_id"], *days, data["total_cents"], known, late=after > 0, days=after)
    if days[1] < scope.today:
        overdue = (scope.today - days[1]).days
        known = days[1] + timedelta(days=1)
        return Case(data["customer_id"], *days, data["total_cents"], known, late=True, days=overdue)
    return Case(data["customer_id"], *days, data["total_cents"])


def foreseen(scope: Scope, model: LateModel | None, owed: Sequence[Doc]) -> Decimal | None:
    """The largest chance of a customer's invoices that are not due yet, in per cent; None without any."""
    if model is None:
        return None
    cases = [case for doc in owed if (case := _case(scope, doc)) is not None and case.known is None]
    chances = [Decimal(round(model.chance(case) * 1000)) / 10 for case in cases]
    return max(chances, default=None)


def tried(model: LateModel | None, decided: Fact) -> list[Fact]:
    """How the model did on invoices it had not seen: how many, AUC, and both squared errors."""
    if model is None:
        return []
    figures = {
        "late_auc": model.tried.auc,
        "late_brier": model.tried.brier,
        "late_brier_shares": model.tried.shrunk,
    }
    return [
        derived_count("late_checked", model.tried.count, (decided,)),
        *(
            derived_ratio(name, Decimal(round(value * 1000)) / 1000, (decided,))
            for name, value in figures.items()
        ),
    ]
