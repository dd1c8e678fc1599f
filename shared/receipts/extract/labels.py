"""What a row says it is, by its words: English, Swahili, and the Malay of the labelled receipts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from shared.receipts.extract.text import any_of, fold
from shared.receipts.model import Row


class Label(Enum):
    """The part a row plays in the sum of a receipt."""

    FINAL = "final"  # the total, and its words say that nothing follows
    TOTAL = "total"
    INCLUSIVE = "inclusive"  # a total with tax, perhaps before rounding to the smallest coin
    AMOUNT = "amount"  # a bare "amount": card slips and fuel pumps
    SUBTOTAL = "subtotal"
    EXCLUSIVE = "exclusive"
    TAX = "tax"
    ROUNDING = "rounding"
    DISCOUNT = "discount"
    TENDER = "tender"
    CHANGE = "change"
    COUNT = "count"  # a "total" of something else than money: pieces, points, savings
    NONE = "none"


_TOTAL = r"(?:\b[tl1][o0]ta[l1i]s?\b|\bttl\b|\bjumla\b|\bjumlah\b)"
_TAX = r"(?:\bgst|\bvat\b|\bv\.a\.t|\btax\b|\bkodi\b|\bsst\b)"
_MONEY = r"(?:rm|kes|kshs?|sh)"

_RULES: tuple[tuple[Label, re.Pattern[str]], ...] = (
    (Label.ROUNDING, any_of(r"^\W*round(?!ed)", r"^\W*rnd\b", r"^\W*adj\b", r"^\W*roun?i?ng")),
    (
        Label.CHANGE,
        any_of(r"\bchang[eo]", r"\bchenji\b", r"^\W*salio\b", r"\bbalance (?:given|returned)\b", r"\bbaki\b"),
    ),
    (
        Label.COUNT,
        any_of(
            rf"{_TOTAL}.{{0,12}}(?:[qo0]t[yv]|quan?tit|qlty|item|piece|unit|count|pax|line|litre|weight)",
            rf"{_TOTAL}.{{0,12}}(?:saving|disc|point|supplies|payment|member)",
            r"\bsavings?\b|\bpoints?\b|\bloyalty|\bvoucher|\breward",
            r"\bbalance (?:before|after|b/f|c/f)|\bprev(?:ious)? balance|\bdeposit bal",
            r"\bitem count|\bno\.? of item|\bidadi\b|\bunits?\s*:|\bkwh\b",
        ),
    ),
    (
        Label.FINAL,
        any_of(
            r"\b(?:grand|final|nett?|overall|invoice|bill|sale) (?:t[o0]ta[l1i]|amount|amt|payable|due)\b",
            rf"{_TOTAL} (?:{_MONEY} )?(?:amount |amt |bill )?(?:due|p[ao]yable|to pay|rounded|after)",
            r"\bamount (?:due|payable|to pay)|\bbalance due\b|\bpay(?:able)? this amount\b|^\W*due\b",
            r"\btt[l1] a[tf]{1,2} rnd",
            r"\bjumla (?:kuu|ya malipo)\b|\bkiasi cha kulipa\b|\bunayolipa\b",
            rf"^\W*net\W*{_MONEY}?\W*\d",
        ),
    ),
    (Label.EXCLUSIVE, any_of(r"exc[l1]|before (?:tax|vat|gst)|without|taxable|net of|w/o|\bgross am")),
    (
        Label.TENDER,
        any_of(
            r"^\W*c?ash|^\W*(?:amount |amt )?(?:tender|pa[il]d|received)|^\W*pa[il]d amount",
            r"^\W*(?:visa|master|amex|credit|debit|card|nets|bank|eft|pdq)",
            r"^\W*(?:m-?\s?pesa|airtel|lipa na|umelipa|taslimu|tunai)",
            r"^\W*(?:p[ae]y\b|payment|received cash)",
        ),
    ),
    (Label.SUBTOTAL, any_of(r"\bsub\W{0,2}t[o0]t", r"jumla (?:ndogo|ya awali)")),
    (
        Label.TAX,
        any_of(
            rf"{_TOTAL} {_TAX}(?! ?incl)|{_TAX}\W*{_TOTAL}(?! ?incl)",
            rf"^\W*{_TAX}(?! ?(?:reg|id|no|num|invoice))",
            rf"{_TAX} (?:amount|amt|payable|total|incl)",
            rf"incl\w*\W*(?:of )?\d*%?\W*{_TAX}(?=\W*(?:@?\s?\d+\s?%)?\W*{_MONEY}?\W*\d+\.)",
            rf"{_TAX}\W*@?\s?\d+(?:\.\d+)?\s?%(?!.*{_TOTAL})",
            rf"^\W*\d{{1,2}}(?:\.\d+)?\s?%\s*{_TAX}",
            rf"^\D{{0,16}}{_TAX}\W*(?:{_MONEY})?\W*\d[\d,]*[.,]\d\d\W*$",
        ),
    ),
    (Label.DISCOUNT, any_of(r"\bdisc(?:ount)?\b|\bpunguzo\b|\bless\b")),
    (Label.INCLUSIVE, any_of(rf"{_TOTAL}.*\binc|\binc\w*\.? .*{_TOTAL}|{_TOTAL} sales")),
    (Label.TOTAL, any_of(_TOTAL)),
    (Label.AMOUNT, any_of(r"^\W*(?:amount|amt|kiasi|sale|malipo|bei)\b")),
)
_INCLUSIVE = any_of(rf"{_TOTAL}.*\binc")
_BAND = any_of(rf"{_TOTAL} (?:tax )?[a-e]\b\W*\d", rf"{_TOTAL} \d+\s?%")
_SUMMARY = any_of(
    rf"{_TAX}.{{0,12}}(?:sum[mn]|analysis|breakdown)",
    r"summary|(?:tax|vat|gst) (?:code|rate)",
    rf"rate.*(?:net|excl|amount|taxable).*{_TAX}",
)


def label_of(text: str) -> Label:
    """The part that a row of text plays; the first rule that fits wins, from narrow to wide."""
    folded = fold(text)
    if _BAND.search(folded):
        return Label.COUNT
    # "Total (Inclusive of GST)" holds the word of a tax and the word of a total: it is a total.
    inclusive = _INCLUSIVE.search(folded) is not None
    for label, pattern in _RULES:
        if inclusive and label in {Label.TAX, Label.COUNT}:
            continue
        if pattern.search(folded):
            return label
    return Label.NONE


def summary_start(rows: Sequence[Row]) -> int:
    """The row where the table of taxes begins, where a second "total" is another; len(rows) if none."""
    return next((index for index, row in enumerate(rows) if _SUMMARY.search(fold(row.text))), len(rows))
