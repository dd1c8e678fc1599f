"""Which sentences a model may word, and what each of them says: everything else stays a template.

Left out on purpose: forecasts (how sure they are must be worded by us), tax, proofs of payments, guesses
about people, and sentences without a figure. Classes of words are in shared/insights/guard_words.py.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sense:
    """What one sentence says.

    Args:
        says: classes of words of which each must be in the text.
        may: further classes that may be.
    """

    says: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


SENSES: dict[str, Sense] = {
    "revenue_total.some": Sense(may=("in",)),
    "expense_total.some": Sense(may=("out", "paid")),
    "expense_breakdown.some": Sense(("most",), ("out", "paid")),
    "largest_expenses.some": Sense(("most",), ("out", "paid")),
    "outstanding_invoices.some": Sense(may=("owing",)),
    "compare_periods.up": Sense(("up",), ("earlier",)),
    "compare_periods.down": Sense(("down",), ("earlier",)),
    "compare_periods.same": Sense(("same",), ("earlier",)),
    "compare_periods.new": Sense((), ("earlier",)),
    "health_score.good": Sense(("good",), ("in", "out", "left", "owing", "scored")),
    "health_score.fair": Sense(("fair",), ("in", "out", "left", "owing", "scored")),
    "health_score.poor": Sense(("poor",), ("in", "out", "left", "owing", "scored")),
    "top_customers.some": Sense(("most",), ("in", "paid")),
    "trend.some": Sense(("most", "least")),
    "trend.one": Sense(),
    "cash_flow.left": Sense(("surplus",), ("in", "out")),
    "cash_flow.short": Sense(("deficit",), ("in", "out")),
    "cash_position.some": Sense(("stated",), ("earlier",)),
    "budget_variance.over": Sense(("over",), ("out", "up")),
    "budget_variance.within": Sense(("left",), ("out", "down")),
}
SIDES: dict[str, str] = {
    "revenue": "in",
    "income": "in",
    "cash_in": "in",
    "expenses": "out",
    "costs": "out",
    "cash_out": "out",
    "spent": "out",
    "net": "left",
    "outstanding": "owing",
    "current": "now",
    "previous": "then",
    "highest": "most",
    "lowest": "least",
    "top_payer": "paid",
}
"""What is said of a figure: the nearest word of its group must not say another thing."""
GROUPS: tuple[tuple[str, ...], ...] = (
    ("in", "out", "left", "owing"),
    ("now", "then"),
    ("most", "least"),
    ("paid", "in", "out"),
)
EXPLICIT = ("most", "least")
"""Sides that must be said of their figure: the nearest word is all that tells two alike apart."""
NOUNS: dict[str, tuple[str, str]] = {
    "payments": ("payments", "malipo"),
    "expense_count": ("expenses", "gharama"),
    "open_invoices": ("invoices", "ankara"),
    "owing_customers": ("customers owe", "wateja"),
}
"""The noun of a counted slot: in English part of what code fills in, in Swahili written before the slot."""
