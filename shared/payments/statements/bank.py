"""A bank's rows by a profile: amounts signed, days read, references as the payer or the bank wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from shared.core.clock import business_day, rfc3339
from shared.payments.statements.cells import moment, money
from shared.payments.statements.faults import MOST, CellError, Fault, refused, shown
from shared.payments.statements.kinds import bank_kind
from shared.payments.statements.model import StatementLine
from shared.payments.statements.mpesa import Read
from shared.payments.statements.profiles import Profile
from shared.payments.statements.sheet import Header, Row, Table

_MARKS = {"dr": -1, "d": -1, "debit": -1, "withdrawal": -1, "cr": 1, "c": 1, "credit": 1, "deposit": 1}
_ODD = re.compile(r"[^A-Z0-9]+")
_CARRIED = re.compile(r"(?i)\b(?:opening|brought|b/f|carried|c/f|closing)\b")


def reference(text: str) -> str:
    """A reference as it stands in keys: letters and digits, so that two formats of one line agree."""
    return _ODD.sub("", text.upper())[:40]


def read(rows: Iterable[Row], profile: Profile, account: str, shortcodes: frozenset[str]) -> Read:
    """Every line of a bank's file; raises Invalid with each wrong cell by row and column.

    Args:
        shortcodes: of the business, by which the float of M-Pesa is known when it arrives in bulk.
    """
    table = Table(rows, profile.aliases(), profile.required, footers=True)
    done = Read()
    faults: list[Fault] = []
    reader = _Reader(table.header, profile, account, shortcodes)
    for row in table.body():
        try:
            reader.take(row, done)
        except _Wrong as wrong:
            faults.append(
                Fault(row.number, table.header.name(table.header.columns[wrong.field]), wrong.detail)
            )
            if len(faults) > MOST:
                break
    if faults:
        raise refused("statement_invalid", faults)
    return done


class _Wrong(Exception):
    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field, self.detail = field, detail


class _Reader:
    def __init__(self, header: Header, profile: Profile, account: str, shortcodes: frozenset[str]) -> None:
        self._columns, self._profile = header.columns, profile
        self._account, self._shortcodes = account, shortcodes

    def take(self, row: Row, done: Read) -> None:
        details = self._text(row, "details")
        cents = self._amount(row)
        if cents is None or cents == 0:
            # a balance that is carried over is no line; a dated row without any amount is a question
            if cents is None and not _CARRIED.search(details):
                raise _Wrong(self._profile.required[-1], "the row names no amount")
            done.empty += 1
            return
        at = self._day(row)
        given = self._text(row, "reference")
        done.lines.append(
            StatementLine(
                account=self._account,
                receipt=reference(given) or reference(details),
                kind=bank_kind(details, cents, self._shortcodes),
                reason="",
                amount_cents=cents,
                currency=self._profile.currency,
                at=rfc3339(at),
                business_day=business_day(at),
                balance_cents=self._money(row, "balance"),
                details=details,
                party=self._text(row, "party"),
                account_no=given,
                row=row.number,
            )
        )

    def _amount(self, row: Row) -> int | None:
        match self._profile.amounts:
            case "signed":
                cents = self._money(row, "amount")
                return cents if cents is None or self._profile.positive == "in" else -cents
            case "marked":
                return self._marked(row)
        debit, credit = self._money(row, "debit"), self._money(row, "credit")
        if debit and credit:
            raise _Wrong("credit", "the row names a debit and a credit")
        if debit is None and credit is None:
            return None
        return abs(credit or 0) - abs(debit or 0)

    def _marked(self, row: Row) -> int | None:
        cents = self._money(row, "amount")
        if cents is None:
            return None
        mark = self._text(row, "mark").casefold().strip(". ")
        if mark not in _MARKS:
            raise _Wrong("mark", f"{shown(mark)} is neither DR nor CR")
        return abs(cents) * _MARKS[mark]

    def _money(self, row: Row, field: str) -> int | None:
        text = self._text(row, field)
        if not text or text == "-":
            return None
        try:
            return money(text, self._profile.decimal)
        except CellError as error:
            raise _Wrong(field, str(error)) from None

    def _day(self, row: Row) -> datetime:
        try:
            return moment(self._text(row, "date"), self._profile.day_form)
        except CellError as error:
            raise _Wrong("date", str(error)) from None

    def _text(self, row: Row, field: str) -> str:
        index = self._columns.get(field)
        return "" if index is None else row.cells[index]
