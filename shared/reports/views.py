"""What crosses HTTP: an ask in, records of reports and definitions out."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from shared.http import Body, View
from shared.insights.plan import Category, Channel
from shared.reports.ask import RULES, Ask, Code, Format, Kind, Language
from shared.reports.definitions import NewDefinition
from shared.reports.schedule import Days, Schedule
from shared.reports.sums import Grouping
from shared.store import Doc

_Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$")]


class DayRange(Body):
    """Nairobi days as ``YYYY-MM-DD``, both included."""

    start: Annotated[_Day, Field(alias="from")]
    end: Annotated[_Day, Field(alias="to")]


class NewReport(Body):
    """A report to be made now: ``period`` for what flows, ``as_of`` for a position."""

    kind: Kind
    period: DayRange | None = None
    as_of: _Day | None = None
    format: Format = "json"
    language: Language = "en"
    grouping: Grouping = "month"
    columns: Annotated[list[Code], Field(max_length=20)] = Field(default_factory=list)
    customer_id: _Id | None = None
    channel: Channel | None = None
    category: Category | None = None

    def given(self) -> dict[str, Any]:
        """As the fields of an ask."""
        period = {"from": self.period.start, "to": self.period.end} if self.period else None
        return {**self.model_dump(exclude={"format", "period"}), "period": period}


class KindView(View):
    """What a kind takes."""

    kind: str
    title: str
    position: bool
    filters: list[str]
    required: list[str]
    grouped: bool
    columns: list[str]
    formats: list[str]


class KindsView(View):
    object: str = "list"
    data: list[KindView]
    has_more: bool = False
    next_cursor: str | None = None


class TotalView(View):
    """One of a report's totals: a fact, with the hash of its query and the version of its data."""

    id: str
    label: str
    value: str
    unit: str
    currency: str
    formatted: str
    record_count: int
    query_hash: str
    data_version: str


class ReportView(View):
    """A report as it was made. ``report`` is its whole content, only in the answer that made one as JSON."""

    id: str
    object: str = "report"
    status: str
    kind: str
    format: str
    title: str
    days: str
    ask: dict[str, Any]
    totals: list[TotalView]
    notes: list[str]
    definition_id: str
    slot: str
    size_bytes: int
    sha256: str
    media_type: str
    shown_name: str
    created_on: str
    created_by: str
    ready_on: str
    error: str
    report: dict[str, Any] | None = None


class LastView(View):
    """What became of a definition's last slot."""

    report_id: str = ""
    slot: str = ""
    status: str = ""
    error: str = ""
    at: str = ""


class DefinitionChange(NewDefinition):
    """A whole definition in place of the one before; with ``version`` only if that is still its own."""

    version: Annotated[int | None, Field(ge=0)] = None

    def definition(self) -> NewDefinition:
        return NewDefinition.model_validate(self.model_dump(exclude={"version"}))


class DefinitionView(View):
    id: str
    object: str = "report_definition"
    name: str
    kind: str
    days: Days
    format: str
    language: str
    grouping: str
    columns: list[str]
    customer_id: str | None
    channel: str | None
    category: str | None
    schedule: Schedule | None
    deliver_to: list[str]
    next_at: str
    last: LastView
    created_on: str
    created_by: str
    changed_on: str
    version: int


def kind_view(kind: Kind, title: str) -> KindView:
    rules = RULES[kind]
    return KindView(
        kind=kind,
        title=title,
        position=rules.position,
        filters=list(rules.filters),
        required=list(rules.needs) if rules.position else ["period", *rules.needs],
        grouped=rules.grouped,
        columns=list(rules.columns),
        formats=list(rules.formats),
    )


def report_view(doc: Doc) -> ReportView:
    shown = ReportView.model_fields.keys() & doc.data.keys()
    return ReportView(id=doc.id, **{name: doc.data[name] for name in shown})


def definition_view(doc: Doc) -> DefinitionView:
    shown = DefinitionView.model_fields.keys() & doc.data.keys()
    return DefinitionView(id=doc.id, version=doc.data["edits"], **{name: doc.data[name] for name in shown})


def asked(body: NewReport) -> Ask:
    """The ask of a body; raises pydantic's ValidationError for days that are none or out of order."""
    return Ask.model_validate(body.given())
