"""VAT of a period as the records show it: sales by band, purchases by category. A helper, never a return.

What is printed on receipts and what categories usually mean is added up for an accountant to check; nothing
here is a figure to file (KRA decides by eTIMS invoices, which Hesabu does not see all of).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from shared.categories.hints import hint_of
from shared.insights.facts import Fact, Source, derived_money, money_fact
from shared.insights.metrics.sources import RECEIVED, Scope, expenses, invoices_issued, payments
from shared.insights.metrics.sums import amount
from shared.insights.plan import Filters
from shared.reports.ask import Ask
from shared.reports.kinds.profit_and_loss import cents
from shared.reports.listing import batches, looked_up
from shared.reports.model import Chart, Column, Note, Report, Row, Said, Section, Series, Table
from shared.reports.sums import Sum
from shared.store import Doc

BANDS = ("A", "B", "C", "D", "E")
"""As KRA's eTIMS names them: exempt, 16 %, zero-rated, outside VAT, 8 %."""
SALES = ("net_sales", "vat", "gross_sales")
PURCHASES = ("spent", "receipt_vat", "likely_vat")


class Sums:
    """Cents by name and group, each with its records; the group "" is all of them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._sums: dict[tuple[str, str], Sum] = {}

    def add(self, doc: Doc, group: str, **cents_of: int) -> None:
        for name, value in cents_of.items():
            for place in ((name, group), (name, "")):
                self._sums.setdefault(place, Sum()).add(doc, value)

    def groups(self) -> list[str]:
        return sorted({group for _, group in self._sums if group})

    def facts(self, names: tuple[str, ...], group: str = "") -> tuple[Fact, ...]:
        """One for each name."""
        chosen = (*self._source.chosen_by, *((("group", group),) if group else ()))
        source = Source(self._source.collection, self._source.period, chosen)
        return tuple(
            money_fact(
                f"{name}:{group}" if group else name,
                self._sums.get((name, group), Sum()).tally(),
                source,
            )
            for name in names
        )


def vat_helper(scope: Scope, ask: Ask, name: str) -> Report:
    """VAT invoiced less VAT on receipts that it can likely be claimed on."""
    sales = _sales(scope, ask)
    purchases = _purchases(scope, ask)
    output, likely = sales.facts(("vat",))[0], purchases.facts(("likely_vat",))[0]
    balance = derived_money("vat_difference", cents(output) - cents(likely), (output, likely), ask.span)
    uninvoiced = _uninvoiced(scope, ask)
    tables = (_sales_table(sales), _purchase_table(purchases, ask.span.end))
    columns = (Column("amount", "KES"),)
    summary = [Row(fact.id, (fact,), "word") for fact in (output, likely)]
    summary += [Row(balance.id, (balance,), "word", "total"), Row("uninvoiced", (uninvoiced,), "word")]
    return Report(
        ask.kind,
        name,
        ask.span,
        None,
        (
            Section("vat_summary", (Table("vat_summary", "line", columns, tuple(summary)),)),
            Section("vat_sales", tables[:1]),
            Section("vat_purchases", tables[1:]),
        ),
        (*sales.facts(SALES), *purchases.facts(PURCHASES), balance, uninvoiced),
        charts=_charts(output, likely) if cents(output) or cents(likely) else (),
        notes=(Note("check_with_accountant"), Note("not_a_return")),
        assumptions=("vat_by_issue", "void_left_out", "uninvoiced_left_out", "likely_by_receipt"),
    )


def _sales(scope: Scope, ask: Ask) -> Sums:
    """Invoices by the day they were issued; those that were withdrawn since are none."""
    sums = Sums(Source("invoices", ask.span, (("status", "issued"),)))
    for doc in invoices_issued(scope, ask.span):
        for band, (net, vat) in _bands(doc).items():
            sums.add(doc, band, net_sales=net, vat=vat, gross_sales=net + vat)
    return sums


def _bands(invoice: Doc) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for line in invoice.data.get("lines", []):
        net, vat = found.get(line["vat_band"], (0, 0))
        found[line["vat_band"]] = (net + line["net_cents"], vat + line["vat_cents"])
    return found


def _purchases(scope: Scope, ask: Ask) -> Sums:
    sums = Sums(Source("expenses", ask.span))
    for doc, claimable in _judged(scope, ask):
        sums.add(
            doc,
            doc.data["category"] or "none",
            spent=amount(doc),
            receipt_vat=doc.data["vat_cents"],
            likely_vat=claimable,
        )
    return sums


def _judged(scope: Scope, ask: Ask) -> Iterator[tuple[Doc, int]]:
    """Expenses with the VAT that their receipt's verdict and their category's hint leave to be claimed."""
    for batch in batches(expenses(scope, ask.span, Filters())):
        receipts = looked_up(scope, "receipts", (doc.data["receipt_id"] for doc in batch))
        for doc in batch:
            receipt = receipts.get(doc.data["receipt_id"])
            tax = receipt.data.get("tax", {}) if receipt else {}
            likely = min(int(tax.get("claimable_cents", 0)), doc.data["vat_cents"])
            hint = hint_of(doc.data["category"], date.fromisoformat(doc.data["business_day"]))
            yield doc, likely if hint is None or hint.vat in ("standard", "mixed") else 0


def _uninvoiced(scope: Scope, ask: Ask) -> Fact:
    """Money received that no invoice says the VAT of."""
    summed = Sum()
    for doc in payments(scope, ask.span, Filters(), *RECEIVED):
        if rest := amount(doc) - doc.data.get("allocated_cents", 0):
            summed.add(doc, rest)
    return money_fact("uninvoiced", summed.tally(), Source("payments", ask.span, (("allocated", "not"),)))


def _sales_table(sales: Sums) -> Table:
    rows = [Row(f"band_{band}", sales.facts(SALES, band), "word") for band in BANDS if band in sales.groups()]
    rows.append(Row("total", sales.facts(SALES), "word", "total"))
    return Table("vat_sales", "vat_band", tuple(Column(code, "KES") for code in SALES), tuple(rows))


def _purchase_table(purchases: Sums, day: date) -> Table:
    rows = []
    for group in purchases.groups():
        category = "" if group == "none" else group
        hint = hint_of(category, day)
        said = Said((f"vat_{hint.vat}",)) if hint else Said(("vat_unknown",))
        rows.append(Row(category, (*purchases.facts(PURCHASES, group), said), "category"))
    rows.append(Row("total", (*purchases.facts(PURCHASES), ""), "word", "total"))
    columns = (*(Column(code, "KES") for code in PURCHASES), Column("vat_hint", "text"))
    return Table("vat_purchases", "category", columns, tuple(rows))


def _charts(output: Fact, likely: Fact) -> tuple[Chart, ...]:
    labels = (Column("vat", "KES"), Column("likely_vat", "KES"))
    return (Chart("vat_summary", "bars", labels, (Series("amount", "word", (output, likely)),)),)
