"""Is this deductible, and can its VAT be claimed? Reasons from what is printed, as advice to check.

Rules: Income Tax Act s. 16(1)(c) and Tax Procedures (Electronic Tax Invoice) Regulations 2024 (an expense
wants an electronic tax invoice since January 2024); VAT Act 2013 s. 17 (input tax wants the buyer's PIN and
is claimed within six months). A verdict is never a filing: every sentence says what to check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from shared.core.money import share
from shared.receipts.vat import rates_on

LIKELY, CHECK, UNLIKELY = "likely", "check", "unlikely"
_INVOICES_WANTED = date(2024, 1, 1)
_CLAIM_WITHIN = timedelta(days=183)
_FUEL = re.compile(r"(?i)\b(?:petrol|diesel|kerosene|unleaded|super|v-?power|ago|pms|dpk|fuel)\b")
_MESSAGE = re.compile(r"(?i)\bconfirmed\b.*\b(?:sent to|paid to)\b")


@dataclass(frozen=True)
class TaxFacts:
    """What the verdict is made of; rates in hundredths of a percent, money in cents."""

    day: date | None
    total_cents: int
    tax_cents: int
    bands: Sequence[tuple[int, int]] = ()
    """(rate, tax) of each printed band."""
    cu_invoice: str = ""
    official_qr: bool = False
    buyer_pin: str = ""
    flags: Sequence[str] = ()
    text: str = ""
    goods: str = ""
    """The descriptions of the lines: whether it was fuel."""


@dataclass(frozen=True)
class Reason:
    """Why: a stable code, the sentence for a person, and what it weighs on (``cost``, ``vat`` or both)."""

    code: str
    text: str
    on: str
    verdict: str


@dataclass(frozen=True)
class Verdict:
    """``deductible`` and ``input_vat``: likely, check or unlikely; ``claimable_cents`` is 0 unless likely."""

    deductible: str
    input_vat: str
    claimable_cents: int
    reasons: tuple[Reason, ...]

    def to_document(self) -> dict[str, Any]:
        """JSON-safe values for the store and the API."""
        reasons = [{"code": r.code, "text": r.text, "on": r.on} for r in self.reasons]
        return {**asdict(self), "reasons": reasons}


def tax_verdict(facts: TaxFacts, own_pin: str, today: date) -> Verdict:
    """The verdict on one receipt, for the business whose KRA PIN is ``own_pin`` ("" when it gave none)."""
    reasons = tuple(_reasons(facts, own_pin, today))
    cost, vat = _worst(reasons, "cost"), _worst(reasons, "vat")
    if facts.tax_cents <= 0:
        vat = UNLIKELY
    return Verdict(cost, vat, facts.tax_cents if vat == LIKELY else 0, reasons)


def facts_of(receipt: dict[str, Any]) -> TaxFacts:
    """The facts of a stored receipt, corrections included."""
    reading = receipt["reading"]
    marks = reading.get("qr", [])
    return TaxFacts(
        day=date.fromisoformat(receipt["receipt_date"]) if receipt["receipt_date"] else None,
        total_cents=receipt["total_cents"],
        tax_cents=receipt["tax_cents"],
        bands=[(band["rate"], band["tax_cents"]) for band in reading.get("tax_bands", [])],
        cu_invoice=reading.get("cu_invoice") or "",
        official_qr=any(mark.get("official") for mark in marks),
        buyer_pin=reading.get("buyer_pin") or "",
        flags=reading.get("flags", []),
        text=reading.get("text", ""),
        goods=" ".join(line["description"] for line in receipt["lines"]),
    )


def _worst(reasons: Sequence[Reason], on: str) -> str:
    found = {reason.verdict for reason in reasons if reason.on in {on, "both"}}
    return UNLIKELY if UNLIKELY in found else CHECK if CHECK in found else LIKELY


def _reasons(facts: TaxFacts, own_pin: str, today: date) -> Iterator[Reason]:
    yield from _document(facts)
    yield from _day(facts, today)
    yield from _buyer(facts, own_pin)
    yield from _rates(facts)


def _document(facts: TaxFacts) -> Iterator[Reason]:
    electronic = bool(facts.cu_invoice) or facts.official_qr
    if "qr_foreign_host" in facts.flags:
        yield _no("qr_foreign_host", "The QR code does not lead to KRA; do not rely on this receipt.", "both")
    if {"qr_pin_differs", "qr_invoice_differs"} & set(facts.flags):
        yield _check(
            "qr_differs", "The QR code and the print disagree; ask the seller for the right invoice.", "both"
        )
    if electronic:
        return
    if _MESSAGE.search(facts.text):
        yield _no("mpesa_message", "An M-Pesa message proves a payment; it is no tax invoice.", "both")
    if facts.day is not None and facts.day < _INVOICES_WANTED:
        yield _check(
            "no_etims_invoice", "No electronic invoice is printed; it was not wanted for costs then.", "cost"
        )
        yield _no(
            "no_etims_invoice_vat",
            "No electronic invoice is printed: its VAT is not claimable as it is.",
            "vat",
        )
    else:
        yield _no("no_etims_invoice", "No eTIMS or TIMS invoice is printed; ask the seller for one.", "both")


def _day(facts: TaxFacts, today: date) -> Iterator[Reason]:
    if facts.day is None:
        yield _check("date_unknown", "The day is not known; rates and time limits depend on it.", "both")
    elif facts.day > today:
        yield _check("date_in_future", "The day lies in the future; check it.", "both")
    elif today - facts.day > _CLAIM_WITHIN:
        yield _no("vat_too_old", "It is older than six months; input VAT may no longer be claimed.", "vat")


def _buyer(facts: TaxFacts, own_pin: str) -> Iterator[Reason]:
    if not facts.buyer_pin:
        yield _no(
            "buyer_pin_absent",
            "Your PIN is not on it; input VAT is claimed only with the buyer's PIN.",
            "vat",
        )
    elif not own_pin:
        yield _check(
            "own_pin_unknown",
            "Give your KRA PIN in the settings, so that the buyer's can be compared.",
            "vat",
        )
    elif facts.buyer_pin != own_pin:
        yield _no("buyer_pin_differs", "It is made out to another PIN than yours.", "both")


def _rates(facts: TaxFacts) -> Iterator[Reason]:
    if facts.tax_cents <= 0:
        yield Reason("no_vat", "No VAT is printed; there is none to claim.", "vat", UNLIKELY)
        return
    if facts.day is None:
        return
    possible = rates_on(facts.day, fuel=bool(_FUEL.search(facts.goods)))
    wrong = sorted(
        {rate for rate, tax in facts.bands if tax and rate % 100 == 0 and rate // 100 not in possible}
    )
    if wrong:
        shown = ", ".join(f"{rate // 100} %" for rate in wrong)
        yield _check(
            "rate_of_another_day",
            f"VAT of {shown} was not the rate on that day; check with the seller.",
            "vat",
        )
    if not facts.bands and facts.total_cents and not _within(facts, possible):
        yield _check(
            "tax_above_rate", "The VAT is more than the rate of that day gives; check the figure.", "vat"
        )


def _within(facts: TaxFacts, possible: frozenset[int]) -> bool:
    """Whether the tax is at most what the highest rate puts inside the total (some goods may bear none)."""
    most = max((share(facts.total_cents, rate, 100 + rate) for rate in possible), default=0)
    return facts.tax_cents <= most + 5


def _no(code: str, text: str, on: str) -> Reason:
    return Reason(code, text, on, UNLIKELY)


def _check(code: str, text: str, on: str) -> Reason:
    return Reason(code, text, on, CHECK)
