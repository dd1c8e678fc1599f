"""Receipts and outgoing money: the rule that says which line of money paid for which receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz, utils

from shared.matching.model import Reason, Verdict

DAYS_BEFORE, DAYS_AFTER = 3, 5
"""Money may leave some days before the receipt (deposits) or after it (cards, credit)."""
AUTO, SHOWN, MARGIN = 85, 40, 20
_CLASSES = str.maketrans("O0Q1IL5S8B2Z6G", "00011155882266")
"""Characters that a camera mixes up, as one class each."""


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """An accepted receipt: cents, merchant, ISO day, and the M-Pesa code where one was read."""

    id: str
    total_cents: int
    currency: str
    merchant: str
    day: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class TransactionFacts:
    """Money that went out: cents, to whom, ISO day, and the provider's receipt number."""

    id: str
    amount_cents: int
    currency: str
    party: str
    day: str
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A receipt with a line that may have paid it; ``points`` of 100."""

    receipt_id: str
    transaction_id: str
    points: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ReceiptDecision:
    """What to do with one receipt or line and its best partners."""

    verdict: Verdict
    pair: Pair | None
    candidates: tuple[Pair, ...]
    reasons: tuple[Reason, ...]


def folded(code: str) -> str:
    """A provider's code with look-alike characters as one: ``SI81O`` and ``5181O`` are the same."""
    return code.upper().translate(_CLASSES)


def compare(receipt: ReceiptFacts, line: TransactionFacts) -> Pair | None:
    """How well a line pays a receipt; None when currency, amount and code, or day rule it out."""
    if receipt.currency != line.currency or not receipt.total_cents:
        return None
    same_code = bool(receipt.code) and folded(receipt.code) == folded(line.receipt)
    exact = receipt.total_cents == line.amount_cents
    days = (date.fromisoformat(line.day) - date.fromisoformat(receipt.day)).days
    if not same_code and not (exact and -DAYS_BEFORE <= days <= DAYS_AFTER):
        return None
    points = [*_amount(exact), *_code(same_code, receipt, line), *_day(days), *_merchant(receipt, line)]
    total = max(0, min(100, sum(reason.weight for reason in points)))
    return Pair(receipt.id, line.id, total, tuple(points))


def _amount(exact: bool) -> list[Reason]:
    if exact:
        return [Reason("amount_exact", "the amounts are equal", 40)]
    return [Reason("amount_differs", "the amounts differ", -40)]


def _code(same: bool, receipt: ReceiptFacts, line: TransactionFacts) -> list[Reason]:
    if same:
        return [Reason("code_same", "the receipt shows this payment's code", 60)]
    if receipt.code and line.receipt:
        return [Reason("code_differs", "the receipt shows another payment's code", -40)]
    return []


def _day(days: int) -> list[Reason]:
    if days == 0:
        return [Reason("day_same", "paid on the receipt's day", 15)]
    side = "after" if days > 0 else "before"
    return [Reason("day_near", f"paid {abs(days)} days {side} the receipt", 10 if abs(days) <= 2 else 5)]


def _merchant(receipt: ReceiptFacts, line: TransactionFacts) -> list[Reason]:
    if not receipt.merchant or not line.party:
        return []
    alike = int(fuzz.token_set_ratio(receipt.merchant, line.party, processor=utils.default_process))
    if alike >= 80:
        return [Reason("merchant_same", "merchant and payee have the same name", 35)]
    if alike >= 60:
        return [Reason("merchant_like", "merchant and payee have similar names", 15)]
    return [Reason("merchant_differs", "merchant and payee have different names", -10)]


def choose(pairs: Sequence[Pair], rivals: Sequence[Pair]) -> ReceiptDecision:
    """Decide one side's best pair.

    Args:
        pairs: what the new receipt (or line) may go with.
        rivals: what the best partner may go with besides; a near-equal one there stops it too (one to one).
    """
    ranked = sorted(pairs, key=lambda p: (-p.points, p.receipt_id, p.transaction_id))
    if not ranked or ranked[0].points < SHOWN:
        return ReceiptDecision("none", None, tuple(ranked[:3]), (Reason("no_partner", "nothing fits"),))
    best = ranked[0]
    if any(other.points > best.points - MARGIN for other in [*ranked[1:], *rivals]):
        reason = Reason("rival", "another one fits nearly as well")
        return ReceiptDecision("review", best, tuple(ranked[:3]), (reason, *best.reasons))
    verdict: Verdict = "auto" if best.points >= AUTO else "review"
    return ReceiptDecision(verdict, best, tuple(ranked[:3]), best.reasons)
