"""What crosses HTTP about payment links, and how a link is stored."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared.books.model import Text
from shared.core.clock import parse_rfc3339
from shared.http import Args, Body, View
from shared.payments.gateways.daraja.request import MAX_CENTS, MIN_CENTS
from shared.store import Data, Doc

Uses = Literal["single", "many"]
Status = Literal["active", "disabled", "expired"]
LinkCents = Annotated[int, Field(ge=MIN_CENTS, le=MAX_CENTS, multiple_of=100)]


class NewPaymentLink(Body):
    """A link to an invoice (its balance, a part of it, or what the payer chooses) or to a bare amount."""

    invoice_id: Annotated[str, Field(max_length=128, examples=["inv_0123456789abcdef01234567"])] = ""
    amount_cents: Annotated[LinkCents | None, Field(examples=[150_000])] = None
    open_amount: Annotated[bool, Field(description="The payer says how much.")] = False
    description: Annotated[Text, Field(max_length=120, examples=["Deposit for the tent"])] = ""
    reference: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{0,12}$", examples=["TENT7"])] = ""
    uses: Annotated[Uses, Field(description="`single` closes after one payment.")] = "single"
    expires_at: Annotated[str, Field(max_length=40, examples=["2027-01-31T20:59:59Z"])] = ""

    @model_validator(mode="after")
    def _one_amount(self) -> NewPaymentLink:
        """Say what is to be paid once, and what for."""
        if self.open_amount and self.amount_cents is not None:
            raise ValueError("give an amount or let the payer choose, not both")
        if not self.invoice_id and not self.open_amount and self.amount_cents is None:
            raise ValueError("without an invoice, give an amount or let the payer choose")
        if not self.invoice_id and not self.description:
            raise ValueError("without an invoice, describe what is paid for")
        return self


class PaymentLinkArgs(Args):
    """Links that can be switched off, links that were, or all."""

    status: Literal["active", "disabled"] | None = None


class PaymentLinkView(View):
    """A link as its business sees it; ``url`` opens the page for everybody who has it."""

    object: str = "payment_link"
    id: str
    status: Status
    url: str
    invoice_id: str
    amount_cents: int | None
    open_amount: bool
    currency: str
    description: str
    reference: str
    uses: str
    expires_at: str
    attempts: int
    last_attempt_id: str
    created_on: str


class PayStateView(View):
    """How one try to pay stands, for the page that waits for it: one word, nothing about anybody."""

    object: str = "pay_state"
    state: str
    done: bool


def page_url(public_url: str, token: str) -> str:
    """The address of a link's page."""
    return f"{public_url}/pay/{token}"


def status_of(link: Data, now: datetime) -> Status:
    """``active``, ``disabled`` by a person, or ``expired`` by its own time."""
    if link["status"] == "disabled":
        return "disabled"
    return "expired" if link["expires_at"] and parse_rfc3339(link["expires_at"]) <= now else "active"


def link_view(doc: Doc, public_url: str, now: datetime) -> PaymentLinkView:
    """A stored link as the API shows it."""
    known = {name: doc.data[name] for name in PaymentLinkView.model_fields if name in doc.data}
    told = {"url": page_url(public_url, doc.data["token"]), "status": status_of(doc.data, now)}
    return PaymentLinkView(id=doc.id, **{**known, **told})
