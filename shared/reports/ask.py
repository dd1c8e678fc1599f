"""What is asked for: the kind of a report, its days, what narrows it, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from shared.core.errors import FieldError, Invalid
from shared.insights.plan import Category, Channel, Period
from shared.reports.sums import Grouping, spans

Kind = Literal[
    "profit_and_loss",
    "cash_flow",
    "ageing",
    "customer_statement",
    "vat_helper",
    "reconciliation",
    "receipts",
]
Format = Literal["json", "pdf", "xlsx", "csv", "zip"]
Language = Literal["en", "sw"]
Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST_DAYS = 3_660
FILTERS = ("customer_id", "channel", "category")


class Ask(BaseModel):
    """One report wanted. The business is not part of it: that comes from the token or the definition.

    Args:
        period: Nairobi days, for what flows; ``as_of`` the day of a position.
        columns: which columns of listings to keep, in the order of the report; all when empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    kind: Kind
    period: Period | None = None
    as_of: date | None = None
    customer_id: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$")] = None
    channel: Channel | None = None
    category: Category | None = None
    grouping: Grouping = "month"
    columns: tuple[Code, ...] = ()
    language: Language = "en"

    @property
    def span(self) -> Period:
        """The period, which a checked ask for what flows has."""
        if self.period is None:
            raise ValueError("what flows is counted over a period")
        return self.period

    @property
    def day(self) -> date:
        """The day of a position, which a checked ask for one has."""
        if self.as_of is None:
            raise ValueError("a position is as of a day")
        return self.as_of


@dataclass(frozen=True, slots=True)
class Rules:
    """What a kind takes: days or a day, its filters, the columns that may be chosen, its formats."""

    position: bool = False
    filters: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    grouped: bool = False
    columns: tuple[str, ...] = ()
    formats: tuple[Format, ...] = ("json", "pdf", "xlsx", "csv")


RULES: dict[Kind, Rules] = {
    "profit_and_loss": Rules(grouped=True),
    "cash_flow": Rules(grouped=True, filters=("channel",)),
    "ageing": Rules(
        position=True,
        filters=("customer_id",),
        columns=(
            "not_due",
            "days_1_30",
            "days_31_60",
            "days_61_90",
            "over_90",
            "owed",
            "invoices",
            "issued",
            "due",
            "late_days",
            "invoiced",
        ),
    ),
    "customer_statement": Rules(
        filters=("customer_id",), needs=("customer_id",), columns=("document", "charged", "paid", "balance")
    ),
    "vat_helper": Rules(),
    "reconciliation": Rules(
        filters=("channel", "customer_id"),
        columns=("paid_on", "channel", "payer", "amount", "unmatched", "state", "reasons"),
    ),
    "receipts": Rules(
        filters=("category",),
        columns=("day", "category", "amount", "vat", "state", "file"),
        formats=("json", "pdf", "xlsx", "csv", "zip"),
    ),
}


def checked(ask: Ask, today: date, format_: Format = "json") -> Ask:
    """The ask with its day filled in; raises Invalid ``report_invalid`` with a pointer for each fault."""
    rules = RULES[ask.kind]
    if rules.position and ask.as_of is None:
        ask = ask.model_copy(update={"as_of": today})
    faults = [FieldError(pointer, why) for pointer, why in _faults(ask, rules, today, format_)]
    if faults:
        raise Invalid("report_invalid", "the report cannot be made so", faults)
    if rules.grouped:
        spans(ask.span, ask.grouping)
    return ask


def _faults(ask: Ask, rules: Rules, today: date, format_: Format) -> Iterable[tuple[str, str]]:
    yield from _day_faults(ask, rules, today)
    for name in FILTERS:
        if getattr(ask, name) is not None and name not in rules.filters:
            yield f"/{name}", f"{ask.kind} is not narrowed by this"
        if getattr(ask, name) is None and name in rules.needs:
            yield f"/{name}", "required"
    if unknown := [code for code in ask.columns if code not in rules.columns]:
        yield "/columns", f"{unknown[0]!a} is none of {', '.join(rules.columns) or '(no column to choose)'}"
    if ask.grouping != "month" and not rules.grouped:
        yield "/grouping", f"{ask.kind} has no columns of time"
    if format_ not in rules.formats:
        yield "/format", f"one of {', '.join(rules.formats)}"


def _day_faults(ask: Ask, rules: Rules, today: date) -> Iterable[tuple[str, str]]:
    earliest = today - timedelta(days=LONGEST_DAYS)
    if rules.position:
        if ask.period is not None:
            yield "/period", "a position is as of one day: give as_of"
        if ask.as_of is not None and not earliest <= ask.as_of <= today:
            yield "/as_of", "a day that has begun, of the last ten years"
        return
    if ask.as_of is not None:
        yield "/as_of", "what flows is counted over a period: give period"
    if ask.period is None:
        yield "/period", "required"
    elif ask.period.days > LONGEST_DAYS or not earliest <= ask.period.start <= today:
        yield "/period", "begins on a day of the last ten years and holds at most ten years"
    elif ask.period.end > today + timedelta(days=366):
        yield "/period", "ends within a year from now"
