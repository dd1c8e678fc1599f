"""Insights: every figure is computed by code from the books and leads to its records."""

from shared.insights.answer import Answer
from shared.insights.ask import ask
from shared.insights.facts import Fact
from shared.insights.plan import Period, Plan
from shared.insights.ports import Planner, PlannerFailed

__all__ = ["Answer", "Fact", "Period", "Plan", "Planner", "PlannerFailed", "ask"]
