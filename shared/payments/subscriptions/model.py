"""What crosses HTTP about subscriptions, and how their calendar is stored."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from shared.books.model import Day, DocId, NewLine, Text
from shared.core.phone import mask
from shared.http import Args, Body, View
from shared.payments.paylinks.model import LinkCents
from shared.payments.subscriptions.calendar import Rhythm, Unit
from shared.store import Data, Doc

Status = Literal["active", "paused", "cancelled", "finished"]


class NewSubscription(Body):
    """Ask a customer's phone for money every so often: a bare amount, or an invoice made for each period."""

    customer_id: Annotated[DocId, Field(examples=["cus_0123456789abcdef01234567"])]
    phone: Annotated[str, Field(min_length=9, max_length=30, examples=["0712 345 678"])]
    amount_cents: Annotated[LinkCents | None, Field(examples=[250_000])] = None
    lines: Annotated[
        list[NewLine],
        Field(max_length=50, default_factory=list, description="Each period gets an invoice of these."),
    ]
    description: Annotated[Text, Field(max_length=120, examples=["Rent, shop 4"])] = ""
    reference: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{0,12}$", examples=["RENT4"])] = ""
    unit: Annotated[Unit, Field(examples=["month"])]
    every: Annotated[int, Field(ge=1, le=366)] = 1
    start: Annotated[Day, Field(min_length=10, examples=["2027-01-31"])]
    at: Annotated[
        str,
        Field(pattern=r"^(0[6-9]|1[0-9]|20):[0-5][0-9]$", description="Nairobi time, by day."),
    ] = "09:00"
    count: Annotated[int | None, Field(ge=1, le=1000)] = None
    end: Day = ""
    pause_after: Annotated[int, Field(ge=1, le=10, description="Periods that fail one after another.")] = 3

    @model_validator(mode="after")
    def _one_amount(self) -> NewSubscription:
        if (self.amount_cents is None) == (not self.lines):
            raise ValueError("give either an amount or the lines of an invoice")
        if self.end and self.end < self.start:
            raise ValueError("it would end before it starts")
        return self


class SubscriptionArgs(Args):
    """Subscriptions of one status, the next due first, or all, newest first."""

    status: Status | None = None


class RunView(View):
    """One period: what was asked for and how it ended. ``missed`` periods before it were passed over."""

    sequence: int
    day: str
    status: str
    invoice_id: str
    attempt_id: str
    tries: int
    because: str
    missed: int
    started_on: str
    ended_on: str


class SubscriptionView(View):
    """A subscription; ``runs`` are its latest periods, newest first, where one subscription is read."""

    object: str = "subscription"
    id: str
    status: str
    customer_id: str
    phone: str
    amount_cents: int | None
    lines: list[dict[str, Any]]
    description: str
    reference: str
    unit: str
    every: int
    start: str
    at: str
    count: int | None
    end: str
    pause_after: int
    sequence: int
    next_day: str
    failures: int
    missed: int
    because: str
    created_on: str
    runs: list[RunView] = Field(default_factory=list)


def rhythm_of(subscription: Data) -> Rhythm:
    """The calendar of a stored subscription."""
    return Rhythm(
        unit=subscription["unit"],
        every=subscription["every"],
        start=date.fromisoformat(subscription["start"]),
        at=subscription["at"],
        count=subscription["count"],
        end=date.fromisoformat(subscription["end"]) if subscription["end"] else None,
    )


def subscription_view(doc: Doc, runs: list[Doc] | None = None) -> SubscriptionView:
    """A stored subscription as the API shows it; the phone is masked, the business has it already."""
    known = {name: doc.data[name] for name in SubscriptionView.model_fields if name in doc.data}
    told = {"phone": mask(known["phone"]), "runs": [_run_view(run) for run in runs or []]}
    return SubscriptionView(id=doc.id, **{**known, **told})


def _run_view(run: Doc) -> RunView:
    return RunView(**{name: run.data[name] for name in RunView.model_fields})
