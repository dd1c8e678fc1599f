"""Auto, review or none: the best candidate must be likely enough and free of every veto.

A veto is a situation in which a likely answer is still a question for a person: two customers fit alike, a
neighbouring number fits as well as the one typed, the phone belongs to somebody else, and so on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from shared.matching.features import exact
from shared.matching.hypotheses import weigh
from shared.matching.identity import reference_text
from shared.matching.judges import Judge, judge
from shared.matching.model import Candidate, Case, Decision, Identity, Reason, Verdict
from shared.matching.policy import AllocationRules
from shared.matching.score import apart_from_reference, outcome, share

SHOWN = 3
LINKS_MOST = 15
MAY_BE_MILLI = 20
"""From this share on a waiting payment holds up the customer's unnamed ones."""
_SETTLEMENT = re.compile(r"\b(M-?PESA|AIRTEL|SAFARICOM)\b.*\b(SETTLEMENT|PAYOUT|SWEEP)\b")
_OTHER_PURPOSE = re.compile(
    r"\b(LOANS?|MKOPO|MIKOPO|REFUND(?:ED)?|REVERSAL|GIFT|ZAWADI|SALARY|MSHAHARA|HARAMBEE|MCHANGO)\b"
)
"""Words by which a payer says that no invoice is meant, in English and Swahili."""
FITTING = frozenset({"exact", "short_shillings", "short_tax", "short_fee"})


@dataclass(frozen=True, slots=True)
class DecisionRules:
    """When a business lets money be posted without asking.

    ``auto_milli``: the least chance of being exactly right, 0 for the model's own; ``model``: a version of
    judges.py, "" for the current one. ``posting``: whether anything is posted unasked; ``most_cents``: only
    payments up to this, 0 for all; ``window_days``: only invoices issued so long before the payment, 0 for
    all.
    """

    auto_milli: int = 0
    allocation: AllocationRules = field(default_factory=AllocationRules)
    model: str = ""
    posting: bool = True
    most_cents: int = 0
    window_days: int = 0


def decide(case: Case, rules: DecisionRules) -> Decision:
    """Decide one payment from what is known about it; the same case always gives the same decision.

    Raises Invalid ``model_unknown``.
    """
    by = judge(rules.model)
    if settlement_line(case):
        reason = Reason(
            "settlement_line", "the provider's own settlement moves our money, it pays no invoice"
        )
        return Decision("none", 1000, (reason,), model=by.version)
    ranked, identities = considered(case, rules.allocation)
    if not ranked:
        reason = Reason("stranger", "nothing points at a customer or an invoice")
        return Decision("none", 0, (reason,), model=by.version)
    ranked, sure = by.order(case, ranked, identities)
    best = ranked[0]
    rival = next((c for c in ranked[1:] if outcome(c)[1] != outcome(best)[1]), None)
    enough = sure >= (rules.auto_milli or by.auto_milli)
    vetoes = (
        *_questions(case, ranked, identities, by, enough=enough, alike_cents=_alike_cents(rules)),
        *(_wishes(case, best, rules) if best.allocation.links else ()),
    )
    return Decision(
        verdict=_verdict(best, vetoes),
        confidence_milli=by.capped(sure, (veto.code for veto in vetoes)) if best.allocation.links else 0,
        reasons=(*vetoes, *best.reasons),
        links=best.allocation.links,
        customer_id=best.customer_id,
        candidates=tuple(ranked[:SHOWN]),
        rival=rival,
        named=named_exactly(best),
        yields=not _named_and_fitting(best),
        may_be=_may_be(ranked),
        model=by.version,
    )


def considered(case: Case, rules: AllocationRules) -> tuple[list[Candidate], dict[str, Identity]]:
    """Every meaning of a payment by its clues, best first, and how each customer is tied to it.

    A customer whom a person ruled out for this payer comes up only where an invoice of theirs was named
    exactly.
    """
    weighed = [
        (candidate, identity)
        for candidate, identity in weigh(case, rules)
        if candidate.customer_id not in case.vetoed or any(map(exact, candidate.hypothesis.named))
    ]
    ranked = share([candidate for candidate, _ in weighed])
    return ranked, {candidate.customer_id: identity for candidate, identity in weighed}


