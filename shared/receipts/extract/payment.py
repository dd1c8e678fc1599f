"""How it was paid: method, M-Pesa code, till; and the receipt's own number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.core.mpesa_receipt import receipt_day
from shared.receipts.extract.labels import Label
from shared.receipts.extract.text import any_of, digits, fold, letters, plain
from shared.receipts.extract.totals import Sums
from shared.receipts.model import Row

_METHODS = (
    ("mpesa", any_of(r"\bm\W?pesa\b|\blipa na m|\bmpesa|\bbuy goods")),
    ("airtel", any_of(r"\bairtel money")),
    (
        "card",
        any_of(
            r"\bvisa\b|\bmaster ?card|\bamex\b|\b(?:debit|credit) card|\bcard no|\bpdq\b",
            r"\bapp(?:roval|\.)? code|^\W*card\b|\bcard (?:pay|sale)|\bby card\b",
        ),
    ),
    ("bank", any_of(r"\beft\b|\brtgs\b|\bbank transfer|\bpesalink|\bcheque\b|\bchq\b")),
    ("credit", any_of(r"^\W*credit\b|\bon account\b|\bkwa mkopo")),
    (
        "cash",
        any_of(
            r"^\W*c?ash\b|\btaslimu\b|\btunai\b|method\W*cash|\bpaid\W*cash",
            r"\bcash\W*(?:rm|kes|ksh|paid)?\W*\d",
        ),
    ),
)
_NEAR_YEAR = 2025
"""The letters of years come round every 26 of them; only whether a code has the form is asked here."""
_CODE = re.compile(r"(?:(?<![A-Z0-9])|(?<=PESA)|(?<=Ref)|(?<=CODE))([A-Z][A-Z0-9]{9})(?![A-Z0-9])")
_CODE_WORD = re.compile(r"m\W?pesa|\bref|\bcode\b|\btrans|\btxn|\bconfirm|\btrx|\bmuamala|\bkumbukumbu")
_MPESA = re.compile(r"m\W?pesa|\blipa na")
_TILL = re.compile(r"\b(?:till|buy goods)\b(?:\s?(?:no|number|#))?\W{0,3}(\d{5,7})\b")
_PAYBILL = re.compile(r"\bpay\s?bill\b(?:\s?(?:no|number|#))?\W{0,3}(\d{5,7})\b")
_NUMBER_WORD = (
    r"(?:rcpt|rec(?:ei|e|i)?[pl]+t|recelpt|inv(?:oice)?|taxinv|doc|b[i1][l1]{2}|s[l1]ip|cash (?:sale|bill)|"
    r"voucher|order|trans(?:action)?|txn|trx|ticket|sales|chk|cb|(?:namba ya )?risiti)"
)
_NUMBER = re.compile(
    rf"\b{_NUMBER_WORD}(?=\b|\d)\s?(?:n[oua]m?(?:n?ber|ba)?|nd|id|#)?\s?[.:#]{{0,3}}[\s:#-]*"
    r"([a-z0-9][a-z0-9/\-]{2,23})"
)
_BARE_NUMBER = re.compile(r"^\W*(?:no|nr|n0|na|#)\b\s?[.:#]{0,3}\s*(\d{3,12})\b")
"""A slip that says only ``No. 0123``."""
_DATE_BEHIND = re.compile(r"-\d{1,2}[/-]\d{1,2}[/-]\d{2,4}.*$")
_NOT_NUMBER = re.compile(r"\bgst|\bvat\b|\bpin\b|\bcu\b|\breg\b|\btel\b|\btill\b|\bpaybill|\bmember|\bcard\b")


@dataclass(frozen=True)
class Payment:
    """How a purchase was paid; codes as printed, rows -1 where nothing was found."""

    method: str | None = None
    mpesa_code: str | None = None
    code_row: int = -1
    code_labelled: bool = False
    till: str | None = None
    paybill: str | None = None
    tendered_cents: int | None = None
    change_cents: int | None = None


def find_payment(sums: Sums) -> Payment:
    """Method, M-Pesa code, till or PayBill number, and what was handed over and given back."""
    folded = [fold(row.text) for row in sums.rows]
    code, row, labelled = _mpesa_code(sums.rows, folded)
    method = next((name for name, words in _METHODS if any(words.search(text) for text in folded)), None)
    everything = " \n ".join(folded)
    change = next((amount.cents for _, amount in sums.last(Label.CHANGE)), None)
    return Payment(
        method="mpesa" if code and labelled else method or ("cash" if change is not None else None),
        mpesa_code=code,
        code_row=row,
        code_labelled=labelled,
        till=_only(_TILL, everything),
        paybill=_only(_PAYBILL, everything),
        tendered_cents=next((amount.cents for _, amount in sums.last(Label.TENDER)), None),
        change_cents=change,
    )


def find_receipt_number(rows: Sequence[Row]) -> tuple[str, int] | None:
    """The receipt's own number and its row: what stands after receipt, invoice, bill, slip ... no."""
    ranked = sorted(_numbers(rows), reverse=True)
    if not ranked:
        return None
    _, row, number = ranked[0]
    return number, -row


def _numbers(rows: Sequence[Row]) -> Iterator[tuple[int, int, str]]:
    for index, row in enumerate(rows):
        folded = fold(row.text)
        if _NOT_NUMBER.search(folded):
            continue
        if bare := _BARE_NUMBER.search(folded):
            yield 0, -index, bare[1]
        for match in _NUMBER.finditer(folded):
            value = plain(row.text)[match.start(1) : match.end(1)].strip("-/")
            value = _DATE_BEHIND.sub("", value).strip("-/")
            if digits(value) >= 3 and not re.fullmatch(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}", value):
                first_choice = match[0].startswith(
                    ("rec", "rcpt", "inv", "doc", "cb", "cash", "bil", "ris", "tis")
                )
                yield 2 * first_choice + (len(value) >= 4), -index, value


def _mpesa_code(rows: Sequence[Row], folded: Sequence[str]) -> tuple[str | None, int, bool]:
    """A ten-character code of letters and figures, wanted near the word M-Pesa.

    What has the form of a receipt number (year, month, day, running number) goes before what is as long.
    """
    found = sorted(_codes(rows, folded), reverse=True)
    if not found:
        return None, -1, False
    _, labelled, row, code = found[0]
    return code, -row, labelled


def _codes(rows: Sequence[Row], folded: Sequence[str]) -> Iterator[tuple[bool, bool, int, str]]:
    """(has the form, stands beside a word that says so, minus its row, code)."""
    speaks = [bool(_MPESA.search(text)) for text in folded]
    for index, row in enumerate(rows):
        if not any(speaks[max(0, index - 2) : index + 3]):
            continue
        labelled = bool(_CODE_WORD.search(folded[index])) or speaks[index]
        for match in _CODE.finditer(plain(row.text)):
            formed = receipt_day(match[1], _NEAR_YEAR) is not None
            mixed = digits(match[1]) >= 1 and letters(match[1]) >= 3
            if (formed and (mixed or labelled)) or (mixed and labelled):
                yield formed, labelled, -index, match[1]


def _only(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[1] if found else None
