"""Saved definitions: what is wanted, in which form, for whom, and when; kept by people, run by the timer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, field_validator

from shared.books.model import Email, Name
from shared.core.clock import EAT, parse_rfc3339
from shared.core.errors import FieldError, Invalid, Refused
from shared.http import Body
from shared.insights.calendar import relative
from shared.insights.plan import Category, Channel
from shared.reports.ask import RULES, Ask, Code, Format, Kind, Language, checked
from shared.reports.places import definition_key
from shared.reports.schedule import Days, Schedule, next_slot, period_on, stored
from shared.reports.sums import Grouping
from shared.store import Data, Doc, Key, Tx

MOST_RECIPIENTS = 10
_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$")]


class NewDefinition(Body):
    """A report to be made again and again.

    Args:
        days: which days it is about, as of the day it is made; a position (``ageing``) is as of the day
            before.
        deliver_to: e-mail addresses; the business's own when empty.
    """

    name: Name
    kind: Kind
    days: Days = "last_month"
    format: Format = "pdf"
    language: Language = "en"
    grouping: Grouping = "month"
    columns: Annotated[list[Code], Field(max_length=20)] = Field(default_factory=list)
    customer_id: _Id | None = None
    channel: Channel | None = None
    category: Category | None = None
    schedule: Schedule | None = None
    deliver_to: Annotated[list[Email], Field(max_length=MOST_RECIPIENTS)] = Field(default_factory=list)

    @field_validator("deliver_to")
    @classmethod
    def _each_once(cls, addresses: list[str]) -> list[str]:
        return list(dict.fromkeys(address.lower() for address in addresses if address))


def ask_on(definition: NewDefinition, day: date) -> Ask:
    """What a definition asks for when it is run on ``day``; raises Invalid ``report_invalid``."""
    position = RULES[definition.kind].position
    asked = Ask(
        kind=definition.kind,
        period=None if position else period_on(definition.days, day),
        as_of=relative("day", day, -1).end if position else None,
        customer_id=definition.customer_id,
        channel=definition.channel,
        category=definition.category,
        grouping=definition.grouping,
        columns=tuple(definition.columns),
        language=definition.language,
    )
    return checked(asked, day, definition.format)


def write_definition(tx: Tx, definition_id: str, new: NewDefinition, *, actor: str) -> Doc:
    """Write a definition, new or replaced; its next run is the first after now.

    Raises Invalid ``report_invalid`` for what no run could make, an unknown customer among it.
    """
    now = parse_rfc3339(tx.now)
    ask_on(new, now.astimezone(EAT).date())
    if new.customer_id is not None and tx.get(Key("customers", new.customer_id)) is None:
        fault = FieldError("/customer_id", "there is no such customer")
        raise Invalid("report_invalid", "the report cannot be made so", [fault])
    key = definition_key(definition_id)
    before = tx.get(key)
    kept: Data = before.data if before else {"created_on": tx.now, "created_by": actor, "last": {}}
    data = {
        **new.model_dump(mode="json"),
        **_next(new.schedule, now),
        "created_on": kept["created_on"],
        "created_by": kept["created_by"],
        "changed_on": tx.now,
        "last": kept["last"],
        "edits": before.data["edits"] + 1 if before else 0,
    }
    return tx.put(key, data)


def change_definition(
    tx: Tx, definition_id: str, new: NewDefinition, version: int | None, *, actor: str
) -> Doc:
    """Replace a definition; raises NotFound, Refused ``definition_changed`` when ``version`` is not its
    own."""
    before = tx.require(definition_key(definition_id))
    if version is not None and before.data["edits"] != version:
        raise Refused("somebody changed this definition since it was read", code="definition_changed")
    return write_definition(tx, definition_id, new, actor=actor)


def definition_of(doc: Doc) -> NewDefinition:
    """A stored definition as it was given."""
    given = {name: doc.data[name] for name in NewDefinition.model_fields}
    return NewDefinition.model_validate(given)


def _next(schedule: Schedule | None, after: datetime) -> Data:
    if schedule is None:
        return {"scheduled": False, "next_at": ""}
    return {"scheduled": True, "next_at": stored(next_slot(schedule, after))}
