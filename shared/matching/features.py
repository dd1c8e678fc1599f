"""What speaks for or against a hypothesis: named clues, each with the words a person reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.core.money import format_kes
from shared.matching.identity import reference_text
from shared.matching.model import Allocation, Case, Clue, Hypothesis, Identity, Mention

Feature = tuple[str, str]
"""A clue's code (see score.WEIGHTS) and its words."""
_EXACT: frozenset[Clue] = frozenset({"full", "prefixed", "serial", "asked"})


def exact(mention: Mention) -> bool:
    """Whether the invoice was named without any repair."""
    return mention.clue in _EXACT


def features(
    case: Case, hypothesis: Hypothesis, identity: Identity, allocation: Allocation
) -> tuple[Feature, ...]:
    """Every clue of one hypothesis, in a fixed order."""
    return (
        *_reference(case, hypothesis, identity),
        *_account(identity),
        *payer_features(identity),
        *_amount(case, hypothesis, allocation),
    )


def payer_features(identity: Identity) -> tuple[Feature, ...]:
    """The clues of one customer that say who paid, whatever for."""
    return (*_phone(identity), *_payer(identity), *_name(identity))


def _reference(case: Case, hypothesis: Hypothesis, identity: Identity) -> Iterator[Feature]:
    numbers = {i.id: i.number for i in case.invoices}
    for count, named in enumerate(sorted(hypothesis.named, key=lambda m: (-m.digits, m.invoice_id))):
        number = numbers.get(named.invoice_id, "")
        if count:
            yield "ref_also", f"also names invoice {number}"
        else:
            yield _reference_code(named), f"{_SAID[named.clue]} invoice {number}"
    if not hypothesis.named:
        yield from _unexplained(case, identity)
    elif any(map(exact, case.mentions)) and not any(map(exact, hypothesis.named)):
        yield "ref_rival", "the reference names another invoice exactly"


_SAID: dict[Clue, str] = {
    "asked": "the payer was asked to pay",
    "full": "the reference names",
    "prefixed": "the reference gives the serial of",
    "serial": "the reference holds the serial of",
    "edit": "the reference is one slip away from",
    "serial_edit": "the reference is one slip away from the serial of",
}


def _reference_code(named: Mention) -> str:
    if named.clue == "asked":
        return "ref_asked"
    size = "long" if named.digits >= 6 else "mid" if named.digits >= 4 else "short"
    return f"ref_{named.clue}_{size}"


def _unexplained(case: Case, identity: Identity) -> Iterator[Feature]:
    if any(map(exact, case.mentions)):
        yield "ref_ignored", "the reference names an invoice that this reading leaves out"
    elif identity.account or identity.typed_phone:
        return
    elif any(c.isdigit() for c in reference_text(case.payment)):
        yield "ref_unread", "the reference holds a number that this reading does not explain"


def _account(identity: Identity) -> Iterator[Feature]:
    if identity.account:
        size = "long" if identity.account_digits >= 6 else "mid" if identity.account_digits >= 5 else "short"
        what = "is" if identity.account == "exact" else "is one slip away from"
        yield f"account_{identity.account}_{size}", f"the reference {what} the customer's account number"


def _phone(identity: Identity) -> Iterator[Feature]:
    if identity.typed_phone:
        yield "phone_typed", "the reference is the customer's phone number"
    said = {
        "known": "paid from the customer's own number",
        "masked_named": "the masked number and the first name fit the customer",
        "masked": "the masked number fits the customer",
        "other": "paid from another number than the customer's",
    }
    if identity.phone in said:
        yield f"phone_{identity.phone}", said[identity.phone]


def _payer(identity: Identity) -> Iterator[Feature]:
    count, total = identity.payer_count, identity.payer_total
    if count == 0 and total:
        yield "payer_others", "this payer paid for other customers before"
    elif count and count == total:
        how = ("often" if count >= 3 else "once") + ("" if identity.payer_shown else "_masked")
        yield f"payer_{how}", f"this payer paid for this customer before ({count} of {total})"
    elif count:
        yield "payer_shared", f"this payer paid for this customer before ({count} of {total})"


def _name(identity: Identity) -> Iterator[Feature]:
    if identity.typed_name >= 2:
        whole = "" if identity.typed_name >= identity.typed_size else "_part"
        yield f"typed_name_two{whole}", "the customer's name is in the reference"
    elif identity.typed_name == 1:
        yield "typed_name_one", "a word of the customer's name is in the reference"
    if identity.name_words >= 3:
        yield "name_three", "payer and customer share three names"
    elif identity.name_words == 2:
        whole = "" if identity.name_words >= identity.name_size else "_part"
        yield f"name_two{whole}", "payer and customer share two names"
    elif identity.name_words == 1:
        yield "name_one", "payer and customer share one name"
    elif identity.name_differs:
        yield "name_none", "payer and customer share no name"


def _amount(case: Case, hypothesis: Hypothesis, allocation: Allocation) -> Iterator[Feature]:
    amount = format_kes(case.payment.amount_cents)
    if not allocation.links:
        yield f"amount_{allocation.step}", "no open invoice of this customer can take the money"
        return
    how = "named" if allocation.step in ("named", "named_group") else allocation.step
    said = _FIT_WORDS[allocation.fit]
    several = f" over {len(allocation.links)} invoices" if len(allocation.links) > 1 else ""
    code = f"amount_{how}_{allocation.fit}"
    if how == "group" and len(allocation.links) > 2:
        code += "_many"
    yield code, f"{amount} {said}{several}"
    if how == "oldest" and hypothesis.named:
        yield "amount_not_named", "the named invoice is closed"


_FIT_WORDS = {
    "exact": "is exactly what is open",
    "short_shillings": "is what is open but for cents",
    "short_fee": "is what is open less a transfer charge",
    "short_tax": "is what is open less tax withheld",
    "part": "pays a part of what is open",
    "over": "is more than what is open",
    "nothing": "finds nothing open",
}


def codes(found: Sequence[Feature]) -> frozenset[str]:
    """The codes alone, for rules."""
    return frozenset(code for code, _ in found)
