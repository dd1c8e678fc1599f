"""Insights: every figure is computed by code from the books and leads to its records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.lazy import lazy_names

if TYPE_CHECKING:
    from shared.insights.answer import Answer
    from shared.insights.facts import Fact
    from shared.insights.plan import Period, Plan
    from shared.insights.ports import Planner, PlannerFailed

__all__ = ["Answer", "Fact", "Period", "Plan", "Planner", "PlannerFailed"]

__getattr__ = lazy_names(
    __name__,
    {
        "Answer": "answer",
        "Fact": "facts",
        "Period": "plan",
        "Plan": "plan",
        "Planner": "ports",
        "PlannerFailed": "ports",
    },
)
