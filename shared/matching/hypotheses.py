"""Which meanings of a payment are worth weighing: customers that some clue points at, with what was named."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from shared.matching.features import exact, features
from shared.matching.identity import identify
from shared.matching.model import Candidate, Case, CustomerFacts, Hypothesis, Identity, Mention
from shared.matching.policy import AllocationRules, allocate
from shared.matching.score import score

COMBINATIONS_MOST = 16


def hypotheses(case: Case, customer: CustomerFacts, identity: Identity) -> Iterator[Hypothesis]:
    """What a payment may mean if it is this customer's: invoices named exactly, repaired, or none named."""
    owners = {i.id: i.customer_id for i in case.invoices}
    own = [m for m in case.mentions if owners.get(m.invoice_id) == customer.id]
    said = [m for m in own if exact(m)]
    if said:
        for named in itertools.islice(_choices(said), COMBINATIONS_MOST):
            yield Hypothesis(customer.id, named)
    for repaired in own:
        if not exact(repaired):
            yield Hypothesis(customer.id, (repaired,))
    if identity.tied:
        yield Hypothesis(customer.id)


def _choices(said: Sequence[Mention]) -> Iterator[tuple[Mention, ...]]:
    """One invoice for each stretch of words: the same words cannot name two invoices at once."""
    spans: dict[tuple[int, int], list[Mention]] = {}
    for named in said:
        spans.setdefault(named.span, []).append(named)
    return itertools.product(*spans.values())


def weigh(case: Case, rules: AllocationRules) -> list[tuple[Candidate, Identity]]:
    """Every hypothesis of a case with its allocation and score."""
    weighed = []
    for customer in case.customers:
        identity = case.identities.get(customer.id) or identify(case.payment, customer, case.payers)
        for hypothesis in hypotheses(case, customer, identity):
            named = frozenset(m.invoice_id for m in hypothesis.named)
            opened = case.opened.get(customer.id, ())
            allocation = allocate(opened, named, case.payment.amount_cents, rules)
            found = features(case, hypothesis, identity, allocation)
            weighed.append((score(hypothesis, allocation, found), identity))
    return weighed
