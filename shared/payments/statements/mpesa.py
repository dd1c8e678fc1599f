"""M-Pesa statements: the organisation portal's thirteen columns, and the seven of a customer's own statement.

Header and peculiarities: reference payments 1.9 (five public codebases agree on it). Preamble lines
come before
the header, the newest row first, dates in two forms, ``Withdrawn`` negative or not, failed rows among the
others, charges without a receipt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from shared.core.clock import business_day, rfc3339
from shared.core.money import KES
from shared.payments.statements.cells import moment, money
from shared.payments.statements.faults import MOST, CellError, Fault, refused, shown
from shared.payments.statements.kinds import mpesa_kind
from shared.payments.statements.model import Kind, StatementLine
from shared.payments.statements.packed import Lines
from shared.payments.statements.sheet import Row, Table

ALIASES = {
    "receipt": ("receipt no", "receipt number", "receipt"),
    "at": ("completion time",),
    "begun": ("initiation time",),
    "details": ("details",),
    "status": ("transaction status", "status"),
    "paid_in": ("paid in",),
    "withdrawn": ("withdrawn", "withdraw"),
    "balance": ("balance",),
    "confirmed": ("balance confirmed",),
    "reason": ("reason type",),
    "party": ("other party info",),
    "linked": ("linked transaction id",),
    "account_no": ("a/c no", "account no"),
}
BOTH = ("receipt", "at", "details", "status", "paid_in", "withdrawn", "balance")
ORGANISATION = ("begun", "confirmed", "reason", "party", "linked", "account_no")
_RECEIPT = re.compile(r"[A-Z0-9]{6,20}")
_DONE = frozenset({"completed", "complete", "success", "successful"})
_NOT_DONE = frozenset(
    {
        "failed",
        "cancelled",
        "canceled",
        "declined",
        "expired",
        "rejected",
        "pending",
        "authorized",
        "submitted",
    }
)
_SHORTCODE = re.compile(r"(?i)(?:short ?code|pay ?bill|till|store)[^0-9]{0,20}([0-9]{5,9})")
_PHONE = re.compile(r"(?i)(?:mobile|phone|customer)[^0-9+]{0,20}\+?((?:254|0)[17][0-9]{8})")


@dataclass(slots=True)
class Read:
    """What was read of a file: its lines in its own order, and what was left out of them."""

    lines: Lines = field(default_factory=Lines)
    failed: int = 0
    empty: int = 0
    opening_cents: int | None = None
    closing_cents: int | None = None


def looks_like(row: Row) -> bool:
    """Whether a row is the header of such a statement, whole or not."""
    folded = {cell.casefold().strip(" .") for cell in row.cells}
    return len(folded & {"receipt no", "completion time", "paid in", "withdrawn", "transaction status"}) >= 3


def table_of(rows: Iterable[Row]) -> Table:
    """The table of an M-Pesa statement.

    Raises Invalid ``statement_column_missing``: a file with any of the portal's own columns has all thirteen.
    """
    table = Table(rows, ALIASES, BOTH)
    columns, header = table.header.columns, table.header
    missing = [name for name in ORGANISATION if name not in columns]
    if missing and len(missing) < len(ORGANISATION):
        faults = [Fault(header.row, ALIASES[name][0], "this column is missing") for name in missing]
        raise refused("statement_column_missing", faults)
    return table


def account_in(preamble: Iterable[Row]) -> str:
    """The shortcode (or phone) that the lines above the header name, "" when they name none."""
    text = "\n".join(" ".join(cell for cell in row.cells if cell) for row in preamble)
    found = _SHORTCODE.search(text) or _PHONE.search(text)
    return found[1] if found else ""


def read(table: Table, account: str) -> Read:
    """Every completed line; raises Invalid ``statement_invalid`` with each wrong cell, up to twenty."""
    done = Read()
    faults: list[Fault] = []
    reader = _Reader(table, account)
    for row in table.body():
        try:
            reader.take(row, done)
        except _At as wrong:
            faults.append(Fault(row.number, wrong.column, wrong.detail))
            if len(faults) > MOST:
                break
    if faults:
        raise refused("statement_invalid", faults)
    return done


class _At(Exception):
    """A cell that cannot be read, with its column."""

    def __init__(self, column: str, detail: str) -> None:
        super().__init__(detail)
        self.column, self.detail = column, detail


class _Reader:
    def __init__(self, table: Table, account: str) -> None:
        self._header = table.header
        self._columns = table.header.columns
        self._account = account

    def take(self, row: Row, done: Read) -> None:
        status = self._text(row, "status").casefold()
        if status in _NOT_DONE:
            done.failed += 1
            return
        if status not in _DONE:
            raise self._wrong("status", f"{shown(self._text(row, 'status'))} is not a known status")
        cents = self._amount(row)
        if cents == 0:
            done.empty += 1
            return
        done.lines.append(self._line(row, cents))

    def _line(self, row: Row, cents: int) -> StatementLine:
        details, reason = self._text(row, "details"), self._text(row, "reason")
        kind = mpesa_kind(reason, details, cents)
        at = self._moment(row)
        return StatementLine(
            account=self._account,
            receipt=self._receipt(row, kind),
            kind=kind,
            reason=reason,
            amount_cents=cents,
            currency=KES,
            at=rfc3339(at),
            business_day=business_day(at),
            balance_cents=self._money(row, "balance"),
            details=details,
            party=self._text(row, "party"),
            linked=self._text(row, "linked").upper(),
            account_no=self._text(row, "account_no"),
            row=row.number,
        )

    def _amount(self, row: Row) -> int:
        paid, out = self._money(row, "paid_in"), self._money(row, "withdrawn")
        if paid is None and out is None:
            raise self._wrong("paid_in", "the row names no amount, neither here nor as withdrawn")
        if paid and out:
            raise self._wrong("withdrawn", "the row names an amount here and as paid in")
        if paid is not None and paid < 0:
            raise self._wrong("paid_in", f"{shown(self._text(row, 'paid_in'))} is negative")
        return paid or -abs(out or 0)

    def _receipt(self, row: Row, kind: Kind) -> str:
        receipt = self._text(row, "receipt").upper()
        if not receipt:
            if kind is not Kind.FEE:
                raise self._wrong("receipt", "only charges come without a receipt number")
        elif not _RECEIPT.fullmatch(receipt):
            raise self._wrong("receipt", f"{shown(receipt)} is not a receipt number")
        return receipt

    def _money(self, row: Row, name: str) -> int | None:
        text = self._text(row, name)
        if not text:
            return None
        try:
            return money(text)
        except CellError as error:
            raise self._wrong(name, str(error)) from None

    def _moment(self, row: Row) -> datetime:
        try:
            return moment(self._text(row, "at"))
        except CellError as error:
            raise self._wrong("at", str(error)) from None

    def _text(self, row: Row, name: str) -> str:
        index = self._columns.get(name)
        return "" if index is None else row.cells[index]

    def _wrong(self, name: str, detail: str) -> _At:
        return _At(self._header.name(self._columns[name]), detail)
