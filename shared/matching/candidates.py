"""Gathering a case: what the keys of a payment lead to, in a few batches of reads by key.

The work depends on how much one payment resembles, not on how many invoices a business has: at most
``KEYS_MOST`` keys, ``NEIGHBOURS_MOST`` numbers one slip away and ``CUSTOMERS_MOST`` customers are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from shared.books import SHORTEST_ACCOUNT_SLIP, account_slips, mask_keys, name_tokens, word_keys
from shared.core.phone import phone_hash, plain_mask
from shared.matching.features import exact
from shared.matching.identity import Clues, payer_key, typed_phones
from shared.matching.model import Case, CustomerFacts, Identity, InvoiceFacts, Mention, PaymentFacts
from shared.matching.names import name_words
from shared.matching.policy import AllocationRules, write_off
from shared.matching.reference import likely, mentions, readings

KEYS_MOST, NEIGHBOURS_MOST, CUSTOMERS_MOST, OPENED_MOST = 64, 120, 60, 12
PADDED = 5
"""Serials are often printed with zeros to five digits and typed without: neighbours are sought padded."""
MatchKey = tuple[str, str]
STRONG, WEAK = ("account", "phone"), ("account_del", "mask", "word")
"""Keys that say who it is; without them, a known payer or a number, weaker ones are looked up too."""
WEAK_MOST, WEAK_CUSTOMERS, SPANS_MOST, ACCOUNT_MOST = 64, 24, 6, 20


class Lookup(Protocol):
    """Where cases are gathered from: the store of one business, or a twin of it in memory."""

    def find(self, payment: PaymentFacts, extra: Sequence[MatchKey]) -> Mapping[MatchKey, Sequence[str]]: ...
    def numbers(self) -> Mapping[str, str]: ...
    def payers(self, key: str) -> dict[str, int]: ...
    def vetoed(self, key: str) -> frozenset[str]: ...
    def customers(self, ids: Sequence[str]) -> list[CustomerFacts]: ...
    def invoices(self, ids: Sequence[str], customers: Sequence[str] = ()) -> list[InvoiceFacts]: ...
    def opened(self, customer_ids: Sequence[str]) -> dict[str, tuple[InvoiceFacts, ...]]: ...
    def otherwise(self, customer_ids: Sequence[str]) -> frozenset[str]: ...
    def held(self, customer_ids: Sequence[str], payment_id: str) -> frozenset[str]: ...


def gather(lookup: Lookup, payment: PaymentFacts, rules: AllocationRules) -> Case:
    """Everything worth weighing about one payment.

    Args:
        payment: the money; its names and references are only read, never trusted.
        rules: tolerances that say whether a neighbouring number fits the amount well enough to matter.
    """
    found = lookup.find(payment, extra_keys(payment))
    payer = payer_key(payment)
    payers = lookup.payers(payer) if payer else {}
    known = payer_ids(found, payers)
    numbers = _ids(found, ("number",))[:NEIGHBOURS_MOST]
    exactly = frozenset(numbers)
    near = [i for i in _ids(found, ("number_del",)) if i not in exactly][:NEIGHBOURS_MOST]
    asked = [payment.invoice_id] if payment.invoice_id else []
    worth = _worth_reading(payment, list(dict.fromkeys([*asked, *numbers, *near])), lookup.numbers())
    invoices = lookup.invoices(worth, known[:CUSTOMERS_MOST])
    named = [*_asked(payment, invoices), *_mentions(payment, invoices)]
    owners = {i.id: i.customer_id for i in invoices}
    said = [owners[m.invoice_id] for m in sorted(named, key=lambda m: not exact(m))]
    weak: list[str] = []
    if not (payers or _ids(found, STRONG) or any(map(exact, named))):
        weak = _ids(lookup.find(payment, weak_keys(payment)), WEAK)[:WEAK_CUSTOMERS]
    people = lookup.customers(list(dict.fromkeys([*known, *said, *weak]))[:CUSTOMERS_MOST])
    seen = Case(payment, tuple(people), tuple(named), tuple(invoices), payers=payers)
    if payer:
        seen = replace(seen, vetoed=lookup.vetoed(payer))
    return _narrow(lookup, seen, rules)


def _worth_reading(payment: PaymentFacts, ids: Sequence[str], told: Mapping[str, str]) -> list[str]:
    """The invoices that may be named, by the numbers that the keys tell; most others are read for nothing."""
    if not told:
        return list(ids)
    said = likely(f"{payment.reference} {payment.narration}", told)
    return [id_ for id_ in ids if id_ in said or id_ not in told or id_ == payment.invoice_id]


def extra_keys(payment: PaymentFacts) -> list[MatchKey]:
    """Keys beyond those of the books: every reading of a reference, and short serials padded."""
    text = f"{payment.reference} {payment.narration}"
    keys: list[MatchKey] = [("phone", phone_hash(phone)) for phone in typed_phones(text)]
    for reading in readings(text):
        if 3 <= len(reading.text) <= ACCOUNT_MOST:
            keys.append(("account", reading.text))
        digits = reading.digits
        keys += [("number", form) for form in (reading.text, digits, digits.lstrip("0")) if form]
        if 3 <= len(digits) <= PADDED:
            keys += [("number_del", form) for form in _cut(digits.zfill(PADDED))]
        elif PADDED < len(digits) <= 12:
            keys += [("number_del", form) for form in _cut(digits)]
    return list(dict.fromkeys(keys))[:KEYS_MOST]


def weak_keys(payment: PaymentFacts) -> list[MatchKey]:
    """Keys for payments that say little: accounts one slip away, single names, a number's shown digits."""
    text = f"{payment.reference} {payment.narration}"
    spans = [r.text for r in readings(text) if len(r.text) >= SHORTEST_ACCOUNT_SLIP][-SPANS_MOST:]
    said = [word for part in (text, payment.payer_name) for word in name_tokens(" ".join(name_words(part)))]
    keys = [*mask_keys(plain_mask(payment.masked)), *word_keys(said)]
    keys += [key for span in reversed(spans) for key in account_slips(span)]
    return list(dict.fromkeys(keys))[:WEAK_MOST]


