"""MT940, read by the library mt-940; what it lets pass in silence is looked at first.

The library skips lines that it does not know, so a file of another kind, or one cut off, reads as a shorter
one: here a statement without both balances, or whose lines do not lead from one to the other, is
refused by line.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shared.core.clock import EAT, business_day, rfc3339
from shared.core.errors import Invalid
from shared.core.money import parse_cents
from shared.payments.statements.bank import reference
from shared.payments.statements.faults import refuse, shown
from shared.payments.statements.kinds import bank_kind
from shared.payments.statements.model import StatementLine
from shared.payments.statements.mpesa import Read
from shared.payments.statements.packed import Lines

_LINE = re.compile(
    r":61:([0-9]{6})([0-9]{4})?(RC|RD|C|D)([A-Z])?([0-9]{1,12},[0-9]{0,2})([A-Z][A-Z0-9]{3})(.*)"
)
_TAG = re.compile(r":(\d{2}[A-Z]?):")


TOP = 4000
"""Characters at the beginning of a text that show whether it may be a message."""


def may_be(top: str) -> bool:
    """Whether a text that begins like this may be a message of this kind."""
    return ":20:" in top or ":60F:" in top


def looks_like(text: str) -> bool:
    """Whether a text is a message of this kind."""
    return (":20:" in text[:TOP] and ":61:" in text) or ":60F:" in text[:TOP]


def account_in(text: str) -> str:
    """The account that the message names, "" for none."""
    found = re.search(r"^:25P?:(.+)$", text, re.M)
    return found[1].strip() if found else ""


def read(text: str, account: str, shortcodes: frozenset[str]) -> Read:
    """Every booked line; raises Invalid naming the line of the text and the tag."""
    numbers = _check_lines(text)
    try:
        import mt940

        found = mt940.parse(text)
    except (ValueError, RuntimeError, KeyError, ArithmeticError, TypeError, AttributeError) as broken:
        raise Invalid(
            "statement_damaged", f"the MT940 message cannot be read: {shown(str(broken))}"
        ) from None
    lines = [one for one in found if "amount" in one.data]
    if len(lines) != len(numbers):
        raise refuse(
            "statement_invalid", numbers[len(lines)] if len(lines) < len(numbers) else 1, "61", "not read"
        )
    read_as = (_line(one.data, account, shortcodes, row) for one, row in zip(lines, numbers, strict=True))
    done = Read(Lines(read_as))
    _add_balances(done, text)
    return done


def _check_lines(text: str) -> list[int]:
    """The numbers of the ``:61:`` lines, each checked against its grammar (SWIFT MT940, field 61)."""
    numbers = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(":61:"):
            if not _LINE.fullmatch(line.rstrip()):
                raise refuse("statement_invalid", number, "61", f"{shown(line)} is not a statement line")
            numbers.append(number)
        elif line[:1] == ":" and not _TAG.match(line):
            raise refuse("statement_invalid", number, line[:4], "not a tag of MT940")
    for tag in ("60F", "62F"):
        if f":{tag}:" not in text and f":{tag[:2]}M:" not in text:
            last = max(1, text.count("\n"))
            raise refuse("statement_cut_off", last, tag, "the balance is missing: is the file whole?")
    return numbers


def _line(data: dict[str, Any], account: str, shortcodes: frozenset[str], row: int) -> StatementLine:
    cents = _cents(data["amount"].amount, row)
    details = " ".join(str(data.get("transaction_details") or data.get("extra_details") or "").split())
    payer = str(data.get("customer_reference") or "").strip()
    payer = "" if payer.upper() in {"NONREF", "NOTPROVIDED"} else payer
    bank = str(data.get("bank_reference") or "").strip()
    at = _at(data["date"])
    return StatementLine(
        account=account,
        receipt=reference(bank) or reference(payer) or reference(details),
        kind=bank_kind(f"{details} {data.get('id', '')}".replace("NCHG", "bank charges"), cents, shortcodes),
        reason=str(data.get("id", "")),
        amount_cents=cents,
        currency=str(data["amount"].currency),
        at=rfc3339(at),
        business_day=business_day(at),
        balance_cents=None,
        details=details[:500],
        account_no=payer,
        row=row,
    )


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=EAT)


def _cents(amount: Decimal, row: int) -> int:
    try:
        return parse_cents(amount)
    except Invalid:
        raise refuse("statement_invalid", row, "61", f"{shown(str(amount))} is not an amount") from None


def _add_balances(done: Read, text: str) -> None:
    """The balances that the message gives; its lines must lead from the first to the last."""
    opening, closing = _balance(text, "60F"), _balance(text, "62F", last=True)
    done.opening_cents, done.closing_cents = opening, closing
    if opening is None or closing is None:
        return
    reached = opening + done.lines.total_cents
    if reached != closing:
        detail = f"the lines lead to {reached} cents, not to {closing}"
        raise refuse("statement_balance", done.lines.last_row, "62F", detail)


def _balance(text: str, tag: str, *, last: bool = False) -> int | None:
    found = re.findall(rf"^:{tag}:([CD])[0-9]{{6}}[A-Z]{{3}}([0-9]+),([0-9]{{0,2}})\s*$", text, re.M)
    if not found:
        return None
    sign, units, cents = found[-1 if last else 0]
    return (1 if sign == "C" else -1) * (int(units) * 100 + int(cents.ljust(2, "0")))