def settlement_line(case: Case) -> bool:
    """The bank's line for money that M-Pesa or Airtel paid out to us."""
    return case.payment.channel == "bank" and bool(_SETTLEMENT.search(reference_text(case.payment)))


def asks_nobody(decision: Decision) -> bool:
    """Whether the money is understood and still pays nothing; all other unmatched money reaches a person."""
    return any(reason.code == "settlement_line" for reason in decision.reasons)


def named_exactly(candidate: Candidate) -> bool:
    """Whether every invoice that gets money was named without repair."""
    said = {m.invoice_id for m in candidate.hypothesis.named if exact(m)}
    links = candidate.allocation.links
    return bool(links) and all(link.invoice_id in said for link in links)


def _named_and_fitting(candidate: Candidate) -> bool:
    return named_exactly(candidate) and candidate.allocation.fit in FITTING


def _settles_exactly(candidate: Candidate) -> bool:
    exactly = candidate.allocation.step == "exact" and candidate.allocation.fit in FITTING
    return exactly or _named_and_fitting(candidate)


def _verdict(best: Candidate, vetoes: Sequence[Reason]) -> Verdict:
    if not vetoes:
        return "auto"
    return "none" if best.per_mille < MAY_BE_MILLI and not best.allocation.links else "review"


def _may_be(ranked: Sequence[Candidate]) -> tuple[str, ...]:
    return tuple(sorted({c.customer_id for c in ranked if c.per_mille >= MAY_BE_MILLI}))


def _wishes(case: Case, best: Candidate, rules: DecisionRules) -> Iterator[Reason]:
    """What this business wants to see itself, however sure the match is."""
    if best.customer_id in case.vetoed:
        yield Reason("pair_rejected", "a person said that this payer does not pay for this customer")
    if not rules.posting:
        yield Reason("posting_off", "this business posts nothing unasked")
    if rules.most_cents and case.payment.amount_cents > rules.most_cents:
        yield Reason("above_limit", "this business posts no such amount unasked")
    if rules.window_days and not named_exactly(best) and _too_old(case, best, rules.window_days):
        yield Reason("old_invoice", "an invoice was issued too long before the payment to be meant unnamed")


def _too_old(case: Case, best: Candidate, days: int) -> bool:
    paid = case.payment.paid_on[:10]
    since = (date.fromisoformat(paid) - timedelta(days=days)).isoformat() if paid else ""
    issued = {i.id: i.issued_on for i in case.opened.get(best.customer_id, ())}
    return any(issued.get(link.invoice_id, "")[:10] < since for link in best.allocation.links)


def _questions(
    case: Case,
    ranked: Sequence[Candidate],
    identities: dict[str, Identity],
    by: Judge,
    *,
    enough: bool,
    alike_cents: int,
) -> Iterator[Reason]:
    """What makes a person look; what the judge has an eye on itself is left to it."""
    best = ranked[0]
    identity = identities[best.customer_id]
    if not best.allocation.links:
        yield Reason("no_open_invoice", "the likely customer has no open invoice for this money")
        return
    if not enough:
        yield Reason("unsure", "other meanings are not unlikely enough")
    if len(best.allocation.links) > LINKS_MOST:
        yield Reason("many_invoices", "it would pay more invoices than are posted at once")
    if best.allocation.foreign or (best.customer_id in case.otherwise and not _settles_exactly(best)):
        yield Reason("other_currency", "an invoice in another currency needs a person")
    if best.customer_id in case.held and not _named_and_fitting(best):
        yield Reason("held", "an earlier payment that may be this customer's waits for review")
    if not _proven(best, identity, loose="loose" in by.soft):
        yield Reason("unproven", "too little but the amount or a loose number speaks for it")
    past = _reads_past(best)
    if past and (past == "ref_ignored" or "reference_unread" not in by.soft):
        yield Reason("reference_unread", "the reference may name another invoice of this customer")
    if not named_exactly(best) and _OTHER_PURPOSE.search(reference_text(case.payment)):
        yield Reason("other_purpose", "the payer says that the money is a loan, a refund or a gift")
    if _alike(case, best, alike_cents):
        yield Reason(
            "several_alike", "a number was typed that this reading leaves out, and several fit alike"
        )
    yield from (reason for reason in _rivals(case, ranked, identities) if reason.code not in by.soft)


