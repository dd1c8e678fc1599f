"""A business's own answers as samples for fitting: the cases that were kept, and what stands now.

    python -m tools.admin answers ID --out var/answers.jsonl
    python -m tools.fit_matching --fit … --hold … --answers var/answers.jsonl

One JSON object a line: ``payment_id``, ``case`` (as decisions keep it, shared/matching/retell.py), ``links``
(cents by invoice that stand) and ``by`` (``person`` or ``engine``: posted and never undone). The lines hold
names, numbers and amounts of customers: the file belongs where the books are, and nowhere else.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from bench.matching_samples import Sample, weighed
from shared.core.errors import Invalid
from shared.matching.places import DECISIONS, PAYMENTS
from shared.matching.retell import retold
from shared.store import Doc, Query, Store, Where

HELD_OF_FIVE = 1
"""One answer of five is held back from the fit, chosen by its payment's name alone."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Samples of answered cases, payment by payment: to fit to, and to measure on."""

    fit: list[list[Sample]]
    held: list[list[Sample]]


def exported(store: Store, business: str, most: int) -> Iterator[dict[str, Any]]:
    """The answered among the newest ``most`` payments; questions that are open say nothing yet."""
    newest = islice(store.each(business, Query(PAYMENTS, (), "-paid_at")), most)
    for payment in newest:
        made = decisions_of(store, business, payment.id)
        first = next((one.data for one in made if one.data.get("case")), None)
        last = next((one.data for one in made if one.id == payment.data.get("decision_id")), None)
        if first is None or last is None:
            continue
        by_person = last["actor"] != "engine"
        if by_person or last["decision"] == "auto":
            links = {link["invoice_id"]: link["cents"] for link in last["links"]}
            by = "person" if by_person else "engine"
            yield {"payment_id": payment.id, "case": first["case"], "links": links, "by": by}


def decisions_of(store: Store, business: str, payment_id: str) -> list[Doc]:
    """Every decision about a payment, oldest first."""
    return store.all(business, Query(DECISIONS, (Where("payment_id", "==", payment_id),), "decided_at"))


def sampled(files: Iterable[Path]) -> Answers:
    """The samples of exported answers; raises ValueError for a line that is none, naming it."""
    answers = Answers([], [])
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                said = json.loads(line)
                case, rules = retold(said["case"])
                samples = weighed(case, {str(k): int(v) for k, v in said["links"].items()}, rules.allocation)
                held = is_held(said["payment_id"])
            except (ValueError, KeyError, TypeError, AttributeError, Invalid) as fault:
                raise ValueError(f"{path}:{number} is no answer: {fault}") from fault
            (answers.held if held else answers.fit).append(samples)
    return answers


def is_held(payment_id: str) -> bool:
    """Whether a payment's answer is kept for measuring; the same in every run."""
    return hashlib.sha256(payment_id.encode()).digest()[0] % 5 < HELD_OF_FIVE


def log_loss(told: Iterable[tuple[float, bool]]) -> float:
    """The mean of -log of the chance that was given to what came true; 0 for nothing told."""
    losses = [-math.log(min(max(sure if right else 1 - sure, 1e-4), 1.0)) for sure, right in told]
    return sum(losses) / len(losses) if losses else 0.0
