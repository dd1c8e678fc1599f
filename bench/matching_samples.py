"""Replays of generated sets in one process: how well the engine does, and candidates with the answer beside
them.

The books evolve as they do in life: what the engine posts is posted, right or wrong, and a person answers
what it asks, some payments later.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.receipt_scores import expected_error
from bench.reconcile import Replay
from bench.reconcile_lines import rows
from shared.matching.decide import DecisionRules, considered
from shared.matching.judges import HOPELESS, WEIGHED
from shared.matching.model import Case, Decision
from shared.matching.policy import AllocationRules
from shared.matching.traits import traits

TOLERANCE_CENTS = 100
Links = dict[str, int]


@dataclass(frozen=True, slots=True)
class Sample:
    """One candidate: its traits, and whether its links are exactly the answer."""

    traits: tuple[float, ...]
    right: bool


@dataclass(slots=True)
class Tally:
    """What a replay came to; the rates are those of the scorer."""

    payments: int = 0
    linkable: int = 0
    posted: int = 0
    right: int = 0
    false: int = 0
    wrong_customer: int = 0
    asked: int = 0
    hits: int = 0
    asked_linkable: int = 0
    told: list[tuple[float, bool]] = field(default_factory=list)
    """Confidence, and whether the links were exactly right, of all that was posted or asked with links."""

    def figures(self) -> dict[str, float]:
        """The rates, as the scorer names them."""
        return {
            "straight_through": self.right / max(1, self.linkable),
            "false_credit": self.false / max(1, self.posted),
            "wrong_customer": self.wrong_customer / max(1, self.posted),
            "review_load": self.asked / max(1, self.payments),
            "review_hit": self.hits / max(1, self.asked_linkable),
            "ece": expected_error(self.told),
            "posted": self.posted,
            "payments": self.payments,
        }


def replay(
    folder: Path, rules: DecisionRules, delay: int = 20, watch: Callable[[Case, Links], None] | None = None
) -> Tally:
    """Run one set; ``watch`` sees each case as it was decided, with the right answer."""
    truth = {row["payment_id"]: row for row in rows(str(folder / "truth.jsonl"))}
    owner = {row["invoice_id"]: row["customer_id"] for row in rows(str(folder / "invoices.jsonl"))}
    cases: list[tuple[Case, Decision]] = []
    run = Replay(rules, lambda case, decision: cases.append((case, decision)))
    run.start({name: str(folder / f"{name}.jsonl") for name in ("customers", "invoices", "history")})
    waiting: deque[tuple[int, dict[str, Any]]] = deque()
    tally = Tally()
    for number, row in enumerate(rows(str(folder / "payments.jsonl")), 1):
        while waiting and waiting[0][0] <= number:
            run.feedback(waiting.popleft()[1])
        told = run.payment(row)
        answer = truth[row["payment_id"]]
        wanted = dict(answer["links"])
        if told["decision"] == "review":
            said = {name: answer[name] for name in ("payment_id", "links", "customer_id")}
            waiting.append((number + delay + 1, said))
        _count(tally, told, wanted, owner)
        if watch and cases:
            watch(cases[-1][0], wanted)
        cases.clear()
    return tally


def _count(tally: Tally, told: dict[str, Any], wanted: Links, owner: dict[str, str]) -> None:
    links = dict(told["links"])
    right = exactly(links, wanted)
    tally.payments += 1
    tally.linkable += bool(wanted)
    if told["decision"] == "auto" and links:
        tally.posted += 1
        tally.right += right
        tally.false += false_cents(links, wanted) > 0
        tally.wrong_customer += bool({owner[i] for i in links} - {owner[i] for i in wanted})
    elif told["decision"] == "review":
        tally.asked += 1
        tally.asked_linkable += bool(wanted)
        tally.hits += right and bool(wanted)
    if links and told["decision"] != "none":
        tally.told.append((told["confidence"], right))


def exactly(links: Links, wanted: Links) -> bool:
    """The scorer's rule: the same invoices, each within a shilling."""
    same = links.keys() == wanted.keys()
    return same and all(abs(links[i] - wanted[i]) <= TOLERANCE_CENTS for i in wanted)


def false_cents(links: Links, wanted: Links) -> int:
    """Cents put where the answer does not put them, of either sign."""
    wrong = 0
    for invoice, cents in links.items():
        due = wanted.get(invoice, 0)
        extra = abs(cents) if cents * due < 0 else abs(cents) - abs(due)
        wrong += extra if extra > TOLERANCE_CENTS else 0
    return wrong


def samples_of(folder: Path, rules: DecisionRules, delay: int = 20) -> tuple[list[list[Sample]], Tally]:
    """The candidates that a judge would weigh, payment by payment."""
    found: list[list[Sample]] = []
    """One list a payment, empty where nothing can be credited."""

    def watch(case: Case, wanted: Links) -> None:
        found.append(weighed(case, wanted, AllocationRules()))

    tally = replay(folder, rules, delay, watch)
    return found, tally


def weighed(case: Case, wanted: Links, rules: AllocationRules) -> list[Sample]:
    """The candidates of one case that a judge would weigh, beside what was right."""
    ranked, identities = considered(case, rules)
    return [
        Sample(tuple(traits(case, ranked, identities, at)), exactly(_links(one), wanted))
        for at, one in enumerate(ranked[:WEIGHED])
        if one.allocation.links and ranked[0].score - one.score <= HOPELESS
    ]


def _links(candidate: Any) -> Links:
    return {link.invoice_id: link.cents for link in candidate.allocation.links}
