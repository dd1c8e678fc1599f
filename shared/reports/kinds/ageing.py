"""What customers owe by how late it is, as of a day, rebuilt from the journal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial

from shared.insights.facts import Fact, Source, count_fact, money_fact
from shared.insights.metrics.sources import Scope, issue_day
from shared.reports.ask import Ask
from shared.reports.balances import Owed, owed_on
from shared.reports.listing import Rows, chosen, cut_notes
from shared.reports.model import Chart, Column, Entry, Report, Row, Section, Series, Table, entry
from shared.reports.sums import Sum

BUCKETS = ("not_due", "days_1_30", "days_31_60", "days_61_90", "over_90")
_LATEST = (0, 30, 60, 90)
WHOLE = "owed"


def bucket(due: str, day: date) -> str:
    """Where an amount belongs by how many days it was late on ``day``."""
    late = (day - date.fromisoformat(due)).days
    return next((BUCKETS[at] for at, most in enumerate(_LATEST) if late <= most), BUCKETS[-1])


def ageing(scope: Scope, ask: Ask, name: str) -> Report:
    """By customer and by invoice; of a plan in instalments each part by its own day."""
    owed = owed_on(scope, ask.day, ask.customer_id)
    return aged(ask, name, owed, {one.invoice.data["customer_id"]: one for one in owed})


def aged(ask: Ask, name: str, owed: list[Owed], customers: dict[str, Owed]) -> Report:
    """The report of some invoices and what was owed on them."""
    ages = Ages(ask.day, owed)
    order = sorted(customers, key=lambda id_: (-ages.cents(id_), id_))
    rows = Rows()
    for customer in order:
        rows.add(partial(_customer_row, ages, customer, customers[customer]))
    columns = (*(Column(code, "KES") for code in (*BUCKETS, WHOLE)), Column("invoices", "count"))
    total = Row("total", ages.facts(""), "word", "total")
    by_customer = Table("by_customer", "customer", columns, (*rows.kept, total), rows.existing)
    by_invoice = invoice_table(ask.day, owed)
    tables = tuple(chosen(table, ask.columns) for table in (by_customer, by_invoice))
    return Report(
        ask.kind,
        name,
        None,
        ask.day,
        (Section("by_customer", tables[:1]), Section("by_invoice", tables[1:])),
        ages.facts(""),
        charts=_charts(ages) if owed else (),
        notes=cut_notes((by_customer, by_invoice)),
        assumptions=("rebuilt", "credit_not_deducted"),
    )


class Ages:
    """What was owed by customer and age; "" is everybody."""

    def __init__(self, day: date, owed: Iterable[Owed]) -> None:
        self._day = day
        self._sums: dict[tuple[str, str], Sum] = {}
        for one in owed:
            for due, cents in one.due_parts():
                self._add(one, bucket(due, day), cents)
            self._add(one, WHOLE, one.cents)

    def _add(self, one: Owed, code: str, cents: int) -> None:
        for group in (one.invoice.data["customer_id"], ""):
            self._sums.setdefault((group, code), Sum()).add(one.invoice, cents)

    def cents(self, group: str) -> int:
        """All that a customer owed."""
        return self._sums[group, WHOLE].cents

    def facts(self, group: str) -> tuple[Fact, ...]:
        """Each age, the whole, and how many invoices."""
        whose = (("customer_id", group),) if group else ()
        source = Source("invoices", None, (("as_of", self._day.isoformat()), *whose))
        ending = f":{group}" if group else ""
        told = {code: self._sums.get((group, code), Sum()).tally() for code in (*BUCKETS, WHOLE)}
        count = count_fact(f"invoices{ending}", told[WHOLE].count, told[WHOLE], source)
        return (*(money_fact(f"{code}{ending}", summed, source) for code, summed in told.items()), count)


def _customer_row(ages: Ages, customer: str, one: Owed) -> Row:
    return Row(one.invoice.data["customer_name"], ages.facts(customer), record_id=customer)


def invoice_table(day: date, owed: Iterable[Owed]) -> Table:
    """A line for each invoice, the longest due first."""
    rows = Rows()

    for one in owed:
        rows.add(partial(_invoice_row, one, day))

    columns = (
        Column("customer", "text"),
        Column("issued", "day"),
        Column("due", "day"),
        Column("late_days", "days"),
        Column("invoiced", "KES"),
        Column(WHOLE, "KES"),
    )
    return Table("by_invoice", "invoice", columns, tuple(rows.kept), rows.existing)


def _invoice_row(one: Owed, day: date) -> Row:
    data, doc = one.invoice.data, one.invoice
    late = max(0, (day - date.fromisoformat(data["due_date"])).days)
    issued = issue_day(doc) if data["issued_on"] else ""
    cells = (
        data["customer_name"],
        issued,
        data["due_date"],
        late,
        entry(doc, data["total_cents"]),
        Entry(one.cents, "invoices", doc.id, doc.etag),
    )
    return Row(data.get("number") or doc.id, cells, record_id=doc.id)


def _charts(ages: Ages) -> tuple[Chart, ...]:
    facts = ages.facts("")[: len(BUCKETS)]
    labels = tuple(Column(code, "KES") for code in BUCKETS)
    return (Chart("owed_by_age", "bars", labels, (Series(WHOLE, "word", facts),)),)