def _cut(digits: str) -> list[str]:
    return [digits, *(digits[:k] + digits[k + 1 :] for k in range(len(digits)))]


def said_name(payment: PaymentFacts) -> str:
    """The payer's name: as the network shows it, else the words of the bank's narration."""
    return payment.payer_name or " ".join(name_words(payment.narration)[:4])


def payer_ids(found: Mapping[MatchKey, Sequence[str]], payers: Iterable[str]) -> list[str]:
    """The customers that the keys of a payer lead to, the strongest clues first."""
    return [*_ids(found, STRONG), *payers, *_ids(found, ("tail", "name"))]


def _ids(found: Mapping[MatchKey, Sequence[str]], kinds: Iterable[str]) -> list[str]:
    ids: dict[str, None] = {}
    for kind in kinds:
        for key, led in found.items():
            if key[0] == kind:
                ids.update(dict.fromkeys(led))
    return list(ids)


def _asked(payment: PaymentFacts, invoices: Sequence[InvoiceFacts]) -> list[Mention]:
    return [Mention(i.id, "asked", len(i.number)) for i in invoices if i.id == payment.invoice_id]


def _mentions(payment: PaymentFacts, invoices: Sequence[InvoiceFacts]) -> list[Mention]:
    others = [i for i in invoices if i.id != payment.invoice_id]
    return list(mentions(f"{payment.reference} {payment.narration}", others))


def _narrow(lookup: Lookup, seen: Case, rules: AllocationRules) -> Case:
    """Keep neighbours that fit by themselves or whose customer is tied in another way; read what is open."""
    by_id = {i.id: i for i in seen.invoices}
    clues = Clues(seen.payment, seen.payers)
    who = {c.id: clues.identity(c) for c in seen.customers}
    tied = {id_ for id_, identity in who.items() if identity.tied}
    kept = tuple(
        m
        for m in seen.mentions
        if exact(m)
        or by_id[m.invoice_id].customer_id in tied
        or fits_alone(by_id[m.invoice_id], seen.payment.amount_cents, rules)
    )
    wanted = {by_id[m.invoice_id].customer_id for m in kept} | tied
    said = {by_id[m.invoice_id].customer_id for m in kept if exact(m)}
    ranked = sorted((c for c in seen.customers if c.id in wanted), key=lambda c: _rank(c, who[c.id], said))
    strongest = ranked[:OPENED_MOST]
    opened = lookup.opened([c.id for c in strongest])
    return replace(
        seen,
        customers=tuple(strongest),
        mentions=kept,
        invoices=tuple(by_id[m.invoice_id] for m in kept),
        opened=opened,
        held=lookup.held(sorted(opened), seen.payment.id),
        otherwise=lookup.otherwise(sorted(opened)),
        identities=who,
    )


def _rank(customer: CustomerFacts, who: Identity, said: set[str]) -> tuple[int, str]:
    """The customers most worth reading first: named exactly, then strongly tied, then by id."""
    strong = who.account == "exact" or who.typed_phone or who.payer_count or who.phone == "known"
    points = 4 * (customer.id in said) + 4 * bool(strong)
    points += 2 * (who.phone == "masked_named") + min(3, who.name_words + who.typed_name)
    return -points, customer.id


def fits_alone(invoice: InvoiceFacts, amount_cents: int, rules: AllocationRules) -> bool:
    """Whether an amount settles this one invoice: exactly, or but for what may be written off."""
    rest = invoice.balance_cents - amount_cents
    if invoice.balance_cents <= 0 or rest < -rules.exact_cents:
        return False
    return rest <= rules.exact_cents or write_off(invoice, rest, rules)[0] > 0
