"""What the routes of the shortcode take and answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from shared.core.phone import mask
from shared.http import Args, Body, View
from shared.store import Doc

Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2026-03-31"])]


class ShortcodeView(View):
    """``mine``: whether this business has registered it, and so may use what is here."""

    object: str = "shortcode"
    shortcode: str
    till: str
    mine: bool


class BalanceView(View):
    object: str = "shortcode_balance"
    id: str
    status: str
    code: str
    created: str
    told_at: str
    accounts: list[dict[str, Any]]


class NewQr(Body):
    """A QR for an invoice, or for an amount and a reference."""

    invoice_id: Annotated[str, Field(max_length=128)] = ""
    amount_cents: Annotated[int | None, Field(ge=100, le=25_000_000, multiple_of=100)] = None
    reference: Annotated[str, Field(pattern=r"^[A-Za-z0-9 _-]{0,20}$")] = ""
    size: Annotated[int, Field(ge=100, le=1000)] = 300


class QrView(View):
    """``png`` is base64."""

    object: str = "shortcode_qr"
    reference: str
    amount_cents: int
    png: str


class NewStandingOrder(Body):
    """A payer is asked on the phone to let M-Pesa pay again and again."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9 -]{1,40}$", examples=["Rent HSE12"])]
    phone: Annotated[str, Field(min_length=9, max_length=30)]
    amount_cents: Annotated[int, Field(ge=100, le=25_000_000, multiple_of=100)]
    frequency: Literal[
        "once", "daily", "weekly", "monthly", "every_two_months", "quarterly", "half_yearly", "yearly"
    ]
    begins: Day
    ends: Day
    reference: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,12}$")]
    description: Annotated[str, Field(pattern=r"^[A-Za-z0-9 .-]{0,13}$")] = ""


OrderStatus = Literal["submitting", "asked", "unknown", "rejected", "review", "active", "refused"]


class OrderArgs(Args):
    status: OrderStatus | None = None


class OrderFinding(Body):
    """What a person found out about a standing order that the provider never told of."""

    active: bool
    note: Annotated[str, Field(min_length=3, max_length=500)]


class StandingOrderView(View):
    object: str = "standing_order"
    id: str
    status: str
    name: str
    phone: str
    amount_cents: int
    frequency: str
    begins: str
    ends: str
    reference: str
    payments: int
    code: str
    history: list[dict[str, Any]]


class BillsToSend(Body):
    """Open invoices; each is sent to the first phone of its customer."""

    invoice_ids: Annotated[list[Annotated[str, Field(max_length=128)]], Field(min_length=1, max_length=100)]


class BillArgs(Args):
    status: Literal["sent", "cancelled"] | None = None


class BillView(View):
    object: str = "bill"
    invoice_id: str
    number: str
    amount_cents: int
    status: str
    sent_on: str


class BillsView(View):
    object: str = "bills"
    data: list[BillView]


class OptedIn(View):
    object: str = "bill_manager"
    opted_in: bool = True


def balance_view(doc: Doc) -> BalanceView:
    known = {name: doc.data[name] for name in ("status", "code", "told_at", "accounts")}
    return BalanceView(id=doc.id, created=doc.data["created_on"], **known)


def order_view(doc: Doc) -> StandingOrderView:
    """The payer's phone is masked."""
    known = {name: doc.data[name] for name in StandingOrderView.model_fields if name in doc.data}
    return StandingOrderView(id=doc.id, **{**known, "phone": mask(known["phone"])})


def bill_view(doc: Doc) -> BillView:
    known = {name: doc.data[name] for name in ("number", "amount_cents", "status", "sent_on")}
    return BillView(invoice_id=doc.id, **known)
