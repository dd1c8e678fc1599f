"""How invoices, customers and payments spell themselves as matching keys: pure functions over text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import combinations
from typing import Any

from shared.core.errors import Invalid
from shared.core.phone import parse_phone, phone_hash

MatchKey = tuple[str, str]
MOST_KEYS = 25
"""Keys a payment looks up: one batch of point reads."""
_SHORTEST_TYPO, _LONGEST_TYPO = 4, 12
SHORTEST_ACCOUNT_SLIP = 5
"""As in matching: a shorter account has too many neighbours."""
_SHORTEST_WORD = 4
_MOST_NAMES = 5
_TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "dr", "prof", "rev", "eng", "ltd", "limited", "co", "company"}
    | {"and", "the", "of", "plc"}
)
_HASH = re.compile(r"[0-9a-fA-F]{64}")
_DIGITS, _ALPHANUMERIC = re.compile(r"[0-9]+"), re.compile(r"[A-Z0-9]+")
_LETTERS, _BETWEEN = re.compile(r"[^\W\d_]{2,}"), re.compile(r"[\s,;&+]+")


def collapse(text: str) -> str:
    """Upper-case letters and digits only: ``inv-2025/00042`` -> ``INV202500042``."""
    return "".join(_ALPHANUMERIC.findall(_fold(text).upper()))


def _fold(text: str) -> str:
    cut = text[:200]
    return cut if cut.isascii() else unicodedata.normalize("NFKD", cut)


def name_tokens(name: str) -> list[str]:
    """The names in a name, casefolded, without accents, titles and company words."""
    plain = _fold(name).casefold()
    if not plain.isascii():
        plain = "".join(char for char in plain if not unicodedata.combining(char))
    tokens = _LETTERS.findall(plain.replace("'", "").replace("’", ""))
    return list(dict.fromkeys(token for token in tokens if token not in _TITLES))[:_MOST_NAMES]


def invoice_spellings(number: str) -> list[str]:
    """How people write an invoice number: collapsed, digits only, the last group, and those without zeros."""
    groups = _DIGITS.findall(number)
    digits, last = "".join(groups), groups[-1] if groups else ""
    forms = [collapse(number), digits, last, digits.lstrip("0"), last.lstrip("0")]
    return list(dict.fromkeys(form for form in forms if form))


def _typed_forms(number: str) -> list[str]:
    """The digit strings of a number in which a typing slip is worth repairing."""
    groups = _DIGITS.findall(number)
    forms = dict.fromkeys(["".join(groups), *groups[-1:]])
    return [form for form in forms if _SHORTEST_TYPO <= len(form) <= _LONGEST_TYPO]


def deletions(digits: str) -> list[str]:
    """Every string with one character of ``digits`` left out."""
    return list(dict.fromkeys([digits[:i] + digits[i + 1 :] for i in range(len(digits))]))


def _neighbourhood(digits: str) -> list[MatchKey]:
    return [("number_del", form) for form in (digits, *deletions(digits))]


def invoice_keys(number: str) -> list[MatchKey]:
    """Every key an invoice is indexed under."""
    exact = [("number", form) for form in invoice_spellings(number)]
    near = [key for form in _typed_forms(number) for key in _neighbourhood(form)]
    return list(dict.fromkeys([*exact, *near]))


def customer_keys(customer: dict[str, Any]) -> list[MatchKey]:
    """Every key a customer document is indexed under."""
    names, phones = name_tokens(customer["name"]), customer["phones"]
    keys = [("account", account)] if (account := collapse(customer["account_no"])) else []
    keys += [("phone", phone_hash(phone)) for phone in phones]
    keys += [("tail", phone[-3:] + name) for phone in phones for name in names]
    keys += _name_pairs(names)
    keys += [key for name in names for key in word_keys([name])]
    keys += [key for phone in phones for key in mask_keys(f"{phone[:4]}*****{phone[-3:]}")]
    keys += account_slips(collapse(customer["account_no"]))
    return list(dict.fromkeys(keys))


def word_keys(names: Iterable[str]) -> list[MatchKey]:
    """Single names, for firms that are called by one; a common one leads to too many to be kept."""
    return [("word", name) for name in names if len(name) >= _SHORTEST_WORD]


def mask_keys(masked: str) -> list[MatchKey]:
    """The digits of a plain mask (``2547*****126``) that hides the six between; others have no such key."""
    before, _, after = masked.partition("*****")
    return [("mask", before + after)] if len(before) == 4 and len(after) == 3 else []


def account_slips(account: str) -> list[MatchKey]:
    """A collapsed account and itself with each character left out, where a slip is worth repairing."""
    if not SHORTEST_ACCOUNT_SLIP <= len(account) <= _LONGEST_TYPO:
        return []
    return [("account_del", form) for form in (account, *deletions(account))]


def _name_pairs(names: Iterable[str]) -> list[MatchKey]:
    return [("name", f"{one} {other}") for one, other in combinations(sorted(set(names)), 2)]


def payment_keys(payment: dict[str, Any]) -> list[MatchKey]:
    """What a payment is looked up under, the strongest clue first, at most 25 keys.

    Args:
        payment: the data of a payment document; absent fields count as empty.
    """
    return lookup_keys(
        reference=payment.get("reference", ""),
        narration=payment.get("narration", ""),
        phone=payment.get("payer_phone", ""),
        masked=payment.get("payer_masked", ""),
        hashed=payment.get("payer_hash", ""),
        name=payment.get("payer_name", ""),
    )


def lookup_keys(
    *,
    reference: str = "",
    narration: str = "",
    phone: str = "",
    masked: str = "",
    hashed: str = "",
    name: str = "",
) -> list[MatchKey]:
    """The keys of what a payer sent: exact spellings, identity, names, then one-slip neighbours."""
    texts = [text for text in (reference, narration) if text]
    exact = [key for text in texts for key in _reference_keys(text)]
    payer = [*_phone_keys(phone, hashed), *_tail_keys(phone or masked, name)]
    names = _name_pairs(name_tokens(name)[:4]) + _name_pairs(name_tokens(reference)[:3])
    near = [key for text in texts for form in _slips(text) for key in _neighbourhood(form)]
    return list(dict.fromkeys([*exact[:10], *payer, *names[:6], *near]))[:MOST_KEYS]


def _slips(text: str) -> list[str]:
    """The last number that was typed, and all its digits together."""
    return list(reversed(_typed_forms(text[:60])))


def _reference_keys(text: str) -> list[MatchKey]:
    """A typed reference may be a number, several, an account or a phone."""
    words = [word for word in _BETWEEN.split(text[:60]) if any(map(str.isdigit, word))]
    forms = [form for part in [text[:60], *words[:4]] for form in invoice_spellings(part)]
    accounts = [collapse(part) for part in [text[:40], *words[:2]]]
    keys = [("number", form) for form in forms if any(map(str.isdigit, form))][:6]
    keys += [("account", account) for account in accounts if account]
    return list(dict.fromkeys([*keys, *_phone_keys(text, "")]))


def _phone_keys(phone: str, hashed: str) -> list[MatchKey]:
    keys = [("phone", hashed.lower())] if _HASH.fullmatch(hashed) else []
    try:
        return [*keys, ("phone", phone_hash(parse_phone(phone)))] if phone else keys
    except Invalid:  # a masked or foreign number is no key, and no fault of the payment's
        return keys


def _tail_keys(phone: str, name: str) -> list[MatchKey]:
    """The last digits with the first name; of a masked number with each name, for they are all there is."""
    tail, names = phone[-3:], name_tokens(name)[: 3 if "*" in phone else 1]
    return [("tail", tail + one) for one in names] if len(tail) == 3 and _DIGITS.fullmatch(tail) else []
