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
    ("ageing", "Show the ageing of what customers owe"),
    ("top_customers", "Who are my best customers this month?"),
    ("customer_risk", "Which customers are at risk of paying late?"),
    ("trend", "Show the trend of revenue this month"),
    ("cash_flow", "Show the cash flow of this month"),
    ("cash_position", "How much cash do we have?"),
    ("kpi", "What is our DSO?"),
    ("unreconciled", "Which payments are not matched yet?"),
    ("payment_success", "Why did payments fail this month?"),
    ("tax_summary", "How much VAT do we have this month?"),
    ("find_transaction", "Find payment SJ12ABC345"),
)
_SW: tuple[tuple[Intent, str], ...] = (
    ("expense_breakdown", "Pesa zetu zimeenda wapi mwezi huu?"),
    ("revenue_total", "Tumepata mapato kiasi gani kutoka M-Pesa?"),
    ("outstanding_invoices", "Ni wateja gani wana ankara ambazo hazijalipwa?"),
    ("health_score", "Nionyeshe muhtasari wa afya ya kifedha ya biashara yangu"),
    ("compare_periods", "Linganisha mapato ya mwezi huu na mwezi uliopita"),
    ("largest_expenses", "Gharama zetu kubwa zaidi robo hii ni zipi?"),
    ("expense_total", "Tumetumia pesa ngapi wiki iliyopita?"),
    ("ageing", "Madeni yaliyochelewa zaidi ya siku 60 ni yapi?"),
    ("top_customers", "Wateja wetu bora mwezi huu ni nani?"),
    ("customer_risk", "Wateja gani huchelewa kulipa?"),
    ("trend", "Onyesha mwenendo wa mapato mwezi huu"),
    ("cash_flow", "Pesa ngapi ziliingia na kutoka mwezi huu?"),
    ("cash_position", "Tuna pesa taslimu kiasi gani?"),
    ("kpi", "DSO yetu ni ngapi?"),
    ("unreconciled", "Ni malipo gani hayajaoanishwa?"),
    ("payment_success", "Kwa nini malipo yamefeli mwezi huu?"),
    ("tax_summary", "VAT yetu ya mwezi huu ni ngapi?"),
    ("find_transaction", "Tafuta malipo SJ12ABC345"),
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
