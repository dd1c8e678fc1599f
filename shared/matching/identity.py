"""Who paid: phones as the networks show them (full, masked, hashed), names, account numbers, known payers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import OSA

from shared.core.errors import Invalid
from shared.core.phone import parse_phone, phone_hash, plain_mask
from shared.matching.model import CustomerFacts, Identity, PaymentFacts, Phone
from shared.matching.names import common_words, name_words
from shared.matching.reference import fold, words

ACCOUNT_EDIT_LEAST = 5
_PHONE = re.compile(r"(?:\+?254|0)[17][0-9]{8}")


def payer_key(payment: PaymentFacts) -> str:
    """What a payer is recognised by next time: the hashed phone, else mask and name, else a full name."""
    if payment.phone or payment.phone_hash:
        return payment.phone_hash or phone_hash(payment.phone)
    said = sorted(name_words(payment.payer_name or payment.narration)[:4])
    if said and (masked := plain_mask(payment.masked)):
        return f"{masked}|{' '.join(said)}"
    return f"name|{' '.join(said)}" if len(said) > 1 else ""


@dataclass(frozen=True, slots=True)
class _Typed:
    """What a payer typed, read once for all customers: spans of up to three words, phones, and names."""

    spans: frozenset[str]
    by_size: dict[int, tuple[str, ...]]
    phones: frozenset[str]
    names: tuple[str, ...]


@lru_cache(maxsize=256)
def _typed(text: str) -> _Typed:
    said = words(text)
    spans = {"".join(said[k : k + n]) for n in (1, 2, 3) for k in range(len(said) - n + 1)} - {""}
    sizes: dict[int, list[str]] = {}
    for span in spans:
        for size in (len(span) - 1, len(span), len(span) + 1):
            sizes.setdefault(size, []).append(span)
    near = {size: tuple(those) for size, those in sizes.items()}
    return _Typed(frozenset(spans), near, frozenset(typed_phones(text)), name_words(text))


def identify(payment: PaymentFacts, customer: CustomerFacts, payers: dict[str, int]) -> Identity:
    """Everything but invoice numbers that ties a payment to a customer; ``payers`` are confirmed counts."""
    return Clues(payment, payers).identity(customer)


class Clues:
    """What a payment shows of its payer, read once and held against any number of customers."""

    def __init__(self, payment: PaymentFacts, payers: dict[str, int]) -> None:
        self._payment = payment
        self._payers = payers
        self._total = sum(payers.values())
        self._typed = _typed(f"{payment.reference} {payment.narration}")
        self._names = name_words(payment.payer_name)
        self._whole = bool(payment.phone or payment.phone_hash)
        before, _, after = plain_mask(payment.masked).partition("*****") if payment.masked else ("", "", "")
        self._mask = (before, after) if after and not self._whole else None

    def identity(self, customer: CustomerFacts) -> Identity:
        """How a customer stands to the payment."""
        typed, shown, names = self._typed, self._names, name_words(customer.name)
        account, digits = _account(typed, customer.account_no)
        common = common_words(shown, names)
        return _identity(
            account,
            digits,
            self._phone(customer, bool(common)),
            bool(typed.phones) and not typed.phones.isdisjoint(customer.phones),
            self._payers.get(customer.id, 0),
            self._total,
            self._whole,
            common,
            min(len(shown), len(names)),
            common_words(typed.names, names),
            min(len(typed.names), len(names)),
            len(shown) > 1 and common == 0,
        )

    def _phone(self, customer: CustomerFacts, named: bool) -> Phone:
        """How the payer's number stands to the customer's known numbers."""
        payment, phones = self._payment, customer.phones
        if not phones or not (self._whole or payment.masked):
            return "unseen"
        if payment.phone and payment.phone in phones:
            return "known"
        if payment.phone_hash and any(payment.phone_hash == phone_hash(p) for p in phones):
            return "known"
        if self._mask is not None:
            before, after = self._mask
            if any(p.endswith(after) and p.startswith(before) for p in phones):
                return "masked_named" if named else "masked"
        return "other"


@lru_cache(maxsize=4096)
def _identity(*found: Any) -> Identity:
    """Nearly all customers that come up are strangers in one of a few ways."""
    return Identity(*found)


def typed_phones(text: str) -> tuple[str, ...]:
    """Phone numbers written out in a text, as ``2547…``."""
    found = []
    for match in _PHONE.findall(re.sub(r"(?<=[0-9])[ -](?=[0-9])", "", text[:200])):
        try:
            found.append(parse_phone(match))
        except Invalid:
            continue
    return tuple(found)


def _account(typed: _Typed, account_no: str) -> tuple[str, int]:
    wanted = _joined(account_no)
    size = len(wanted)
    if size < 3:
        return "", 0
    if wanted in typed.spans:
        return "exact", size
    if size >= ACCOUNT_EDIT_LEAST:
        for span in typed.by_size.get(size, ()):
            if OSA.distance(wanted, span, score_cutoff=1) <= 1:
                return "edit", size
    return "", 0


def _joined(account_no: str) -> str:
    if account_no.isascii() and account_no.isalnum():
        return account_no[:200].upper()
    return "".join(words(account_no))


def reference_text(payment: PaymentFacts) -> str:
    """What the payer typed, reference before narration."""
    return fold(f"{payment.reference} {payment.narration}".strip())
