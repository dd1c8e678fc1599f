"""Questions that can be answered, in each language: shown as examples and offered when asking back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.insights.plan import Intent
from shared.insights.wording import Language


@dataclass(frozen=True, slots=True)
class Example:
    """One question and the intent it is read as."""

    intent: Intent
    language: Language
    question: str


_EN: tuple[tuple[Intent, str], ...] = (
    ("expense_breakdown", "What are my spending patterns this month?"),
    ("revenue_total", "How much revenue did I generate from M-Pesa payments?"),
    ("outstanding_invoices", "Which customers have outstanding invoices?"),
    ("health_score", "Show me a summary of my financial health"),
    ("compare_periods", "Compare this month's revenue to last month"),
    ("largest_expenses", "What are my largest expenses this quarter?"),
    ("expense_total", "How much did we spend last week?"),
    ("anomalies", "Is there anything suspicious this month?"),
    ("cash_flow", "What came in and what went out this month?"),
    ("ageing", "Show me the ageing of what customers owe"),
    ("top_customers", "Who are our best customers this year?"),
    ("trend", "Show revenue by month for the last six months"),
)
_SW: tuple[tuple[Intent, str], ...] = (
    ("expense_breakdown", "Pesa zetu zimeenda wapi mwezi huu?"),
    ("revenue_total", "Tumepata mapato kiasi gani kutoka M-Pesa?"),
    ("outstanding_invoices", "Ni wateja gani wana ankara ambazo hazijalipwa?"),
    ("health_score", "Nionyeshe muhtasari wa afya ya kifedha ya biashara yangu"),
    ("compare_periods", "Linganisha mapato ya mwezi huu na mwezi uliopita"),
    ("largest_expenses", "Gharama zetu kubwa zaidi robo hii ni zipi?"),
    ("expense_total", "Tumetumia pesa ngapi wiki iliyopita?"),
    ("anomalies", "Kuna malipo yoyote ya kutiliwa shaka mwezi huu?"),
    ("cash_flow", "Pesa zilizoingia na zilizotoka mwezi huu ni ngapi?"),
    ("ageing", "Nionyeshe umri wa madeni ya wateja"),
    ("top_customers", "Wateja wetu bora mwaka huu ni akina nani?"),
    ("trend", "Onyesha mapato kwa kila mwezi kwa miezi sita iliyopita"),
)
EXAMPLES: tuple[Example, ...] = (
    *(Example(intent, "en", question) for intent, question in _EN),
    *(Example(intent, "sw", question) for intent, question in _SW),
)


def suggestions(language: Language, leave_out: Sequence[Intent], near: Sequence[Intent] = ()) -> list[str]:
    """Three questions in a language, those of the ``near`` intents first, none of ``leave_out``."""
    ours = {each.intent: each.question for each in EXAMPLES if each.language == language}
    order = [intent for intent in dict.fromkeys((*near, *ours)) if intent in ours and intent not in leave_out]
    return [ours[intent] for intent in order[:3]]
