"""Cash as it was recorded: what a statement closes with, or what the provider told of a shortcode's accounts.

The journal is not asked: outgoing lines lie beside it (docs/decisions/0005), so its accounts are no balances
of anybody. Credit lines are no cash: what may still be drawn is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import islice

from shared.core.money import KES
from shared.insights.daybook import nairobi_day
from shared.insights.facts import Fact, Source, Tally, derived_money, mark_of, money_fact, version_of
from shared.insights.plan import Period
from shared.insights.records import Scope
from shared.store import Doc, Query, Where

MOST_STATEMENTS = 200
"""Statements looked through for each account's newest, the last received first."""
_NO_CASH = ("charges", "loan", "overdraft", "fuliza")
_MPESA = "mpesa"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one account held at the end of a day, and the record that says so."""

    account: str
    cents: int
    day: str
    doc: Doc

    def fact(self) -> Fact:
        at = date.fromisoformat(self.day)
        told = Tally(self.cents, 1, (self.doc.id,), version_of(mark_of(self.doc)))
        source = Source(self.doc.key.collection, Period(start=at, end=at), (("account", self.account),))
        return money_fact(f"account:{self.account}", told, source, self.account)


def recorded(scope: Scope) -> list[Recorded]:
    """The newest recorded balance of every account in shillings, by account."""
    found = _of_statements(scope)
    told = _of_shortcode(scope)
    mobile = [account for account in found if account.startswith(_MPESA)]
    if told is not None and len(mobile) <= 1:
        known = found.get(mobile[0]) if mobile else None
        if known is None or known.day < told.day:
            found.pop(known.account if known else "", None)
            found[told.account] = told
    return [found[account] for account in sorted(found)]


def cash(scope: Scope) -> tuple[list[Fact], Fact | None]:
    """A fact for each account, and their sum; None where no balance is recorded."""
    held = recorded(scope)
    accounts = [one.fact() for one in held]
    if not accounts:
        return [], None
    return accounts, derived_money("cash", sum(one.cents for one in held), accounts)


def _of_statements(scope: Scope) -> dict[str, Recorded]:
    found: dict[str, Recorded] = {}
    docs = scope.store.each(scope.business, Query("statements", (), "-received_at", MOST_STATEMENTS))
    for doc in islice(docs, MOST_STATEMENTS):
        data = doc.data
        if data["status"] == "refused" or data["closing_cents"] is None or data.get("currency", KES) != KES:
            continue
        one = Recorded(data["account"], data["closing_cents"], data["last_day"], doc)
        if one.account not in found or found[one.account].day < one.day:
            found[one.account] = one
    return found


def _of_shortcode(scope: Scope) -> Recorded | None:
    where = (Where("status", "==", "told"),)
    docs = scope.store.query(scope.business, Query("shortcode_balances", where, "-told_at", 1)).docs
    if not docs or not docs[0].data["told_at"]:
        return None
    accounts = [
        one["current_cents"]
        for one in docs[0].data["accounts"]
        if one["currency"] == KES and not any(word in one["name"].casefold() for word in _NO_CASH)
    ]
    day = nairobi_day(docs[0].data["told_at"])
    return Recorded(_MPESA, sum(accounts), day, docs[0]) if accounts else None
