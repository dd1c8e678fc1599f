"""Is a day complete? Lines of statements against what callbacks and other proofs told, one day at a time.

A day is judged only for accounts whose statements cover it: without one nothing can be missing from it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from shared.core.clock import EAT, rfc3339
from shared.core.errors import Invalid
from shared.payments.places import PAYMENTS
from shared.payments.statements.model import Kind
from shared.payments.statements.places import LINES, STATEMENTS, journal_account, provider_of, shortcode_of
from shared.payments.statements.ports import Ports
from shared.store import Doc, Query, Where

SHOWN = 200
"""Of each list; the counts are of all."""
TOLD = frozenset({"callback", "c2b"})
"""Evidence that came by itself, when the money did."""


@dataclass(slots=True)
class Report:
    """One business day."""

    day: str
    accounts: list[str] = field(default_factory=list)
    lines: int = 0
    payments: int = 0
    without_callback: list[dict[str, Any]] = field(default_factory=list)
    without_line: list[dict[str, Any]] = field(default_factory=list)
    differing: list[dict[str, Any]] = field(default_factory=list)
    for_a_person: list[dict[str, Any]] = field(default_factory=list)
    fees: list[dict[str, Any]] = field(default_factory=list)
    fee_cents: int = 0
    channels: dict[str, dict[str, int]] = field(default_factory=dict)
    kinds: dict[str, dict[str, int]] = field(default_factory=dict)
    balances: list[dict[str, Any]] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every account is covered, and both sides tell the same."""
        open_ends = self.without_line or self.differing or self.for_a_person
        return bool(self.accounts) and not open_ends and not any(one["breaks"] for one in self.balances)


def report(ports: Ports, business: str, day: str) -> Report:
    """Compare a day's lines with its payments; raises Invalid ``day_invalid``."""
    begin, end = _bounds(day)
    covering = _covering(ports, business, day)
    lines = ports.store.all(business, Query(LINES, (Where("business_day", "==", day),), "at"))
    window = (Where("paid_at", ">=", rfc3339(begin)), Where("paid_at", "<", rfc3339(end)))
    payments = ports.store.all(business, Query(PAYMENTS, window, "paid_at"))
    done = Report(day, sorted({doc.data["account"] for doc in covering}), len(lines), len(payments))
    _compare(ports, business, done, lines, payments)
    _sums(done, lines, payments)
    done.balances = [_balance(doc) for doc in covering]
    return done


def _bounds(day: str) -> tuple[datetime, datetime]:
    try:
        begin = datetime.combine(date.fromisoformat(day), time(), EAT)
        return begin, begin + timedelta(days=1)
    except (ValueError, OverflowError):
        raise Invalid("day_invalid", "a day is written 2026-03-01") from None


def _covering(ports: Ports, business: str, day: str) -> list[Doc]:
    """Imported statements that hold the day."""
    statements = ports.store.all(business, Query(STATEMENTS, (), "received_at"), most=5000)
    return [
        doc
        for doc in statements
        if doc.data["status"] == "imported" and doc.data["first_day"] <= day <= doc.data["last_day"]
    ]


def _compare(ports: Ports, business: str, done: Report, lines: list[Doc], payments: list[Doc]) -> None:
    known = {doc.id: doc for doc in payments}
    money_in = [doc for doc in lines if doc.data["kind"] == Kind.MONEY_IN]
    listed = {str(doc.data["payment_id"]) for doc in money_in} - {""}
    elsewhere = sorted(listed - set(known))  # a payment whose own time is of the day before, by a second
    found = ports.store.get_many(business, [_payment(one) for one in elsewhere])
    known |= {doc.id: doc for doc in found if doc is not None}
    for line in money_in:
        _judge(done, line, known.get(line.data["payment_id"]))
    done.for_a_person = [_line(doc) for doc in lines if doc.data["outcome"] == "review"]
    covered = set(map(_place_of_account, done.accounts))
    done.without_line = [
        _payment_row(doc)
        for doc in payments
        if doc.id not in listed and doc.data["status"] != "review" and _place(doc) in covered
    ]


def _judge(done: Report, line: Doc, payment: Doc | None) -> None:
    if payment is None:
        return  # a line that waits for a person is listed as such
    if not TOLD & {proof["kind"] for proof in payment.data["evidence"]}:
        done.without_callback.append(_line(line))
    if payment.data["amount_cents"] != line.data["amount_cents"]:
        done.differing.append({**_line(line), "booked_cents": payment.data["amount_cents"]})


def _sums(done: Report, lines: list[Doc], payments: list[Doc]) -> None:
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        by_kind[line.data["kind"]].update(lines=1, cents=line.data["amount_cents"])
    by_channel: dict[str, Counter[str]] = defaultdict(Counter)
    for payment in payments:
        by_channel[payment.data["channel"]].update(payments=1, cents=payment.data["amount_cents"])
    done.kinds = {name: dict(sums) for name, sums in sorted(by_kind.items())}
    done.channels = {name: dict(sums) for name, sums in sorted(by_channel.items())}
    done.fees = [_line(doc) for doc in lines if doc.data["kind"] == Kind.FEE]
    done.fee_cents = -sum(fee["amount_cents"] for fee in done.fees)


def _balance(doc: Doc) -> dict[str, Any]:
    named = ("account", "first_day", "last_day", "opening_cents", "closing_cents", "breaks")
    return {"statement_id": doc.id, **{name: doc.data[name] for name in named}}


def _place(payment: Doc) -> str:
    data = payment.data
    return (
        f"clearing:mpesa:{data['shortcode']}" if data["provider"] == "mpesa" else f"bank:{data['provider']}"
    )


def _place_of_account(account: str) -> str:
    return journal_account(account) if shortcode_of(account) else f"bank:{provider_of(account)}"


def _payment(identity: str) -> Any:
    from shared.store import Key

    return Key(PAYMENTS, identity)


def _line(doc: Doc) -> dict[str, Any]:
    named = (
        "account",
        "receipt",
        "kind",
        "amount_cents",
        "at",
        "row",
        "statement_id",
        "payment_id",
        "outcome",
    )
    return {"line_id": doc.id, **{name: doc.data[name] for name in named}}


def _payment_row(doc: Doc) -> dict[str, Any]:
    data = doc.data
    return {
        "payment_id": doc.id,
        "receipt": data["receipt"],
        "amount_cents": data["amount_cents"],
        "at": data["paid_at"],
        "status": data["status"],
        "evidence": sorted({proof["kind"] for proof in data["evidence"]}),
    }


def shown(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first of a list, as many as an answer holds."""
    return list(rows)[:SHOWN]
