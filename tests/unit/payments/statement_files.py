"""Statements as files, made from plain facts: the portal's CSV and XLSX, PDF, banks' CSV, MT940, CAMT.053."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from shared.core.clock import EAT
from shared.core.money import format_units
from tests.unit.payments.collecting import NOW, PAYBILL

HEADER = (
    "Receipt No.", "Completion Time", "Initiation Time", "Details", "Transaction Status", "Paid In",
    "Withdrawn", "Balance", "Balance Confirmed", "Reason Type", "Other Party Info",
    "Linked Transaction ID", "A/C No.",
)  # fmt: skip
CONSUMER = (
    "Receipt No.",
    "Completion Time",
    "Details",
    "Transaction Status",
    "Paid In",
    "Withdrawn",
    "Balance",
)


@dataclass(frozen=True)
class Fact:
    """One thing that happened to an account; ``cents`` is signed."""

    receipt: str
    cents: int
    at: datetime = NOW
    reason: str = "Pay Bill Online"
    details: str = ""
    party: str = ""
    linked: str = ""
    account_no: str = ""
    status: str = "Completed"
    balance: int | None = None


def paid(receipt: str, cents: int, at: datetime = NOW, account_no: str = "INV7", **more: Any) -> Fact:
    party = more.pop("party", "2547****678 - JANE WANJIKU")
    details = f"Pay Bill from {party} Acc. {account_no}"
    return Fact(receipt, cents, at, "Pay Bill Online", details, party, account_no=account_no, **more)


def charge(receipt: str, cents: int, at: datetime = NOW, **more: Any) -> Fact:
    return Fact(receipt, -cents, at, "Pay Bill Charge", "Pay Bill Charge", **more)


def with_balances(facts: Sequence[Fact], opening: int = 0) -> list[Fact]:
    """Facts in the order in which they happened, each with the balance after it."""
    done = []
    for fact in facts:
        opening += fact.cents if fact.status == "Completed" else 0
        done.append(replace(fact, balance=opening))
    return done


@dataclass(frozen=True)
class Style:
    """How a portal writes: dates, sign, thousands, order."""

    iso: bool = True
    minus: bool = True
    thousands: bool = True
    newest_first: bool = True
    preamble: tuple[tuple[str, ...], ...] = field(
        default=(("Organization Name:", "HESABU DEMO"), ("Short Code:", PAYBILL), ())
    )


def _money(cents: int, style: Style) -> str:
    sign, units = ("-" if cents < 0 else ""), format_units(abs(cents))
    whole, point, rest = units.partition(".")
    return f"{sign}{int(whole):,}{point}{rest}" if style.thousands else f"{sign}{units}"


def _when(at: datetime, style: Style) -> str:
    form = "%Y-%m-%d %H:%M:%S" if style.iso else "%d-%m-%Y %H:%M:%S"
    return at.astimezone(EAT).strftime(form)


def cells(fact: Fact, style: Style) -> tuple[str, ...]:
    """A fact as the thirteen cells of the portal."""
    out = abs(fact.cents) * (-1 if style.minus else 1)
    return (
        fact.receipt,
        _when(fact.at, style),
        _when(fact.at, style),
        fact.details or fact.reason,
        fact.status,
        _money(fact.cents, style) if fact.cents > 0 else "",
        _money(out, style) if fact.cents <= 0 else "",
        "" if fact.balance is None else _money(fact.balance, style),
        "true",
        fact.reason,
        fact.party,
        fact.linked,
        fact.account_no,
    )


def table(facts: Sequence[Fact], style: Style) -> list[tuple[str, ...]]:
    """Preamble, header and rows."""
    rows = [cells(fact, style) for fact in facts]
    return [*style.preamble, HEADER, *(reversed(rows) if style.newest_first else rows)]


def org_csv(facts: Sequence[Fact], style: Style = Style()) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(table(facts, style))
    return out.getvalue().encode()


def org_xlsx(facts: Sequence[Fact], style: Style = Style()) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Statement")
    for row in table(facts, style):
        sheet.append([_typed(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _typed(cell: str) -> Any:
    """What a spreadsheet makes of a cell: numbers become numbers."""
    bare = cell.replace(",", "")
    return float(bare) if bare.lstrip("-").replace(".", "", 1).isdigit() and "." in bare else cell or None


def org_xls(facts: Sequence[Fact], style: Style = Style()) -> bytes:
    """The same in the form of Excel 97."""
    return xls([[_typed(cell) for cell in row] for row in table(facts, style)])


def xls(rows: Sequence[Sequence[Any]]) -> bytes:
    """An old workbook; a text that begins with = is a formula, a datetime a date."""
    import xlwt

    book = xlwt.Workbook()
    sheet, days = book.add_sheet("Statement"), xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write(number, column, cell, days)
            elif isinstance(cell, str) and cell.startswith("="):
                sheet.write(number, column, xlwt.Formula(cell[1:]))
            elif cell is not None:
                sheet.write(number, column, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def pdf(facts: Sequence[Fact], password: str = "", shortcode: str = PAYBILL, per_page: int = 25) -> bytes:
    """A statement of seven columns drawn on pages, as customers get it; locked when there is a password."""
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    locked = StandardEncryption(password, ownerPassword="owner", strength=128) if password else None
    canvas = Canvas(out, pagesize=landscape(A4), encrypt=locked, invariant=1)
    style = Style(minus=True)
    for start in range(0, max(len(facts), 1), per_page):
        _draw_page(canvas, facts[start : start + per_page], style, shortcode)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


_COLUMNS = (30, 105, 215, 480, 570, 650, 730)
_RIGHT = (620, 710, 800)


def _draw_page(canvas: Any, facts: Sequence[Fact], style: Style, shortcode: str) -> None:
    canvas.setFont("Helvetica-Bold", 9)
    canvas.drawString(30, 570, "M-PESA STATEMENT")
    canvas.drawString(30, 556, f"Short Code: {shortcode}")
    height = 530
    for place, name in zip(_COLUMNS[:4], CONSUMER[:4], strict=True):
        canvas.drawString(place, height, name)
    for right, name in zip(_RIGHT, CONSUMER[4:], strict=True):
        canvas.drawRightString(right, height, name)
    canvas.setFont("Helvetica", 8)
    for fact in facts:
        height -= 18
        made = cells(fact, style)
        words = made[3].split()
        first, second = " ".join(words[:5]), " ".join(words[5:])
        for place, text in zip(_COLUMNS[:4], (made[0], made[1], first, made[4]), strict=True):
            canvas.drawString(place, height, text)
        for right, text in zip(_RIGHT, made[5:8], strict=True):
            canvas.drawRightString(right, height, text)
        if second:
            canvas.drawString(_COLUMNS[2], height - 9, second)


# --- banks
def bank_csv(
    facts: Sequence[Fact],
    header: Sequence[str] = (
        "Transaction Date",
        "Value Date",
        "Narrative",
        "Reference",
        "Debit",
        "Credit",
        "Running Balance",
    ),
    *,
    day: str = "%d/%m/%Y",
    delimiter: str = ",",
    decimal: str = ".",
    encoding: str = "utf-8",
) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(header)
    for fact in facts:
        when = fact.at.astimezone(EAT).strftime(day)
        amount = _bank_money(abs(fact.cents), decimal)
        balance = "" if fact.balance is None else _bank_money(fact.balance, decimal)
        out_in = (amount, "") if fact.cents < 0 else ("", amount)
        writer.writerow([when, when, fact.details, fact.receipt, *out_in, balance])
    return out.getvalue().encode(encoding)


def _bank_money(cents: int, decimal: str) -> str:
    text = f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    return text if decimal == "." else text.translate(str.maketrans(",.", ".,"))


def mt940(facts: Sequence[Fact], opening: int = 0, account: str = "EQUITY/0123456789") -> bytes:
    lines = [":20:STMT1", f":25:{account}", ":28C:1/1", f":60F:{_swift_balance(opening, facts[0].at)}"]
    for fact in facts:
        day = fact.at.astimezone(EAT)
        mark, amount = ("C" if fact.cents > 0 else "D"), _comma(abs(fact.cents))
        lines.append(f":61:{day:%y%m%d}{day:%m%d}{mark}{amount}NTRFNONREF//{fact.receipt}")
        lines.append(f":86:{fact.details}")
    closing = opening + sum(fact.cents for fact in facts)
    lines += [f":62F:{_swift_balance(closing, facts[-1].at)}", "-", ""]
    return "\n".join(lines).encode()


def _swift_balance(cents: int, at: datetime) -> str:
    return f"{'C' if cents >= 0 else 'D'}{at.astimezone(EAT):%y%m%d}KES{_comma(abs(cents))}"


def _comma(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"


_OFX_1 = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
    "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
)
_OFX_2 = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<?OFX OFXHEADER="200" VERSION="211" '
    'SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
)


def ofx(facts: Sequence[Fact], opening: int = 0, two: bool = False) -> bytes:
    """A message of OFX 1, whose values have no ends and whose days no times, or of OFX 2."""

    def leaves(**values: str) -> str:
        made = ((name, html.escape(value, quote=False)) for name, value in values.items())
        return "".join(f"<{name}>{value}" + (f"</{name}>" if two else "") for name, value in made)

    status = f"<STATUS>{leaves(CODE='0', SEVERITY='INFO')}</STATUS>"
    whose = leaves(BANKID="EQUITY", ACCTID="0123456789", ACCTTYPE="CHECKING")
    closing = leaves(BALAMT=format_units(opening + sum(fact.cents for fact in facts)), DTASOF="20260331")
    lines = [
        "<OFX>",
        f"<SIGNONMSGSRSV1><SONRS>{status}{leaves(DTSERVER='20260303', LANGUAGE='ENG')}</SONRS>",
        f"</SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS>{leaves(TRNUID='1')}{status}",
        f"<STMTRS>{leaves(CURDEF='KES')}<BANKACCTFROM>{whose}</BANKACCTFROM>",
        f"<BANKTRANLIST>{leaves(DTSTART='20260301', DTEND='20260331')}",
        *(f"<STMTTRN>{leaves(**_ofx_line(fact, two))}</STMTTRN>" for fact in facts),
        f"</BANKTRANLIST><LEDGERBAL>{closing}</LEDGERBAL>",
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>",
    ]
    return ((_OFX_2 if two else _OFX_1) + "\n".join(lines) + "\n").encode()


def _ofx_line(fact: Fact, two: bool) -> dict[str, str]:
    day = fact.at.astimezone(EAT)
    return {
        "TRNTYPE": "CREDIT" if fact.cents > 0 else "DEBIT",
        "DTPOSTED": f"{day:%Y%m%d%H%M%S}.000[+3:EAT]" if two else f"{day:%Y%m%d}",
        "TRNAMT": format_units(fact.cents),
        "FITID": fact.receipt,
        "NAME": fact.details[:32],
    }


def camt(facts: Sequence[Fact], opening: int = 0, account: str = "0123456789", head: str = "") -> bytes:
    closing = opening + sum(fact.cents for fact in facts)
    balances = _camt_balance("OPBD", opening) + _camt_balance("CLBD", closing)
    entries = "".join(map(_entry, facts))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>1</Id>'
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>{balances}{entries}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _camt_balance(code: str, cents: int) -> str:
    mark = "CRDT" if cents >= 0 else "DBIT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="KES">{format_units(abs(cents))}</Amt><CdtDbtInd>{mark}</CdtDbtInd></Bal>'
    )


def _entry(fact: Fact) -> str:
    mark = "CRDT" if fact.cents >= 0 else "DBIT"
    return (
        f'<Ntry><Amt Ccy="KES">{format_units(abs(fact.cents))}</Amt><CdtDbtInd>{mark}</CdtDbtInd>'
        f"<Sts>BOOK</Sts><BookgDt><Dt>{fact.at.astimezone(EAT):%Y-%m-%d}</Dt></BookgDt>"
        f"<AcctSvcrRef>{fact.receipt}</AcctSvcrRef><NtryDtls><TxDtls><RmtInf><Ustrd>{fact.details}</Ustrd>"
        "</RmtInf>"
        "</TxDtls></NtryDtls></Ntry>"
    )


def day_of(facts: int, *, minutes: int = 7) -> list[Fact]:
    """So many payments of one day, with a charge after every third."""
    made: list[Fact] = []
    for number in range(facts):
        at = NOW + timedelta(minutes=minutes * number % 600, seconds=number % 60)
        made.append(paid(f"UC2{number:07d}", 10_000 + number * 100, at, f"INV{number}"))
        if number % 3 == 0:
            made.append(charge(f"UC2{number:07d}", 500 + number, at + timedelta(seconds=1)))
    return with_balances(sorted(made, key=lambda fact: fact.at), 1_000_000)
