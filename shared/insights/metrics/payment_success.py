"""How many tries to collect succeed, and why the others fail (reference: insights 8).

Pending tries count neither way. A try fails finally when the provider refused it, when it failed, expired,
or when the business stopped waiting. The technical rate leaves out what the payer decided or lacked:
cancelled (1032) and not enough money (1).
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.insights.daybook import channel_of
from shared.insights.facts import Fact, Source, Tally, count_fact, derived_percent, money_fact, tally
from shared.insights.metrics.result import Plot, Result, Row, Table
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import required
from shared.insights.plan import Period, Plan
from shared.insights.records import records
from shared.store import Doc

SUCCEEDED = "succeeded"
FAILED = frozenset({"failed", "rejected", "expired", "cancelled"})
PAYERS_OWN = frozenset({"1", "1032", "cancelled", "insufficient_funds"})
"""Codes of M-Pesa and our words for what is no fault of the technique."""


@dataclass(slots=True)
class Tries:
    """The tries of a period that ended, and those that have not."""

    paid: list[Doc]
    failed: list[Doc]
    pending: list[Doc]


def payment_success(scope: Scope, plan: Plan) -> Result:
    """The rate by try, by what was to be paid, and without the payers' own reasons; failures by reason."""
    period = required(plan.period)
    tries = _tries(scope, period, plan.filters.channel, plan.filters.reason)
    source = Source("attempts", period, tuple(plan.filters.given().items()))
    facts = _counts(tries, source)
    if not tries.paid and not tries.failed:
        return Result(tuple(facts), "none")
    facts += _rates(tries, facts, source)
    rows, each = _by_reason(tries.failed, source)
    facts += each
    if each:
        facts.append(each[0].model_copy(update={"id": "top_failure"}))
    table = Table(("reason", "failures", "amount"), rows, len(rows), "reason")
    series = (("failures", tuple(row.facts[0] for row in rows)),)
    plot = Plot("bar", tuple(row.name for row in rows), series, "count", "reason")
    sentence = {"failed_count": "failed", "failures_by_reason": "why"}.get(plan.metric or "", "rate")
    return Result(tuple(facts), sentence if each else "all_paid", (), table, plot=plot)


def reason_of(doc: Doc) -> str:
    """Our word for why a try failed: the failure, else the result code, else its state."""
    data = doc.data
    if data["status"] == "cancelled":
        return "stopped"  # by the business; a payer's own "cancelled" is a failure
    failure = data.get("failure", "")
    named = failure if failure and failure != "rejected" else data.get("result_code", "") or failure
    return str(named or data["status"])


def _tries(scope: Scope, period: Period, channel: str | None, reason: str | None) -> Tries:
    tries = Tries([], [], [])
    for doc in records(scope, "attempts", period, ()):
        if channel not in (None, channel_of(doc.data.get("provider", "mpesa"))):
            continue
        if doc.data["status"] == SUCCEEDED:
            tries.paid.append(doc)
        elif doc.data["status"] not in FAILED:
            tries.pending.append(doc)
        elif reason in (None, reason_of(doc), doc.data.get("result_code", "")):
            tries.failed.append(doc)
    return tries


def _asked(doc: Doc) -> int:
    cents: int = doc.data["amount_cents"]
    return cents


def _counts(tries: Tries, source: Source) -> list[Fact]:
    paid, failed, pending = (tally(docs, _asked) for docs in (tries.paid, tries.failed, tries.pending))
    return [
        money_fact("collected", paid, source),
        count_fact("succeeded", paid.count, paid, source),
        count_fact("failed", failed.count, failed, source),
        money_fact("failed_value", failed, source),
        count_fact("pending", pending.count, pending, source),
    ]


def _rates(tries: Tries, facts: list[Fact], source: Source) -> list[Fact]:
    _, paid, failed, *_ = facts
    won, lost = len(tries.paid), len(tries.failed)
    technical = [doc for doc in tries.failed if not _payers_own(doc)]
    summed: Tally = tally(technical, _asked)
    told = [
        derived_percent("success_rate", won, won + lost, (paid, failed)),
        count_fact("technical_failures", summed.count, summed, source),
    ]
    if won or technical:
        told.append(derived_percent("technical_rate", won, won + len(technical), (paid, told[1])))
    return told + _intents(tries, source)


def _payers_own(doc: Doc) -> bool:
    return doc.data.get("result_code", "") in PAYERS_OWN or doc.data.get("failure", "") in PAYERS_OWN


def _intents(tries: Tries, source: Source) -> list[Fact]:
    """By what was to be paid: an invoice, or a try by itself. It is paid when any of its tries was."""
    won = {_intent(doc): doc for doc in reversed(tries.paid)}
    lost = {_intent(doc): doc for doc in reversed(tries.failed) if _intent(doc) not in won}
    paid, unpaid = tally(won.values(), _asked), tally(lost.values(), _asked)
    counts = (
        count_fact("intents_paid", paid.count, paid, source),
        count_fact("intents_lost", unpaid.count, unpaid, source),
    )
    return [*counts, derived_percent("intent_rate", len(won), len(won) + len(lost), counts)]


def _intent(doc: Doc) -> str:
    return doc.data.get("invoice_id") or doc.id


def _by_reason(failed: list[Doc], source: Source) -> tuple[tuple[Row, ...], list[Fact]]:
    groups: dict[str, list[Doc]] = {}
    for doc in failed:
        groups.setdefault(reason_of(doc), []).append(doc)
    rows, facts = [], []
    for reason in sorted(groups, key=lambda code: (-len(groups[code]), code)):
        of = Source("attempts", source.period, (("reason", reason), *source.chosen_by))
        summed = tally(groups[reason], _asked)
        pair = [
            count_fact(f"failure:{reason}", summed.count, summed, of, reason),
            money_fact(f"failure_value:{reason}", summed, of, reason),
        ]
        facts += pair
        rows.append(Row(reason, tuple(fact.id for fact in pair)))
    return tuple(rows), facts
