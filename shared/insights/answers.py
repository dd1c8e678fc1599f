"""From a result to an answer: sentences from templates, tables from facts, citations to records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shared.insights.answer import Answer, AnswerTable, Chart, Citation, Guard, Kind, Line, Series
from shared.insights.examples import suggestions
from shared.insights.facts import Fact
from shared.insights.metrics import Result, Table
from shared.insights.phrases import REPLIES, TEMPLATES
from shared.insights.plan import Intent, Period, Plan
from shared.insights.vocabulary import CATEGORIES, CHANNELS, LABELS
from shared.insights.wording import Language, fill, localise, say_code, say_day, say_period


@dataclass(frozen=True, slots=True)
class Context:
    """What an answer is written for; ``customer`` is the name behind the plan's customer filter."""

    language: Language
    today: date
    customer: str = ""


class Say(Protocol):
    """Whoever may word the first sentence: its text, or "" for the template's, and what became of it."""

    def __call__(
        self, key: str, language: Language, facts: Mapping[str, Fact], words: Mapping[str, str], period: str
    ) -> tuple[str, Guard]: ...


def answer(plan: Plan, result: Result, context: Context, say: Say | None = None) -> Answer:
    """Write the answer of a computed plan: sentences, period and assumptions, always in this order.

    Args:
        say: may word the first sentence; all that follows it is written by templates.
    """
    language = context.language
    facts = [localise(fact, language) for fact in result.facts]
    known = {fact.id: fact for fact in facts}
    assumptions = [REPLIES[language][code] for code in (*plan.assumptions, *result.assumptions)]
    when, words = _when(plan, context), _words(plan, known, context)
    keys = [f"{plan.intent}.{name}" for name in (result.sentence, *result.extra)]
    said, guard = (say or _nobody)(keys[0], language, known, words, " ".join(when))
    told = [fill(TEMPLATES[language][key], known, words, language) for key in keys]
    text = [said or told[0], *told[1:], *when, *assumptions]
    table = _table(result.table, known, language) if result.table else None
    if table and table.rows_in_all > len(table.rows):
        text.append(REPLIES[language]["and_more"])
    return Answer(
        kind="answered",
        language=language,
        text=" ".join(text),
        facts=facts,
        citations=[_citation(fact) for fact in facts if fact.record_ids],
        table=table,
        chart=_chart(result.table, known, language),
        period_used=plan.period,
        compared_with=plan.compare_to,
        assumptions=assumptions,
        intent=plan.intent,
        plan=plan,
        phrased_by="gemini" if said else "template",
        guard=guard,
        suggestions=suggestions(language, [plan.intent]),
    )


def _nobody(*_: object) -> tuple[str, Guard]:
    return "", "not_used"


def reply(kind: Kind, code: str, intent: Intent, language: Language, near: Sequence[Intent] = ()) -> Answer:
    """A fixed reply with three questions that can be answered, the nearest first; nothing is computed."""
    return Answer(
        kind=kind,
        language=language,
        text=REPLIES[language][code],
        intent=intent,
        suggestions=suggestions(language, (), near),
    )


def _words(plan: Plan, facts: Mapping[str, Fact], context: Context) -> dict[str, str]:
    """Everything in a sentence that is no figure: who, what on, which flow, which days."""
    labels, language = LABELS[context.language], context.language
    whom = [CHANNELS[plan.filters.channel]] if plan.filters.channel else []
    whom += [context.customer] if context.customer else []
    on_what = [CATEGORIES[language][plan.filters.category]] if plan.filters.category else []
    narrowed = ", ".join([*whom, *on_what])
    words = {
        "from_whom": "".join(labels["from"] + name for name in whom),
        "on_what": "".join(labels["on"] + name for name in on_what),
        "Metric": labels.get(plan.metric or "", "") + (f" ({narrowed})" if narrowed else ""),
    }
    if (income := facts.get("income")) and income.period:
        words["window"] = say_period(income.period, language)
    return words


def _when(plan: Plan, context: Context) -> list[str]:
    replies, language = REPLIES[context.language], context.language
    if plan.period is None:
        return [replies["as_of"].format(period=say_day(context.today, language))]
    said = [replies["period"].format(period=say_period(plan.period, language))]
    return said + _against(plan.compare_to, language)


def _against(period: Period | None, language: Language) -> list[str]:
    if period is None:
        return []
    return [REPLIES[language]["against"].format(period=say_period(period, language))]


def _citation(fact: Fact) -> Citation:
    return Citation(
        fact=fact.id,
        collection=fact.collection,
        record_ids=list(fact.record_ids),
        record_count=fact.record_count,
        query_hash=fact.query_hash,
        data_version=fact.data_version,
    )


def _table(table: Table, facts: Mapping[str, Fact], language: Language) -> AnswerTable:
    rows = [
        Line(
            name=say_code(row.name, table.named_by, language),
            cells=[facts[name].formatted for name in row.facts],
            facts=list(row.facts),
            record_id=row.record_id,
        )
        for row in table.rows
    ]
    return AnswerTable(
        columns=[LABELS[language][column] for column in table.columns], rows=rows, rows_in_all=table.total
    )


def _chart(table: Table | None, facts: Mapping[str, Fact], language: Language) -> Chart | None:
    """A drawing of the first amounts of every row, when the rows hold amounts."""
    if table is None or not table.rows or facts[table.rows[0].facts[0]].unit != "KES":
        return None
    labels = [say_code(row.name, table.named_by, language) for row in table.rows]
    series = [
        Series(name=LABELS[language][table.columns[1 + k]], facts=[row.facts[k] for row in table.rows])
        for k in range(table.drawn)
    ]
    return Chart(type=table.chart, labels=labels, series=series, unit="KES")
