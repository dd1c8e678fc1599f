"""How likely an invoice is to be paid late: a logistic model of a business's own decided invoices.

Below ``LEAST`` of them the shrunk share of a customer's late ones stands alone. With more, the model learns
on the earlier seven tenths and is tried on the rest: it is used only where its squared error (Brier) is
smaller than that of the shrunk share. An invoice is judged by what was known on the day it was issued.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from shared.insights.forecasting.ridge import solve

LEAST = 200
TRIED_TENTHS = 3
LEAST_AUC = 0.6
"""A model that hardly tells late from on time is not used, even where it errs a little less."""
SIZE, ROUNDS, PENALTY, PRIOR = 6, 12, 2.0, 2.0


@dataclass(frozen=True, slots=True)
class Case:
    """An invoice: ``late`` and the days after its due day are None while it is neither paid nor overdue."""

    customer: str
    issued: date
    due: date
    cents: int
    known: date | None = None
    late: bool = False
    days: int = 0


@dataclass(frozen=True, slots=True)
class Tried:
    """How the model did on invoices it had not seen: how many, and errors beside the shrunk share's.

    ``auc`` is how often a late one was held likelier than one on time; a half is a guess.
    """

    count: int
    auc: float
    brier: float
    shrunk: float


@dataclass(slots=True)
class _Past:
    """What is known of a customer so far."""

    decided: int = 0
    late: int = 0
    days: int = 0
    cents: int = 0
    billed: int = 0


Row = tuple[list[float], bool, float]
"""Features, whether it was late, and the shrunk share."""


class LateModel:
    """Chances of open invoices; ``tried`` tells how well such chances were before."""

    def __init__(self, weights: Sequence[float], history: History, tried: Tried) -> None:
        self._weights, self._history, self.tried = weights, history, tried

    def chance(self, case: Case) -> float:
        """How likely an open invoice is to be late, by all that is known."""
        return _logistic(self._weights, self._history.features(case)[0])


class History:
    """Decided invoices, taken in as they became known."""

    def __init__(self) -> None:
        self._past: dict[str, _Past] = {}
        self._late = self._decided = 0

    def see(self, case: Case) -> None:
        """Take in how an invoice ended."""
        past = self._past.setdefault(case.customer, _Past())
        past.decided += 1
        past.late += case.late
        past.days += min(max(case.days, -30), 120)
        self._decided += 1
        self._late += case.late

    def bill(self, case: Case) -> None:
        """Take in that an invoice was issued."""
        past = self._past.setdefault(case.customer, _Past())
        past.billed += 1
        past.cents += case.cents

    def features(self, case: Case) -> tuple[list[float], float]:
        """What is known of an invoice when it is issued, and the customer's shrunk share of late ones."""
        past = self._past.get(case.customer, _Past())
        rate = self._late / self._decided if self._decided else 0.5
        share = (past.late + PRIOR * rate) / (past.decided + PRIOR)
        held = min(max(share, 0.02), 0.98)
        usual = past.cents / past.billed if past.billed else case.cents
        size = math.log(max(case.cents, 1) / max(usual, 1))
        terms = (case.due - case.issued).days
        return [
            1.0,
            math.log(held / (1 - held)),
            past.days / past.decided / 30 if past.decided else 0.0,
            min(max(size, -2.0), 2.0),
            min(max(terms, 0), 90) / 30,
            1.0 if case.due.day >= 26 or case.due.day <= 3 else 0.0,
        ], share


def late_model(cases: Iterable[Case]) -> LateModel | None:
    """The model of decided invoices; None under ``LEAST``, and where it does no better than shares."""
    decided = sorted((case for case in cases if case.known is not None), key=lambda case: case.issued)
    if len(decided) < LEAST:
        return None
    history = History()
    rows = _rows(decided, history)
    cut = len(rows) - len(rows) * TRIED_TENTHS // 10
    tried = _tried(_fit(rows[:cut]), rows[cut:])
    return LateModel(_fit(rows), history, tried) if tried is not None else None


def _rows(decided: Sequence[Case], history: History) -> list[Row]:
    """Each invoice as it looked when it was issued: only what had ended before counts."""
    waiting: list[tuple[date, int]] = []
    rows: list[Row] = []
    for number, case in enumerate(decided):
        while waiting and waiting[0][0] <= case.issued:
            history.see(decided[heapq.heappop(waiting)[1]])
        seen, share = history.features(case)
        rows.append((seen, case.late, share))
        history.bill(case)
        heapq.heappush(waiting, (case.known or case.due, number))
    while waiting:
        history.see(decided[heapq.heappop(waiting)[1]])
    return rows


def _fit(rows: Sequence[Row]) -> list[float]:
    """Weights by Newton's method, held back by a penalty that spares the level."""
    weights = [0.0] * SIZE
    for _ in range(ROUNDS):
        gram = [[0.0] * SIZE for _ in range(SIZE)]
        for k in range(SIZE):
            gram[k][k] = PENALTY if k else 1e-6
        slope = [-PENALTY * weight if k else 0.0 for k, weight in enumerate(weights)]
        for seen, late, _ in rows:
            chance = _logistic(weights, seen)
            rest, weight = (1.0 if late else 0.0) - chance, max(chance * (1 - chance), 1e-6)
            for i in range(SIZE):
                slope[i] += rest * seen[i]
                for k in range(i + 1):
                    gram[i][k] += weight * seen[i] * seen[k]
        step = solve(gram, slope)
        weights = [weight + max(min(move, 2.0), -2.0) for weight, move in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-3:
            break
    return weights


def _logistic(weights: Sequence[float], seen: Sequence[float]) -> float:
    score = sum(weight * value for weight, value in zip(weights, seen, strict=True))
    return 1 / (1 + math.exp(-min(max(score, -30.0), 30.0)))


def _tried(weights: Sequence[float], rows: Sequence[Row]) -> Tried | None:
    """How the model did; None where it did no better than the shares, or nothing can be told."""
    chances = [(_logistic(weights, seen), late, share) for seen, late, share in rows]
    late = [chance for chance, was, _ in chances if was]
    paid = [chance for chance, was, _ in chances if not was]
    if not late or not paid:
        return None
    brier = sum((chance - was) ** 2 for chance, was, _ in chances) / len(chances)
    shrunk = sum((share - was) ** 2 for _, was, share in chances) / len(chances)
    auc = sum(_above(chance, paid) for chance in late) / (len(late) * len(paid))
    return Tried(len(chances), auc, brier, shrunk) if brier < shrunk and auc >= LEAST_AUC else None


def _above(chance: float, others: Sequence[float]) -> float:
    return sum(1.0 if chance > other else 0.5 if chance == other else 0.0 for other in others)
