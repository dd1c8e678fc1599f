"""What a line of M-Pesa means, from its reason type or, where a file has none, from its details.

Safaricom publishes no list of reason types; these are words that stand in them and in the details of public
samples (reference: payments 1.9). What no rule knows is a payment when money came in and spending when
it went.
"""

from __future__ import annotations

import re
from functools import lru_cache

from shared.payments.statements.model import Kind

_FEE = re.compile(r"\b(?:charges?|fees?|tariff|commission|excise)\b", re.I)
_REVERSAL = re.compile(r"\brevers(?:al|ed|e)\b", re.I)
_INTERNAL = re.compile(
    r"\b(?:working|utility|mmf|charges paid)\b.{0,30}\bto\b.{0,10}\b(?:working|utility|mmf)\b"
    r"|\borgani[sz]ation(?:al)? (?:account )?transfer\b",
    re.I,
)
_BANK = re.compile(
    r"\bsettlement\b|\bto bank\b|\bbank (?:account|transfer|withdrawal)\b|\bb2bank\b|\bwithdraw\w* of funds\b"
    r"|\borgani[sz]ation withdraw",
    re.I,
)
_FROM_BANK = re.compile(
    r"\bfrom bank\b|\bbank to\b|\bdeposit of funds\b|\bfloat\b|\btop.?up\b|\bbulk deposit\b", re.I
)
_PAYOUT = re.compile(
    r"\b(?:business|salary|promotion|promo) payment\b|\bb2c\b|\bpayment to customer\b|\bdisburse", re.I
)
_BULK = re.compile(
    r"\bm-?pesa\b|\bsafaricom\b|\b(?:pay ?bill|till) settlement\b|\bmobile money settlement\b", re.I
)
_SETTLED = re.compile(r"\bsettlements?\b|\bbulk\b|\bb2b\b|\bfloat\b", re.I)
_SAFARICOM = re.compile(r"\bsafaricom\b", re.I)
_PHONE = re.compile(r"(?:254|0)[17][0-9*]{5,8}")
_BANK_FEE = re.compile(
    r"\b(?:ledger fees?|bank charges?|charges?|fees?|excise duty|commission|sms alert)\b", re.I
)


def mpesa_kind(reason: str, details: str, cents: int) -> Kind:
    """The kind of one completed line of an M-Pesa statement, of these signed cents."""
    return _kind(reason.strip() or details, came=cents > 0)


@lru_cache(maxsize=256)
def _kind(told: str, *, came: bool) -> Kind:
    """From the words, of which a file with reason types has a dozen."""
    if _REVERSAL.search(told):
        return Kind.FEE if _FEE.search(told) else Kind.REVERSAL
    if _FEE.search(told):
        return Kind.FEE
    if _INTERNAL.search(told):
        return Kind.INTERNAL
    return _came(told) if came else _went(told)


def _came(told: str) -> Kind:
    return Kind.FROM_BANK if _FROM_BANK.search(told) else Kind.MONEY_IN


def _went(told: str) -> Kind:
    if _BANK.search(told):
        return Kind.TO_BANK
    return Kind.PAYOUT if _PAYOUT.search(told) else Kind.MONEY_OUT


def bank_kind(details: str, cents: int, shortcodes: frozenset[str] = frozenset()) -> Kind:
    """The kind of one line of a bank's statement.

    Money from the float of M-Pesa arrives in bulk: it was counted payment by payment when it was paid, and
    must not be counted again. It names M-Pesa and a settlement or a shortcode of the business, or Safaricom
    and no phone; a customer who pays the bank's own paybill is named M-Pesa too, with a number.
    """
    bulk = bool(_BULK.search(details)) and (
        bool(_SETTLED.search(details))
        or any(code in re.findall("[0-9]+", details) for code in shortcodes)
        or (bool(_SAFARICOM.search(details)) and not _PHONE.search(details))
    )
    if cents > 0:
        return Kind.TO_BANK if bulk else Kind.MONEY_IN
    if _BANK_FEE.search(details):
        return Kind.FEE
    return Kind.FROM_BANK if bulk else Kind.MONEY_OUT
