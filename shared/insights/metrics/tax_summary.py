"""Hints for VAT and withholding tax: figures to check with an accountant, never to file."""

from __future__ import annotations

from datetime import date

from shared.categories.hints import hint_of
from shared.core.money import share
from shared.insights.citing import cite_expenses, cite_invoices
from shared.insights.daybook import by_key
from shared.insights.facts import Fact, Source, Sum, derived_money, money_fact, tally, together
from shared.insights.flows import read
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope, expenses
from shared.insights.metrics.sums import required
from shared.insights.plan import Filters, Period, Plan
from shared.store import Doc

CLAIMABLE, CHECK = "standard", "mixed"
FREE_BELOW_CENTS = 2_400_000
"""Professional fees below KES 24,000 a month and supplier: nothing is withheld (KRA's FAQ)."""
_FREE = "professional_fees"


def tax_summary(scope: Scope, plan: Plan) -> Result:
    """VAT of a period, or what may have had to be withheld; which, the plan's metric says."""
    return withholding(scope, plan) if plan.metric == "withholding" else vat(scope, plan)


def vat(scope: Scope, plan: Plan) -> Result:
    """VAT on invoices issued, less the VAT that receipts show in categories where it can usually be
    claimed."""
    period = required(plan.period)
    cells = read(scope, period, "output_vat", "input_vat", "costs")
    sold = together(cells["output_vat"].values())
    shown, spent = by_key(cells["input_vat"]), by_key(cells["costs"])
    invoices = Source("invoices", period, (("issued", "yes"),))
    output = money_fact("output_vat", sold.tally(cite_invoices(scope, period) if sold.n else ()), invoices)
    claimable = _where(shown, period, CLAIMABLE)
    claim = _vat_fact(scope, period, "input_vat", claimable)
    check = _vat_fact(scope, period, "vat_to_check", _where(shown, period, CHECK))
    net = derived_money("net_vat", sold.cents - together(claimable.values()).cents, (output, claim), period)
    rows, facts = _by_category(scope, period, spent, shown)
    table = Table(("category", "amount", "vat_shown"), rows, len(rows), "category")
    sentence = "vat" if sold.n or spent else "vat_none"
    extra = ("vat_check",) if check.record_count else ()
    return Result((output, claim, net, check, *facts), sentence, extra, table, ("check_with_accountant",))


def _where(shown: dict[str, Sum], period: Period, kind: str) -> dict[str, Sum]:
    return {code: one for code, one in shown.items() if _kind(code, period) == kind}


def _kind(code: str, period: Period) -> str:
    hint = hint_of(code, period.end)
    return hint.vat if hint else "outside"


def _vat_fact(scope: Scope, period: Period, name: str, of: dict[str, Sum]) -> Fact:
    whole, codes = together(of.values()), frozenset(of)
    source = Source("expenses", period, (("vat", "shown"), ("category", sorted(codes))))

    def right(doc: Doc) -> bool:
        return bool(doc.data.get("vat_cents")) and doc.data["category"] in codes

    return money_fact(name, whole.tally(cite_expenses(scope, period, keep=right) if whole.n else ()), source)


def _by_category(
    scope: Scope, period: Period, spent: dict[str, Sum], shown: dict[str, Sum]
) -> tuple[tuple[Row, ...], list[Fact]]:
    rows, facts = [], []
    for code, one in sorted(spent.items(), key=lambda item: (-item[1].cents, item[0])):
        source = Source("expenses", period, (("category", code),))
        ids = cite_expenses(scope, period, category=code)
        cost = money_fact(f"category:{code}", one.tally(ids), source, code)
        with_vat = shown.get(code, Sum())
        found = cite_expenses(scope, period, category=code, keep=lambda doc: bool(doc.data.get("vat_cents")))
        told = money_fact(f"vat:{code}", with_vat.tally(found if with_vat.n else ()), source, code)
        facts += [cost, told]
        rows.append(Row(code, (cost.id, told.id), note=f"vat_{_kind(code, period)}"))
    return tuple(rows), facts


def withholding(scope: Scope, plan: Plan) -> Result:
    """What may have had to be withheld from suppliers, on amounts without the VAT that receipts show."""
    period = required(plan.period)
    docs = [doc for doc in expenses(scope, period, Filters()) if _milli(doc)]
    free = _free(docs)
    docs = [doc for doc in docs if _supplier(doc) not in free]
    source = Source("expenses", period, (("withholding", "yes"),))
    base, kept = tally(docs, _net), tally(docs, _withheld)
    facts = [money_fact("withholding", kept, source), money_fact("withholding_base", base, source)]
    rows = []
    for code in sorted({doc.data["category"] for doc in docs}):
        theirs = [doc for doc in docs if doc.data["category"] == code]
        of = Source("expenses", period, (("category", code), *source.chosen_by))
        pair = [
            money_fact(f"category:{code}", tally(theirs, _net), of, code),
            money_fact(f"withhold:{code}", tally(theirs, _withheld), of, code),
        ]
        facts += pair
        rows.append(Row(code, tuple(fact.id for fact in pair)))
    table = Table(("category", "withholding_base", "withholding"), tuple(rows), len(rows), "category")
    sentence = "withholding" if docs else "withholding_none"
    return Result(tuple(facts), sentence, (), table, ("check_with_accountant",))


def _milli(doc: Doc) -> int:
    hint = hint_of(doc.data["category"], date.fromisoformat(doc.data["business_day"]))
    return hint.withhold_milli if hint else 0


def _net(doc: Doc) -> int:
    cents: int = doc.data["amount_cents"] - doc.data.get("vat_cents", 0)
    return cents


def _withheld(doc: Doc) -> int:
    return share(_net(doc), _milli(doc), 1000)


def _supplier(doc: Doc) -> tuple[str, str, str]:
    return doc.data["category"], doc.data["merchant"].casefold(), doc.data["business_day"][:7]


def _free(docs: list[Doc]) -> set[tuple[str, str, str]]:
    """Suppliers of professional fees who stayed below the limit in a month."""
    sums: dict[tuple[str, str, str], int] = {}
    for doc in docs:
        sums[_supplier(doc)] = sums.get(_supplier(doc), 0) + _net(doc)
    return {who for who, cents in sums.items() if who[0] == _FREE and cents < FREE_BELOW_CENTS}
