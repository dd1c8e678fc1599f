"""From clues to confidence: additive log-odds with hand-set weights, shared out over all hypotheses.

A weight is in hundredths of a natural log-odds unit against "the money is for nobody we know" (score 0). The
confidence of an outcome is its share of all exp(score), outcomes with the same links taken together: a rival
that fits as well halves it. A learned table can replace WEIGHTS without another line changing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from shared.matching.features import Feature
from shared.matching.model import Allocation, Candidate, Hypothesis, Reason

PRIOR = -450
"""A random pair of a payment and a hypothesis that some key brought up."""

WEIGHTS: dict[str, int] = {
    "ref_asked": 1000,
    "ref_full_long": 700,
    "ref_full_mid": 450,
    "ref_full_short": 200,
    "ref_prefixed_long": 650,
    "ref_prefixed_mid": 550,
    "ref_prefixed_short": 350,
    "ref_serial_long": 550,
    "ref_serial_mid": 400,
    "ref_serial_short": 200,
    "ref_edit_long": 300,
    "ref_edit_mid": 150,
    "ref_edit_short": 50,
    "ref_serial_edit_long": 150,
    "ref_serial_edit_mid": 50,
    "ref_serial_edit_short": -100,
    "ref_also": 250,
    "ref_rival": -150,
    "ref_ignored": -300,
    "ref_unread": -150,
    "account_exact_long": 1050,
    "account_exact_mid": 800,
    "account_exact_short": 500,
    "account_edit_long": 350,
    "account_edit_mid": 200,
    "account_edit_short": 100,
    "phone_typed": 800,
    "phone_known": 850,
    "phone_masked_named": 500,
    "phone_masked": 200,
    "phone_other": -120,
    "payer_often": 1000,
    "payer_once": 850,
    "payer_often_masked": 500,
    "payer_once_masked": 350,
    "payer_shared": 250,
    "payer_others": -200,
    "typed_name_two": 600,
    "typed_name_two_part": 350,
    "typed_name_one": 100,
    "name_three": 600,
    "name_two": 400,
    "name_two_part": 250,
    "name_one": 80,
    "name_none": -60,
    "amount_named_exact": 350,
    "amount_named_short_shillings": 350,
    "amount_named_short_tax": 250,
    "amount_named_short_fee": 250,
    "amount_named_part": -50,
    "amount_named_over": -150,
    "amount_exact_exact": 300,
    "amount_exact_short_shillings": 300,
    "amount_group_exact": 200,
    "amount_group_short_shillings": 200,
    "amount_group_exact_many": 50,
    "amount_group_short_shillings_many": 50,
    "amount_oldest_exact": 0,
    "amount_oldest_short_shillings": 0,
    "amount_oldest_short_tax": 200,
    "amount_oldest_short_fee": 150,
    "amount_oldest_part": -100,
    "amount_oldest_over": -150,
    "amount_not_named": -200,
    "amount_closed": -150,
    "amount_nothing_open": -250,
}


def score(hypothesis: Hypothesis, allocation: Allocation, found: Sequence[Feature]) -> Candidate:
    """A hypothesis with its score and what each clue added."""
    reasons = tuple(Reason(code, text, WEIGHTS.get(code, 0)) for code, text in found)
    return Candidate(hypothesis, allocation, reasons, PRIOR + sum(r.weight for r in reasons))


def share(scored: Sequence[Candidate]) -> list[Candidate]:
    """One candidate per outcome (customer and links), best first, with its share of the probability."""
    odds = [math.exp(c.score / 100) for c in scored]
    whole = 1 + sum(odds)
    outcomes: dict[Outcome, list[tuple[Candidate, float]]] = {}
    for candidate, odd in zip(scored, odds, strict=True):
        outcomes.setdefault(outcome(candidate), []).append((candidate, odd))
    shared = []
    for group in outcomes.values():
        best = max(group, key=lambda pair: (pair[0].score, len(pair[0].hypothesis.named)))[0]
        shared.append(replace(best, per_mille=math.floor(1000 * sum(odd for _, odd in group) / whole)))
    return sorted(shared, key=lambda c: (-c.score, outcome(c)))


Outcome = tuple[str, tuple[tuple[str, int], ...]]


def outcome(candidate: Candidate) -> Outcome:
    """What would happen: whose money it is and which invoices get how much."""
    return candidate.customer_id, tuple((link.invoice_id, link.cents) for link in candidate.allocation.links)


def apart_from_reference(candidate: Candidate) -> int:
    """What speaks for a candidate besides the reference, in hundredths of log-odds."""
    return sum(r.weight for r in candidate.reasons if not r.code.startswith("ref_"))
