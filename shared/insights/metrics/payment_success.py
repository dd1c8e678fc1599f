"""How many prompts to pay end in money, and why the others do not (reference: insights 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from shared.insights.facts import Fact, Source, Tally, count_fact, derived_percent, tally
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope, each, midnight
from shared.insights.metrics.sums import required
from shared.insights.plan import Plan
from shared.store import Doc, Query, Where

WON = frozenset({"succeeded"})
LOST = frozenset({"failed", "rejected", "expired", "cancelled"})
"""Final; whatever is still open, claimed or doubtful is neither."""
PAYERS_OWN = frozenset({"1032", "1"})
"""Daraja's codes for a payer who declined, and for one without the money: no fault of the prompt."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Attempts of a period by how they ended."""

    won: list[Doc]
    lost: list[Doc]
    open: list[Doc]


def attempts(scope: Scope, plan: Plan) -> Ended:
    """Attempts made on the days of the plan, by how they stand now."""
    period = required(plan.period)
    span = (
        Where("created_on", ">=", midnight(period.start)),
        Where("created_on", "<", midnight(period.end + timedelta(days=1))),
    )
    ended = Ended([], [], [])
    for doc in each(scope, Query("attempts", span, "created_on")):
        if plan.filters.channel in (None, doc.data["provider"]):
            status = doc.data["status"]
            (ended.won if status in WON else ended.lost if status in LOST else ended.open).append(doc)
    return ended


def payment_success(scope: Scope, plan: Plan) -> Result:
    """Rates by attempt, by intent to pay, and without the payers' own reasons; failures by reason."""
    ended = attempts(scope, plan)
    chosen = tuple(sorted(plan.filters.given().items()))
    facts = [
        _count("succeeded", ended.won, plan, chosen),
        _count("failed", ended.lost, plan, chosen),
        _count("undecided", ended.open, plan, chosen),
    ]
    if not ended.won and not ended.lost:
        return Result(tuple(facts), "open" if ended.open else "none")
    won, lost = facts[0], facts[1]
    total = len(ended.won) + len(ended.lost)
    facts.append(derived_percent("success_rate", len(ended.won), total, (won, lost)))
    facts += _technical(ended, plan, chosen) + _intents(ended, plan, chosen)
    rows, reasons = _reasons(ended.lost, plan, chosen)
    facts += reasons
    table = Table(("reason", "attempts", "share"), tuple(rows), len(rows), "label") if rows else None
    return Result(tuple(facts), _word(plan, bool(rows)), table=table)


def _word(plan: Plan, failed: bool) -> str:
    if plan.metric == "failed_count":
        return "failed"
    if plan.metric == "failures_by_reason":
        return "reasons" if failed else "all_won"
    return "some" if failed else "all_won"


def _count(
    name: str, docs: Iterable[Doc], plan: Plan, chosen: tuple[tuple[str, object], ...], label: str = ""
) -> Fact:
    summed = _tally(docs)
    source = Source("attempts", plan.period, (("ended", name), *chosen))
    return count_fact(name, summed.count, summed, source).model_copy(update={"label": label})


def _tally(docs: Iterable[Doc]) -> Tally:
    return tally(docs, lambda doc: int(doc.data["amount_cents"]))


def _technical(ended: Ended, plan: Plan, chosen: tuple[tuple[str, object], ...]) -> list[Fact]:
    """The rate that is left when payers who declined or had no money are not counted."""
    ours = [doc for doc in ended.lost if str(doc.data["result_code"]) not in PAYERS_OWN]
    if not ended.won and not ours:
        return []
    counted = _count("failed_technically", ours, plan, chosen)
    whole = len(ended.won) + len(ours)
    return [counted, derived_percent("technical_rate", len(ended.won), whole, (counted,))]


def _intents(ended: Ended, plan: Plan, chosen: tuple[tuple[str, object], ...]) -> list[Fact]:
    """By invoice: one that was paid at the third prompt was paid."""
    paid = {doc.data["invoice_id"] for doc in ended.won if doc.data["invoice_id"]}
    tried = paid | {doc.data["invoice_id"] for doc in ended.lost if doc.data["invoice_id"]}
    if not tried:
        return []
    theirs = [doc for doc in (*ended.won, *ended.lost) if doc.data["invoice_id"]]
    summed, source = _tally(theirs), Source("attempts", plan.period, (("by", "invoice"), *chosen))
    counted = count_fact("invoices_tried", len(tried), summed, source)
    return [counted, derived_percent("intent_rate", len(paid), len(tried), (counted,))]


def _reasons(
    lost: list[Doc], plan: Plan, chosen: tuple[tuple[str, object], ...]
) -> tuple[list[Row], list[Fact]]:
    groups: dict[str, list[Doc]] = {}
    for doc in lost:
        groups.setdefault(doc.data["failure"] or doc.data["status"], []).append(doc)
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    rows, facts = [], []
    for reason, docs in ranked:
        label = f"failure_{reason}"
        part = _count(f"reason:{reason}", docs, plan, chosen, label)
        share = derived_percent(f"reason_share:{reason}", len(docs), len(lost), (part,), label)
        facts += [part, share]
        rows.append(Row(label, (part.id, share.id)))
    if facts:
        facts += [
            facts[0].model_copy(update={"id": "top_reason"}),
            facts[1].model_copy(update={"id": "top_reason_share"}),
        ]
    return rows, facts