def _proven(best: Candidate, identity: Identity, *, loose: bool) -> bool:
    """Two independent clues, or one that does not happen by chance.

    ``loose``: a payer seen before is enough where nothing was named, because the judge weighs how surely.
    """
    said = [m for m in best.hypothesis.named if exact(m)]
    fits = best.allocation.fit in FITTING and best.allocation.step != "oldest"
    whole = 2 <= identity.name_size <= identity.name_words or 2 <= identity.typed_size <= identity.typed_name
    strong = _known(identity) or whole
    masked = identity.phone == "masked_named" or identity.payer_count > 0
    if any(m.clue == "asked" for m in said):
        return True
    if said:
        return fits or strong or masked or identity.phone == "masked" or identity.name_words > 0
    if best.hypothesis.named:
        return strong or fits
    if not fits and not _told_apart(identity):
        return False
    return strong or (masked and fits) or (loose and identity.payer_count > 0)


def _told_apart(identity: Identity) -> bool:
    """Whether more than a name says who paid: two firms, or a father and a son, may be called the same."""
    seen = identity.payer_shown and identity.payer_count > 0
    return _known(identity) or identity.phone == "masked_named" or seen


def _known(identity: Identity) -> bool:
    """Whether one clue that does not happen by chance ties the payment to the customer."""
    always = identity.payer_count > 0 and identity.payer_count == identity.payer_total
    return (
        identity.account == "exact"
        or identity.typed_phone
        or identity.phone == "known"
        or (always and identity.payer_shown)
    )


def _reads_past(best: Candidate) -> str:
    """The code of a typed number that stays unread while the amount does not say what is meant, or ""."""
    return "" if _settles_exactly(best) else _unexplained(best)


def _unexplained(best: Candidate) -> str:
    return next((r.code for r in best.reasons if r.code in ("ref_ignored", "ref_unread")), "")


def _alike_cents(rules: DecisionRules) -> int:
    """What counts as the same amount: at least the usual, so that a strict business is asked no less."""
    return max(rules.allocation.exact_cents, AllocationRules().exact_cents)


def _alike(case: Case, best: Candidate, alike_cents: int) -> bool:
    """Whether an unexplained number may mean another open invoice with the same balance."""
    if not _unexplained(best) or best.allocation.step != "exact":
        return False
    amount = case.payment.amount_cents
    opened = case.opened.get(best.customer_id, ())
    return sum(abs(i.balance_cents - amount) <= alike_cents for i in opened) > 1


def _rivals(case: Case, ranked: Sequence[Candidate], identities: dict[str, Identity]) -> Iterator[Reason]:
    best = ranked[0]
    others = [c for c in ranked[1:] if outcome(c)[1] != outcome(best)[1]]
    if any(c.score == best.score and c.customer_id != best.customer_id for c in others):
        yield Reason("tie", "two customers fit equally well")
    edits = [c for c in others if c.hypothesis.named and not any(map(exact, c.hypothesis.named))]
    if best.hypothesis.named and any(
        apart_from_reference(c) >= apart_from_reference(best) and c.allocation.links for c in edits
    ):
        yield Reason("neighbour", "an invoice number one slip away fits as well or better")
    named = [c for c in others if c.customer_id != best.customer_id and named_exactly(c)]
    if named and not named_exactly(best):
        yield Reason("names_other", "the reference names another customer's open invoice")
    own = identities[best.customer_id]
    if not own.tied and any(
        i.phone == "known" or i.typed_phone for c, i in identities.items() if c != best.customer_id
    ):
        yield Reason("phone_of_other", "the reference names one customer, the phone is another's")


def held_back(decision: Decision) -> Decision:
    """The same decision turned into a question, when a hold is found at the moment of posting."""
    reason = Reason("held", "an earlier payment that may be this customer's waits for review")
    return replace(decision, verdict="review", reasons=(reason, *decision.reasons))
