"""Who paid: phones as the networks show them (full, masked, hashed), names, account numbers, known payers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from shared.core.errors import Invalid
from shared.core.phone import fits_mask, parse_phone, phone_hash, plain_mask
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

    spans: tuple[str, ...]
    phones: tuple[str, ...]
    names: tuple[str, ...]


@lru_cache(maxsize=256)
def _typed(text: str) -> _Typed:
    said = words(text)
    spans = ["".join(said[k : k + n]) for n in (1, 2, 3) for k in range(len(said) - n + 1)]
    return _Typed(tuple(dict.fromkeys(filter(None, spans))), typed_phones(text), name_words(text))


def identify(payment: PaymentFacts, customer: CustomerFacts, payers: dict[str, int]) -> Identity:
    """Everything but invoice numbers that ties a payment to a customer; ``payers`` are confirmed counts."""
    typed = _typed(f"{payment.reference} {payment.narration}")
    account, digits = _account(typed.spans, customer.account_no)
    shown, names = name_words(payment.payer_name), name_words(customer.name)
    size = len(shown)
    common = common_words(shown, names)
    return Identity(
        account=account,
        account_digits=digits,
        phone=_phone(payment, customer, bool(common)),
        typed_phone=any(p in customer.phones for p in typed.phones),
        payer_count=payers.get(customer.id, 0),
        payer_total=sum(payers.values()),
        payer_shown=bool(payment.phone or payment.phone_hash),
        name_words=common,
        name_size=min(size, len(names)),
        typed_name=common_words(typed.names, names),
        typed_size=min(len(typed.names), len(names)),
        name_differs=size > 1 and common == 0,
    )


def typed_phones(text: str) -> tuple[str, ...]:
    """Phone numbers written out in a text, as ``2547…``."""
    found = []
    for match in _PHONE.findall(re.sub(r"(?<=[0-9])[ -](?=[0-9])", "", text[:200])):
        try:
            found.append(parse_phone(match))
        except Invalid:
            continue
    return tuple(found)


def _account(spans: Sequence[str], account_no: str) -> tuple[str, int]:
    wanted = "".join(words(account_no))
    size = len(wanted)
    if size < 3:
        return "", 0
    if wanted in spans:
        return "exact", size
    if size >= ACCOUNT_EDIT_LEAST and any(
        -1 <= len(span) - size <= 1 and OSA.distance(wanted, span, score_cutoff=1) <= 1 for span in spans
    ):
        return "edit", size
    return "", 0


def _phone(payment: PaymentFacts, customer: CustomerFacts, named: bool) -> Phone:
    """How the payer's number stands to the customer's known numbers."""
    if not customer.phones or not (payment.phone or payment.phone_hash or payment.masked):
        return "unseen"
    if payment.phone and payment.phone in customer.phones:
        return "known"
    if payment.phone_hash and any(payment.phone_hash == phone_hash(p) for p in customer.phones):
        return "known"
    if not (payment.phone or payment.phone_hash) and any(
        fits_mask(payment.masked, p) for p in customer.phones
    ):
        return "masked_named" if named else "masked"
    return "other"


def reference_text(payment: PaymentFacts) -> str:
    """What the payer typed, reference before narration."""
    return fold(f"{payment.reference} {payment.narration}".strip())
