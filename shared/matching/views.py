"""What crosses HTTP in matching: strict bodies in, decisions with their reasons and suggestions out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from shared.http import Args, Body, View
from shared.store import Doc

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$")]
Cents = Annotated[int, Field(gt=0, le=100_000_000_000)]
State = Literal["waiting", "auto", "review", "none", "manual"]


class NewLink(Body):
    """Cents of the payment for one invoice."""

    invoice_id: Id
    cents: Cents


class ManualMatch(Body):
    """What a payment is for; no links leaves it on the customer's account."""

    links: Annotated[list[NewLink], Field(max_length=15, default_factory=list)]
    customer_id: Id | None = None
    writeoff_cents: Annotated[int, Field(ge=0, le=100_000_000_000)] = 0
    note: Annotated[str, Field(max_length=500)] = ""


class Undo(Body):
    """Which link to take back; all of them when left out."""

    invoice_id: Id | None = None
    note: Annotated[str, Field(max_length=500)] = ""


class MatchArgs(Args):
    """Payments in one state of matching, or all."""

    state: State | None = None


class ReasonView(View):
    code: str
    text: str
    weight: int


class LinkView(View):
    invoice_id: str
    number: str
    cents: int
    writeoff_cents: int = 0


class CandidateView(View):
    customer_id: str
    share_milli: int
    step: str
    fit: str
    links: list[LinkView]
    reasons: list[ReasonView]


class DecisionView(View):
    decision: str
    model: str = ""
    confidence_milli: int
    reasons: list[ReasonView]
    candidates: list[CandidateView]
    rival: CandidateView | None
    actor: str
    decided_at: str


class MatchView(View):
    object: str = "match"
    payment_id: str
    state: str
    customer_id: str
    amount_cents: int
    allocated_cents: int
    unallocated_cents: int
    currency: str
    paid_at: str
    links: list[LinkView]
    decision: DecisionView | None = None


class ReviewView(View):
    object: str = "review_item"
    id: str
    kind: str
    subject_id: str
    status: str
    reasons: list[str]
    value_cents: int
    confidence_milli: int = 0
    about: dict[str, Any] = Field(default_factory=dict)
    suggestions: list[dict[str, Any]]
    rival: dict[str, Any] | None = None
    created_on: str


def match_view(payment: Doc, decision: Doc | None = None) -> MatchView:
    """A payment with where its money went, and why when the decision is given."""
    data = payment.data
    return MatchView(
        payment_id=payment.id,
        state=data["matching"],
        customer_id=data["customer_id"],
        amount_cents=data["amount_cents"],
        allocated_cents=data["allocated_cents"],
        unallocated_cents=data["unallocated_cents"],
        currency=data["currency"],
        paid_at=data["paid_at"],
        links=[LinkView.model_validate(link) for link in data["allocations"]],
        decision=DecisionView.model_validate(decision.data) if decision else None,
    )


def review_view(item: Doc) -> ReviewView:
    """A question that waits for a person, or did."""
    known = {name: item.data[name] for name in ReviewView.model_fields if name in item.data}
    return ReviewView(id=item.id, **known)
