"""From a file to lines: which form it has, whose it is, and the whole of it checked before any of it
counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from shared.core.errors import Invalid
from shared.payments.statements.model import BANK, MPESA
from shared.payments.statements.sheet import PREAMBLE, Row

if TYPE_CHECKING:
    from shared.payments.statements.balance import Balances
    from shared.payments.statements.mpesa import Read
    from shared.payments.statements.packed import Ordered
    from shared.payments.statements.profiles import Profile

MAX_BYTES = 10 << 20
_ODD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is known about a file besides its bytes.

    Args:
        account: of the business, ``mpesa-174379`` or ``bank-equity-0123``; "" when the file says it.
        profile: a bank's columns; None to have one proposed.
        password: of a PDF; kept nowhere.
        shortcodes: of the business.
    """

    account: str = ""
    profile: Profile | None = None
    password: str = ""
    shortcodes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A whole file, understood: lines under their keys, oldest first; ``days`` are its first and its last."""

    form: str
    account: str
    lines: Ordered
    rows: int
    failed: int
    empty: int
    balances: Balances
    days: tuple[str, str]
    profile: str = ""


def parse(content: bytes, wish: Wish) -> Parsed:
    """Read a file to its end; raises Invalid (naming row and column) before anything was done with it."""
    if not content:
        raise Invalid("statement_empty", "the file is empty")
    if len(content) > MAX_BYTES:
        raise Invalid("statement_too_large", f"a statement may hold at most {MAX_BYTES >> 20} MB")
    if content.startswith(b"%PDF"):
        from shared.payments.statements.pdf_apart import read_rows

        return _mpesa("mpesa_pdf", read_rows(content, wish.password), wish)
    if content.startswith(b"PK\x03\x04"):
        from shared.payments.statements import xlsx

        return _sheet("xlsx", xlsx.rows_of(content), wish, "")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        from shared.payments.statements import xls_apart

        return _sheet("xls", xls_apart.read_rows(content), wish, "")
    return _text(content, wish)


def _text(content: bytes, wish: Wish) -> Parsed:
    from shared.payments.statements import camt, ofx, swift, text

    if camt.looks_like(content):
        root = camt.open_document(content)
        account = _account(wish, BANK, camt.account_in(root))
        return _done("camt053", account, camt.read(root, account, wish.shortcodes))
    encoding = text.encoding_of(content, wish.profile.encoding if wish.profile else "")
    if ofx.looks_like(content):
        given = content.decode(encoding)
        account = _account(wish, BANK, ofx.account_in(given))
        return _done("ofx", account, ofx.read(given, account, wish.shortcodes))
    if swift.may_be(text.lines_of(content, encoding).read(swift.TOP)):
        given = content.decode(encoding)
        if swift.looks_like(given):
            account = _account(wish, BANK, swift.account_in(given))
            return _done("mt940", account, swift.read(given, account, wish.shortcodes))
    told = wish.profile.delimiter if wish.profile else ""
    delimiter = told or text.delimiter_of(text.lines_of(content, encoding))
    return _sheet("csv", text.rows_of(text.lines_of(content, encoding), delimiter), wish, delimiter)


def _sheet(kind: str, rows: Iterator[Row], wish: Wish, delimiter: str) -> Parsed:
    """M-Pesa's table, or a bank's by its profile."""
    from shared.payments.statements import mpesa
    from shared.payments.statements.bank import read

    top = list(islice(rows, 2 * PREAMBLE))
    everything = chain(top, rows)
    if wish.profile is None and any(mpesa.looks_like(row) for row in top):
        return _mpesa(f"mpesa_{kind}", everything, wish)
    name, profile = "given", wish.profile
    if profile is None:
        name, profile = _proposed(top, delimiter)
    account = _account(wish, BANK, "")
    return _done(f"bank_{kind}", account, read(everything, profile, account, wish.shortcodes), name)


def proposed_for(content: bytes) -> Profile | None:
    """The built-in profile that would be proposed for a bank's file; None for other forms."""
    from shared.payments.statements import ofx, text, xls_apart, xlsx
    from shared.payments.statements.profiles import propose

    if content.startswith(b"%PDF") or content[:1] == b"<" or ofx.looks_like(content):
        return None
    if content.startswith(b"PK\x03\x04"):
        found = propose(xlsx.rows_of(content))
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        found = propose(xls_apart.read_rows(content))
    else:
        encoding = text.encoding_of(content)
        delimiter = text.delimiter_of(text.lines_of(content, encoding))
        found = propose(text.rows_of(text.lines_of(content, encoding), delimiter), delimiter)
    return found[1] if found else None


def _proposed(top: list[Row], delimiter: str) -> tuple[str, Profile]:
    from shared.payments.statements.faults import Fault, refused
    from shared.payments.statements.profiles import propose

    found = propose(top, delimiter)
    if found is None:
        row = next((row for row in top if row.filled > 2), top[0] if top else Row(1, ()))
        detail = (
            "no row holds the headers of an M-Pesa or bank statement; say which column is which in a profile"
        )
        raise refused("statement_no_header", [Fault(row.number, "A", detail)])
    return found


def _mpesa(form: str, rows: Iterable[Row], wish: Wish) -> Parsed:
    from shared.payments.statements import mpesa

    table = mpesa.table_of(rows)
    account = _account(wish, MPESA, mpesa.account_in(table.preamble))
    return _done(form, account, mpesa.read(table, account))


def _done(form: str, account: str, found: Read, profile: str = "") -> Parsed:
    if not found.lines and not found.failed and not found.empty:
        raise Invalid("statement_without_lines", "the file has a header and no line below it")
    rows = len(found.lines) + found.failed + found.empty
    checked = found.lines.running.checked(found.opening_cents, found.closing_cents)
    lines, days = found.lines.in_order(), (found.lines.first_day, found.lines.last_day)
    return Parsed(form, account, lines, rows, found.failed, found.empty, checked, days, profile)


def _account(wish: Wish, prefix: str, told: str) -> str:
    """The account's name; raises Invalid ``account_required``, ``account_differs``."""
    found = prefix + _ODD.sub("-", told.lower()).strip("-") if told else ""
    if not wish.account:
        only = next(iter(wish.shortcodes)) if prefix == MPESA and len(wish.shortcodes) == 1 else ""
        if not found and not only:
            raise Invalid("account_required", f"the file does not say whose it is: give account={prefix}…")
        return found or prefix + only
    if not wish.account.startswith(prefix):
        raise Invalid("account_invalid", f"this is a statement of an account that begins with {prefix}")
    if found and prefix == MPESA and found != wish.account:
        raise Invalid(
            "account_differs", f"the file is of {found[len(MPESA) :]}, not of {wish.account[len(MPESA) :]}"
        )
    return wish.account
