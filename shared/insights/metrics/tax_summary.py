"""What a period says about taxes: VAT on sales and purchases, and spending that tax is withheld from.

Hints for whoever files, never filed figures: every answer says so. Rates and bands are dated configuration
of expense categories (shared/categories/hints.py).
"""

from __future__ import annotations

from datetime import date

from shared.categories import hint_of
from shared.core.money import parse_cents
from shared.insights.facts import Fact, Source, derived_money, money_fact, tally
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope, invoices_issued
from shared.insights.metrics.sums import Line, costs, required, tally_lines
from shared.insights.plan import Period, Plan
from shared.store import Doc

BLOCKED = frozenset({"blocked", "outside", "exempt"})


def tax_summary(scope: Scope, plan: Plan) -> Result:
    """VAT of the period, or what is usually withheld from suppliers."""
    period = required(plan.period)
    return withholding(scope, period) if plan.metric == "withholding" else vat(scope, period)


def vat(scope: Scope, period: Period) -> Result:
    """VAT charged on invoices issued, VAT shown on receipts, and their difference.

    Receipts whose category usually bars deduction are told apart and not deducted.
    """
    out = tally((d for d in invoices_issued(scope, period) if vat_of(d)), vat_of)
    charged = money_fact("vat_output", out, Source("invoices", period, (("vat", "yes"),)))
    spent = costs(scope, period, name="input_vat")
    usable = [line for line in spent if not barred(line)]
    source = Source("expenses", period, (("vat", "deductible"),))
    paid = money_fact("vat_input", tally_lines(scope, "input_vat", usable), source)
    kept = Source("expenses", period, (("vat", "barred"),))
    apart = [line for line in spent if barred(line)]
    blocked = money_fact("vat_blocked", tally_lines(scope, "input_vat", apart), kept)
    due = parse_cents(charged.value) - parse_cents(paid.value)
    net = derived_money("vat_due", abs(due), (charged, paid), period)
    if not charged.record_count and not spent:
        return Result((charged, paid, blocked, net), "vat_none", assumptions=("tax_hint",))
    word = "vat_due" if due >= 0 else "vat_credit"
    extra = ("vat_blocked",) if blocked.record_count else ()
    return Result((charged, paid, blocked, net), word, extra, assumptions=("tax_hint",))


def vat_of(doc: Doc) -> int:
    """The VAT of an invoice or an expense in cents."""
    cents: int = doc.data.get("vat_cents") or 0
    return cents


def barred(line: Line) -> bool:
    """Whether input VAT of the expenses' category is usually not deductible on their day."""
    hint = hint_of(line.key, date.fromisoformat(line.day))
    return hint is not None and hint.vat in BLOCKED


def withholding(scope: Scope, period: Period) -> Result:
    """Spending in categories that tax is usually withheld from, and what the usual share of it comes to."""
    groups: dict[tuple[str, int], list[Line]] = {}
    for line in costs(scope, period):
        hint = hint_of(line.key, date.fromisoformat(line.day))
        if hint is not None and hint.withhold_milli:
            groups.setdefault((line.key, hint.withhold_milli), []).append(line)
    facts: list[Fact] = []
    rows, usual = [], 0
    for (code, milli), lines in sorted(groups.items()):
        source = Source("expenses", period, (("category", code), ("withhold_milli", milli)))
        base = money_fact(f"wht_base:{code}", tally_lines(scope, "costs", lines), source, code)
        cents = parse_cents(base.value) * milli // 1000
        usual += cents
        share = derived_money(f"wht:{code}", cents, (base,), period).model_copy(update={"label": code})
        facts += [base, share]
        rows.append(Row(code, (base.id, share.id)))
    total = derived_money("wht_usual", usual, facts, period)
    if not rows:
        return Result((total,), "wht_none", assumptions=("tax_hint",))
    table = Table(("category", "amount", "wht_usual"), tuple(rows), len(rows), "category")
    return Result((total, *facts), "wht", table=table, assumptions=("tax_hint",))
