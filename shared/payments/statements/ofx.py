"""OFX (also QFX and Money files): what a bank's own programs give out (OFX 2.3, chapter 11).

Amounts carry their sign, and the bank's own id (FITID) names a line once for an account.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from shared.core.clock import EAT, business_day, rfc3339
from shared.core.errors import Invalid
from shared.core.money import MAX_CENTS, parse_cents
from shared.payments.statements.bank import reference
from shared.payments.statements.faults import MOST, CellError, Fault, refuse, refused, shown
from shared.payments.statements.kinds import bank_kind
from shared.payments.statements.model import StatementLine
from shared.payments.statements.mpesa import Read
from shared.payments.statements.ofx_parts import Part, parts
from shared.payments.statements.sheet import MAX_ROWS

_AMOUNT = re.compile(r"[+-]?(?:[0-9]{1,14}(?:[.,][0-9]*)?|[.,][0-9]+)", re.ASCII)
_TIME = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})([0-9]{2})?(?:\.[0-9]{1,6})?)?"
    r"(?:\[([+-]?[0-9]{1,2})(?:\.([0-9]{2}))?(?::[A-Za-z]{1,10})?\])?",
    re.ASCII,
)
_GOES, _COMES = frozenset({"DEBIT", "FEE", "SRVCHG", "CHECK", "PAYMENT"}), frozenset({"CREDIT", "DIRECTDEP"})
_FEES = frozenset({"FEE", "SRVCHG"})
_OTHERS = ("CCSTMTRS", "INVSTMTRS")


def looks_like(raw: bytes) -> bool:
    """Whether a file is such a message."""
    top = raw[:4000].replace(b"\x00", b"")
    return b"<OFX>" in top and (b"OFXHEADER" in top or top.lstrip()[:5] in {b"<OFX>", b"<?xml"})


def account_in(text: str) -> str:
    """Bank and number of the account, "" for none."""
    bank, number = (re.search(rf"<{name}>([^<\r\n]{{1,40}})", text) for name in ("BANKID", "ACCTID"))
    return "/".join(found[1].strip() for found in (bank, number) if found) if number else ""


def read(text: str, account: str, shortcodes: frozenset[str]) -> Read:
    """Every line of the one account; raises Invalid naming the line of the text and the element."""
    _check_form(text)
    done = Read()
    faults: list[Fault] = []
    currency = found[1] if (found := re.search(r"<CURDEF>\s*([A-Z]{3})", text)) else "KES"
    for part in parts(text):
        try:
            if part.name == "STMTTRN":
                done.lines.append(_line(part, account, currency, shortcodes))
            elif part.name in {"CURRENCY", "ORIGCURRENCY"}:
                _check_currency(part, currency)
            elif part.name == "LEDGERBAL":
                done.closing_cents = _cents(part, "BALAMT")
        except _Wrong as wrong:
            faults.append(Fault(part.row, wrong.element, wrong.detail))
        if len(faults) > MOST or len(done.lines) > MAX_ROWS:
            break
    if faults:
        raise refused("statement_invalid", faults)
    if len(done.lines) > MAX_ROWS:
        raise refuse("statement_too_long", done.lines.last_row, "STMTTRN", f"more than {MAX_ROWS} lines")
    return done


class _Wrong(Exception):
    def __init__(self, element: str, detail: str) -> None:
        super().__init__(detail)
        self.element, self.detail = element, detail


def _check_form(text: str) -> None:
    """One bank account: a card or shares are no statement that the books know."""
    for name in _OTHERS:
        if f"<{name}>" in text:
            row = 1 + text.count("\n", 0, text.find(f"<{name}>"))
            raise refuse(
                "statement_form", row, name, "a statement of a card or of shares, not of a bank account"
            )
    accounts = [found.start() for found in re.finditer("<STMTRS>", text)]
    if not accounts:
        raise refuse("statement_column_missing", 1, "STMTRS", "there is no statement in this message")
    if len(accounts) > 1:
        row = 1 + text.count("\n", 0, accounts[1])
        raise refuse("statement_form", row, "STMTRS", "several accounts: hand in one at a time")


def _line(part: Part, account: str, currency: str, shortcodes: frozenset[str]) -> StatementLine:
    cents, sort = _cents(part, "TRNAMT"), part.text("TRNTYPE").upper()
    if (sort in _GOES and cents > 0) or (sort in _COMES and cents < 0):
        raise _Wrong("TRNAMT", f"{shown(part.text('TRNAMT'))} has the wrong sign for {shown(sort)}")
    given = part.text("FITID")
    if not reference(given):
        raise _Wrong("FITID", "the bank's own id is missing")
    at = _at(part)
    details = " ".join(filter(None, (part.text("NAME"), part.text("MEMO"))))[:500]
    told = f"{details} bank charges" if sort in _FEES else details
    return StatementLine(
        account=account,
        receipt=reference(given),
        kind=bank_kind(told, cents, shortcodes),
        reason=sort[:40],
        amount_cents=cents,
        currency=currency,
        at=rfc3339(at),
        business_day=business_day(at),
        balance_cents=None,
        details=details,
        party=part.text("NAME"),
        account_no=part.text("REFNUM") or part.text("CHECKNUM"),
        row=part.row,
    )


def _cents(part: Part, element: str) -> int:
    """An amount with a point or a comma before its decimals, and nothing between its thousands."""
    text = part.text(element)
    try:
        if not _AMOUNT.fullmatch(text):
            raise CellError
        cents = parse_cents(text.replace(",", ".").removeprefix("+"))
    except (CellError, Invalid):
        raise _Wrong(element, f"{shown(text)} is not an amount") from None
    if cents == 0 and element == "TRNAMT":
        raise _Wrong(element, "the line names no amount")
    if abs(cents) > MAX_CENTS:
        raise _Wrong(element, f"{shown(text)} is too large")
    return cents


def _check_currency(part: Part, currency: str) -> None:
    given = part.text("CURSYM")
    if given not in {"", currency}:
        raise _Wrong("CURSYM", f"{shown(given)} beside {currency}: a statement has one currency")


def _at(part: Part) -> datetime:
    """When a line was posted; banks mean their own day where no zone is given, whatever the standard says."""
    text = part.text("DTPOSTED")
    match = _TIME.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        year, month, day, hour, minute, second = (int(one or 0) for one in match.groups()[:6])
        moment = datetime(year, month, day, hour, minute, second, tzinfo=_zone(match[7], match[8]))
        if not 1990 <= year <= 2100:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Wrong("DTPOSTED", f"{shown(text)} is not a date of OFX") from None


def _zone(hours: str | None, part: str | None) -> timezone:
    if hours is None:
        return EAT
    minutes = int(part or 0) * 60 // 100  # [5.50:IST] is five hours and a half
    sign = -1 if hours.startswith("-") else 1
    return timezone(timedelta(hours=int(hours), minutes=sign * minutes))
