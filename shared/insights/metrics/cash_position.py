"""What the accounts hold: balances that a provider or a bank has stated, never a sum of our own guesses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.core.clock import day_of
from shared.core.money import KES, parse_cents
from shared.insights.facts import Fact, Source, Tally, derived_money, money_fact
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope
from shared.insights.plan import Period, Plan
from shared.store import Doc, Query, Where

READ = 100
"""Statements and answers looked at, the newest: enough for every account of a business."""
FREE = ("Utility", "Working", "Merchant", "Organization Settlement", "Airtime")
"""Parts of the names of a shortcode's accounts that hold money; the charges account is what is owed."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What one account held at the end of a Nairobi day, by a document that says so."""

    account: str
    cents: int
    day: str
    doc: Doc


def stated_balances(scope: Scope) -> list[Stated]:
    """The newest stated balance of each account, by name; none is older than another of its account."""
    newest: dict[str, Stated] = {}
    for one in (*_statements(scope), *_answers(scope)):
        known = newest.get(one.account)
        if one.day <= scope.today.isoformat() and (known is None or one.day > known.day):
            newest[one.account] = one
    return sorted(newest.values(), key=lambda one: one.account)


def _statements(scope: Scope) -> list[Stated]:
    page = scope.store.query(scope.business, Query("statements", (), "-received_at", READ))
    return [
        Stated(doc.data["account"], doc.data["closing_cents"], doc.data["last_day"], doc)
        for doc in page.docs
        if doc.data["status"] == "imported"
        and doc.data.get("closing_cents") is not None
        and doc.data["last_day"]
    ]


def _answers(scope: Scope) -> list[Stated]:
    told = (Where("status", "==", "told"),)
    page = scope.store.query(scope.business, Query("shortcode_balances", told, "-created_on", READ))
    return [
        Stated(f"M-Pesa: {one['name']}", one["available_cents"], day_of(doc.data["told_at"]), doc)
        for doc in page.docs
        for one in doc.data["accounts"]
        if one["currency"] == KES and any(part in one["name"] for part in FREE)
    ]


def cash_position(scope: Scope, plan: Plan) -> Result:
    """Stated balances with their days and their sum; nothing is known where nothing was stated."""
    facts = cash_facts(scope)
    if not facts:
        return Result((), "none")
    total, *accounts = facts
    rows = tuple(Row(fact.label, (fact.id,), fact.record_ids[0]) for fact in accounts)
    oldest = min(fact.period.end for fact in accounts if fact.period)
    extra = ("old",) if oldest < scope.today else ()
    oldest_fact = next(f for f in accounts if f.period and f.period.end == oldest)
    shown = (total, *accounts, oldest_fact.model_copy(update={"id": "oldest_stated"}))
    return Result(shown, "some", extra, Table(("account", "amount"), rows, len(rows)))


def cash_facts(scope: Scope) -> list[Fact]:
    """The sum first, then each account; empty when no balance was ever stated."""
    found = stated_balances(scope)
    if not found:
        return []
    accounts = [_fact(number, one) for number, one in enumerate(found)]
    return [derived_money("cash", sum(parse_cents(fact.value) for fact in accounts), accounts), *accounts]


def _fact(number: int, one: Stated) -> Fact:
    day = date.fromisoformat(one.day)
    source = Source(one.doc.key.collection, Period(start=day, end=day), (("account", one.account),))
    summed = Tally(one.cents, 1, (one.doc.id,), one.doc.etag)
    return money_fact(f"account:{number}", summed, source, one.account)
