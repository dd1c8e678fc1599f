"""What a row says it is, by its words: English, Swahili, and the Malay of the labelled receipts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from shared.receipts.extract.text import fold
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
_RULES: tuple[tuple[Label, re.Pattern[str]], ...] = tuple(
    (label, re.compile(pattern))
    for label, pattern in (
        (Label.ROUNDING, r"^\W*(?:round(?!ed)|rnd\b|rounding|kukadiria|adj\b|roun?i?ng)"),
        (
            Label.CHANGE,
            r"\bchang[eo]\b|\bchenji\b|\bchange|^\W*salio\b|\bbalance (?:given|returned)\b|\bbaki\b",
        ),
        (
            Label.COUNT,
            rf"{_TOTAL}.{{0,12}}(?:[qo0]t[yv]|quan?tit|item|qlty|piece|unit|count|saving|disc|point|pax|line|litre|"
            rf"supplies|payment|weight|member)|\bsavings?\b|\bpoints?\b|\bbalance (?:before|after|b/f|c/f)|"
            rf"\bprev(?:ious)? balance|\bitem count|\bno\.? of item|\bloyalty|\bvoucher|\breward|"
            rf"\bidadi\b|\bunits?\s*:|\bkwh\b|\bdeposit bal",
        ),
        (
            Label.FINAL,
            r"\b(?:grand|final|nett?|overall|invoice|bill|sale) (?:t[o0]ta[l1i]|amount|amt|payable|due)\b|"
            rf"{_TOTAL} (?:sh |kes |kshs? )?(?:amount |amt |bill )?(?:due|payable|p[ao]yable|to pay|rounded|after)|"
            r"\bamount (?:due|payable|to pay)|\bbalance due\b|\btt[l1] a[tf]{1,2} rnd|\bjumla kuu\b|\bjumla ya malipo\b|"
            r"\bpay(?:able)? this amount\b|\btotal after\b|\bkiasi cha kulipa\b|\bunayolipa\b|^\W*due\b|^\W*net\W*(?:rm|kes|ksh)?\W*\d",
        ),
        (
            Label.EXCLUSIVE,
            rf"(?:excl|excld|before (?:tax|vat|gst)|without|taxable|net of|w/o).*|\bgross am|{_TAX}able",
        ),
        (
            Label.TENDER,
            r"^\W*(?:c?ash|tender|paid|amount paid|paid amount|received|cash received|visa|master|"
            r"amex|credit|debit|card|m-?\s?pesa|mpesa|airtel|taslimu|pe?ay\b|p[ae]y\b|payment|nets|bank|eft|pdq|"
            r"amount tender|amt tender|tunai|lipa na|umelipa|received cash|payment method|pa[il]d)",
        ),
        (Label.SUBTOTAL, r"\bsub\W{0,2}t[o0]t|\bsub\W{0,2}total|jumla ndogo|\bjumla ya awali"),
        (
            Label.TAX,
            rf"{_TOTAL} {_TAX}(?! ?incl)|{_TAX}\W*{_TOTAL}(?! ?incl)|{_TOTAL} tax|^\W*{_TAX}(?! ?(?:reg|id|no|num|invoice))|"
            rf"{_TAX} (?:amount|amt|payable|total|incl)|incl\w*\W*(?:of )?\d*%?\W*{_TAX}(?=\W*(?:@?\s?\d+\s?%)?\W*(?:rm|kes|ksh)?\W*[\d]+\.)"
            rf"|{_TAX}\W*@?\s?\d+(?:\.\d+)?\s?%(?!.*{_TOTAL})|^\W*(?:16|8)(?:\.0+)?\s?%\s*{_TAX}",
        ),
        (Label.DISCOUNT, r"\bdisc(?:ount)?\b|\bpunguzo\b|\bless\b"),
        (Label.INCLUSIVE, rf"{_TOTAL}.*\binc|\binc\w*\.? .*{_TOTAL}|{_TOTAL} sales"),
        (Label.TOTAL, _TOTAL),
        (Label.AMOUNT, r"^\W*(?:amount|amt|kiasi|sale|malipo|bei)\b"),
    )
)
_INCLUSIVE = re.compile(rf"{_TOTAL}.*\binc")
_SUMMARY = re.compile(
    rf"{_TAX}.{{0,12}}(?:summ?ary|sum[mn]|analysis|breakdown)|summary|(?:tax|vat|gst) ?code|"
    rf"rate.*(?:net|excl|amount|taxable).*(?:{_TAX}|\btax)|(?:vat|tax|gst) rate"
)
_BAND = re.compile(rf"{_TOTAL} (?:tax )?[a-e]\b\W*\d|{_TOTAL} \d+\s?%")


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
    """The row where the table of taxes begins, where a second "total" means something else; len(rows) if none."""
    for index, row in enumerate(rows):
        if _SUMMARY.search(fold(row.text)):
            return index
    return len(rows)
