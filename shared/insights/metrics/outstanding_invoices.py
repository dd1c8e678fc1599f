"""Who still owes money, and how much of it is overdue."""

from __future__ import annotations

from collections.abc import Callable

from shared.insights.facts import Fact, Source, Tally, count_fact, money_fact, tally
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope, open_invoices
from shared.insights.plan import Plan
from shared.store import Doc

DEFAULT_ROWS = 20


def balance(doc: Doc) -> int:
    """What is left to pay on an invoice, in cents."""
    cents: int = doc.data["balance_cents"]
    return cents


def late_part(today: str) -> Callable[[Doc], int]:
    """What of an invoice's balance was due before a day; of one in instalments only the parts that were."""

    def measure(doc: Doc) -> int:
        if not doc.data.get("parts"):
            return balance(doc)
        from shared.books.parts import overdue  # instalments are rare, and the books' room is large

        return overdue(doc.data, today)

    return measure


def outstanding_invoices(scope: Scope, plan: Plan) -> Result:
    """Open invoices by customer as of today, the largest debt first."""
    source = Source("invoices", None, (("as_of", scope.today.isoformat()), *plan.filters.given().items()))
    owed = list(open_invoices(scope, plan.filters))
    late = [doc for doc in owed if doc.data["due_date"] < scope.today.isoformat()]
    by_customer = _by_customer(owed)
    facts = _totals(owed, late, len(by_customer), scope.today.isoformat(), source)
    if not owed:
        return Result(tuple(facts), "none")
    wanted = plan.limit or DEFAULT_ROWS
    rows = []
    for customer, docs in by_customer[:wanted]:
        part = _debt(customer, docs, source, scope.today.isoformat())
        facts += part
        rows.append(Row(docs[0].data["customer_name"], tuple(fact.id for fact in part), customer))
    table = Table(("customer", "owed", "overdue", "invoices"), tuple(rows), len(by_customer))
    return Result(tuple(facts), "some", ("overdue",) if late else (), table)


def _by_customer(owed: list[Doc]) -> list[tuple[str, list[Doc]]]:
    groups: dict[str, list[Doc]] = {}
    for doc in owed:
        groups.setdefault(doc.data["customer_id"], []).append(doc)
    return sorted(groups.items(), key=lambda item: (-sum(map(balance, item[1])), item[0]))


def _totals(owed: list[Doc], late: list[Doc], customers: int, today: str, source: Source) -> list[Fact]:
    summed, overdue = tally(owed, balance), tally(late, late_part(today))
    return [
        money_fact("outstanding", summed, source),
        count_fact("open_invoices", summed.count, summed, source),
        count_fact("owing_customers", customers, summed, source),
        money_fact("overdue", overdue, source),
        count_fact("overdue_invoices", overdue.count, overdue, source),
    ]


def _debt(customer: str, docs: list[Doc], source: Source, today: str) -> list[Fact]:
    name = docs[0].data["customer_name"]
    theirs = Source("invoices", None, (("customer_id", customer), *source.chosen_by))
    summed: Tally = tally(docs, balance)
    late = tally((doc for doc in docs if doc.data["due_date"] < today), late_part(today))
    return [
        money_fact(f"owed:{customer}", summed, theirs, name),
        money_fact(f"late:{customer}", late, theirs, name),
        count_fact(f"invoices:{customer}", summed.count, summed, theirs).model_copy(update={"label": name}),
    ]
