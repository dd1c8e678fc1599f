"""What a learned model sees of one candidate beside its rivals: plain numbers, no names and no ids.

The clues that a person reads (features.py) say what speaks for a candidate. Traits say how it stands: how it
was named, who paid, how the money fits, what else is open, and how far the best other meaning is behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from shared.matching.features import exact
from shared.matching.identity import reference_text, typed_phones
from shared.matching.model import Allocation, Candidate, Case, Identity, InvoiceFacts, Mention, PaymentFacts
from shared.matching.score import apart_from_reference, outcome

CLUES = {"asked": 6, "full": 5, "prefixed": 4, "serial": 3, "edit": 2, "serial_edit": 1}
PHONES = {"known": 4, "masked_named": 3, "masked": 2, "unseen": 1, "other": 0}
STEPS = {"named": 6, "named_group": 5, "exact": 4, "group": 3, "oldest": 2, "closed": 1, "nothing_open": 0}
FITS = {"exact": 6, "short_shillings": 5, "short_tax": 4, "short_fee": 3, "over": 2, "part": 1, "nothing": 0}
ACCOUNTS = {"exact": 2, "edit": 1, "": 0}
CHANNELS = {"paybill": 0, "till": 1, "stk": 2, "airtel": 3, "bank": 4}
FAR = 2000
"""A rival that does not exist is this far behind, in hundredths of log-odds."""


def traits(
    case: Case, ranked: Sequence[Candidate], identities: Mapping[str, Identity], at: int
) -> list[float]:
    """The numbers of ``ranked[at]``, in the order of ``NAMES``."""
    one = ranked[at]
    identity = identities[one.customer_id]
    return [
        *_standing(case, ranked, identities, at),
        *_reference(case, one),
        *_identity(case.payment, identity),
        *_money(case, one.allocation, case.opened.get(one.customer_id, ())),
    ]


STANDING = (
    "score", "share", "place", "behind_best", "ahead_of_next", "ahead_of_other_customer",
    "ahead_of_other_amount", "customers", "candidates", "edit_rest", "edit_share", "others_phone",
    "others_account", "others_payer", "otherwise", "best_exact_elsewhere",
)  # fmt: skip


def _standing(
    case: Case, ranked: Sequence[Candidate], identities: Mapping[str, Identity], at: int
) -> tuple[float, ...]:
    one = ranked[at]
    links = outcome(one)[1]
    others = [c for k, c in enumerate(ranked) if k != at and outcome(c)[1] != links]
    people = [c for c in others if c.customer_id != one.customer_id]
    apart = [i for who, i in identities.items() if who != one.customer_id]
    edits = [c for c in others if c.hypothesis.named and not any(map(exact, c.hypothesis.named))]
    return (
        one.score,
        one.per_mille,
        at,
        ranked[0].score - one.score,
        one.score - max((c.score for c in others), default=one.score - FAR),
        one.score - max((c.score for c in people), default=one.score - FAR),
        one.score - max((c.score for c in others if c.allocation.links), default=one.score - FAR),
        len({c.customer_id for c in ranked}),
        len(ranked),
        max((apart_from_reference(c) for c in edits if c.allocation.links), default=-FAR)
        - apart_from_reference(one),
        max((c.per_mille for c in edits), default=0),
        sum(i.phone == "known" or i.typed_phone for i in apart),
        sum(i.account == "exact" for i in apart),
        sum(i.payer_count > 0 for i in apart),
        one.customer_id in case.otherwise,
        any(_named_exactly(c) and c.allocation.fit in ("exact", "short_shillings") for c in others),
    )


def _named_exactly(candidate: Candidate) -> bool:
    named = candidate.hypothesis.named
    return bool(named) and all(map(exact, named))


REFERENCE = (
    "clue", "digits", "weakest", "named", "said_all", "said_not_here", "edits_seen", "letters", "numerals",
    "unread", "ignored", "empty",
)  # fmt: skip


def _reference(case: Case, one: Candidate) -> tuple[float, ...]:
    named: Sequence[Mention] = one.hypothesis.named
    text = reference_text(case.payment)
    said = [m for m in case.mentions if exact(m)]
    here = {m.invoice_id for m in named}
    codes = {r.code for r in one.reasons}
    return (
        max((CLUES[m.clue] for m in named), default=0),
        max((m.digits for m in named), default=0),
        min((CLUES[m.clue] for m in named), default=0),
        len(named),
        len(said),
        sum(m.invoice_id not in here for m in said),
        len(case.mentions) - len(said),
        sum(c.isalpha() for c in text),
        sum(c.isdigit() for c in text),
        "ref_unread" in codes,
        "ref_ignored" in codes or "ref_rival" in codes,
        not text,
    )


IDENTITY = (
    "account", "account_digits", "phone", "typed_phone", "payer_count", "payer_share", "payer_seen",
    "payer_shown", "name_words", "name_size", "name_whole", "typed_name", "typed_size", "typed_whole",
    "name_differs", "other_phone_typed",
)  # fmt: skip


def _identity(payment: PaymentFacts, i: Identity) -> tuple[float, ...]:
    return (
        ACCOUNTS[i.account],
        i.account_digits,
        PHONES[i.phone],
        i.typed_phone,
        min(i.payer_count, 10),
        i.payer_count / i.payer_total if i.payer_total else -1,
        min(i.payer_total, 20),
        i.payer_shown,
        i.name_words,
        i.name_size,
        i.name_words - i.name_size,
        i.typed_name,
        i.typed_size,
        i.typed_name - i.typed_size,
        i.name_differs,
        not i.typed_phone and bool(typed_phones(f"{payment.reference} {payment.narration}")),
    )


MONEY = (
    "channel", "step", "fit", "links", "excess", "covered", "open", "open_share", "same_amount", "fits_alone",
    "round", "foreign", "age_due", "age_issued", "older_open", "fully_paid",
)  # fmt: skip


def _money(case: Case, allocation: Allocation, opened: Sequence[InvoiceFacts]) -> tuple[float, ...]:
    payment = case.payment
    amount = payment.amount_cents
    owed = sum(i.balance_cents for i in opened)
    by_id = {i.id: i for i in opened}
    paid = [by_id[link.invoice_id] for link in allocation.links if link.invoice_id in by_id]
    due = sum(i.balance_cents for i in paid)
    first = min((i.due_date for i in paid), default="")
    issued = max((i.issued_on for i in paid), default="")
    return (
        CHANNELS.get(payment.channel, 5),
        STEPS[allocation.step],
        FITS[allocation.fit],
        len(allocation.links),
        allocation.excess_cents / amount if amount else 0,
        (amount - allocation.excess_cents) / due if due else 0,
        len(opened),
        min(2.0, amount / owed) if owed else 2.0,
        sum(abs(i.balance_cents - amount) <= 100 for i in opened),
        sum(abs(i.total_cents - amount) <= 100 for i in opened),
        _roundness(amount),
        allocation.foreign,
        _days(first, payment.paid_on),
        _days(issued, payment.paid_on),
        sum(i.due_date < first for i in opened) if first else 0,
        sum(
            link.cents + link.written_off_cents >= by_id[link.invoice_id].balance_cents
            for link in allocation.links
            if link.invoice_id in by_id
        ),
    )


def _roundness(cents: int) -> int:
    """How many of 1, 50, 100, 500 and 1,000 shillings divide an amount."""
    return sum(cents % step == 0 for step in (100, 5_000, 10_000, 50_000, 100_000))


def _days(start: str, end: str) -> float:
    """Whole days from one day to another; far away where one of them is not known."""
    return (date.fromisoformat(end[:10]) - date.fromisoformat(start[:10])).days if start and end else -FAR


NAMES: tuple[str, ...] = (*STANDING, *REFERENCE, *IDENTITY, *MONEY)
