"""CAMT.053 (ISO 20022 bank to customer statement), by the standard library's parser without entities.

The package camt053 reads more, and brings a web server, an XML schema validator and telemetry along
(1.25 s to import); what a statement's entries need are nine elements.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from shared.core.clock import EAT, business_day, parse_rfc3339, rfc3339
from shared.core.errors import Invalid
from shared.core.money import parse_cents
from shared.payments.statements.bank import reference
from shared.payments.statements.faults import CellError, Fault, refuse, refused, shown
from shared.payments.statements.kinds import bank_kind
from shared.payments.statements.model import StatementLine
from shared.payments.statements.mpesa import Read

MAX_ENTRIES = 60_000


def looks_like(raw: bytes) -> bool:
    """Whether a file is such a document."""
    top = raw[:4000]
    return b"<" in top[:200] and (b"camt.053" in top or b"BkToCstmrStmt" in top)


def open_document(raw: bytes) -> Element:
    """The document's root; raises Invalid ``statement_damaged``, ``statement_entities``."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(raw, forbid_dtd=True)
    except DefusedXmlException:
        raise Invalid(
            "statement_entities", "the XML declares a document type or entities; it is not read"
        ) from None
    except ParseError as broken:
        row, column = broken.position
        raise refuse("statement_damaged", row, str(column + 1), "the XML is broken here") from None
    except (ValueError, LookupError) as broken:
        raise Invalid("statement_damaged", f"the XML cannot be read: {shown(str(broken))}") from None
    for node in root.iter():
        node.tag = node.tag.rpartition("}")[2]
    return root


def account_in(root: Element) -> str:
    """IBAN or other number of the account, "" for none."""
    return _find(root, ".//Stmt/Acct/Id/IBAN") or _find(root, ".//Stmt/Acct/Id/Othr/Id")


def read(root: Element, account: str, shortcodes: frozenset[str]) -> Read:
    """Every booked entry; raises Invalid naming the entry's number and the element."""
    done = Read()
    faults: list[Fault] = []
    entries = root.findall(".//Stmt/Ntry")
    if not root.findall(".//Stmt"):
        raise refuse("statement_column_missing", 1, "Stmt", "there is no statement in this document")
    if len(entries) > MAX_ENTRIES:
        raise refuse("statement_too_long", MAX_ENTRIES, "Ntry", f"more than {MAX_ENTRIES} entries")
    for number, entry in enumerate(entries, 1):
        status = _find(entry, "Sts/Cd") or _find(entry, "Sts")
        if status.strip() not in {"", "BOOK"}:
            done.failed += 1
            continue
        try:
            done.lines.append(_line(entry, account, shortcodes, number))
        except _Wrong as wrong:
            faults.append(Fault(number, wrong.element, wrong.detail))
    if faults:
        raise refused("statement_invalid", faults)
    _balances(root, done)
    return done


class _Wrong(Exception):
    def __init__(self, element: str, detail: str) -> None:
        super().__init__(detail)
        self.element, self.detail = element, detail


def _line(entry: Element, account: str, shortcodes: frozenset[str], number: int) -> StatementLine:
    amount = entry.find("Amt")
    cents = _cents(_find(entry, "Amt"))
    mark = _find(entry, "CdtDbtInd")
    if mark not in {"CRDT", "DBIT"}:
        raise _Wrong("CdtDbtInd", f"{shown(mark)} is neither CRDT nor DBIT")
    signed = cents if mark == "CRDT" else -cents
    at = _at(entry)
    words = [node.text or "" for node in (*entry.iter("Ustrd"), *entry.iter("AddtlNtryInf"))]
    details = " ".join(" ".join(words).split())[:500]
    payer = _find(entry, ".//Refs/EndToEndId")
    payer = "" if payer.upper() == "NOTPROVIDED" else payer
    bank = _find(entry, "AcctSvcrRef") or _find(entry, "NtryRef")
    return StatementLine(
        account=account,
        receipt=reference(bank) or reference(payer) or reference(details),
        kind=bank_kind(details, signed, shortcodes),
        reason=_find(entry, "BkTxCd/Prtry/Cd"),
        amount_cents=signed,
        currency=(amount.get("Ccy", "") if amount is not None else "") or "KES",
        at=rfc3339(at),
        business_day=business_day(at),
        balance_cents=None,
        details=details,
        party=_find(entry, ".//RltdPties/Dbtr/Nm") or _find(entry, ".//RltdPties/Dbtr/Pty/Nm"),
        account_no=payer,
        row=number,
    )


def _cents(text: str) -> int:
    try:
        cents = parse_cents(text.strip())
    except Invalid:
        raise _Wrong("Amt", f"{shown(text)} is not an amount") from None
    if cents < 0 or "," in text:
        raise _Wrong("Amt", f"{shown(text)} is not an amount of ISO 20022")
    return cents


def _at(entry: Element) -> datetime:
    text = _find(entry, "BookgDt/DtTm") or _find(entry, "BookgDt/Dt") or _find(entry, "ValDt/Dt")
    try:
        moment = datetime.fromisoformat(text)
        return parse_rfc3339(moment.replace(tzinfo=moment.tzinfo or EAT).isoformat())
    except (ValueError, CellError, Invalid):
        raise _Wrong("BookgDt", f"{shown(text)} is not a date") from None


def _balances(root: Element, done: Read) -> None:
    """Opening and closing balances; entries that do not lead from one to the other are refused."""
    told: dict[str, int] = {}
    for balance in root.findall(".//Stmt/Bal"):
        code = _find(balance, "Tp/CdOrPrtry/Cd")
        try:
            cents = _cents(_find(balance, "Amt"))
        except _Wrong as wrong:
            raise refuse("statement_invalid", 1, f"Bal {code}", wrong.detail) from None
        told.setdefault(code, cents if _find(balance, "CdtDbtInd") != "DBIT" else -cents)
    done.opening_cents, done.closing_cents = told.get("OPBD", told.get("PRCD")), told.get("CLBD")
    if done.opening_cents is None or done.closing_cents is None or len(root.findall(".//Stmt")) > 1:
        return
    reached = done.opening_cents + done.lines.total_cents
    if reached != done.closing_cents:
        detail = f"the entries lead to {reached} cents, not to {done.closing_cents}"
        raise refuse("statement_balance", done.lines.last_row, "Bal CLBD", detail)


def _find(node: Any, path: str) -> str:
    found = node.find(path)
    return (found.text or "").strip() if found is not None else ""
