"""What a business does with its M-Pesa shortcode, over HTTP."""

from __future__ import annotations

import base64
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.core.clock import business_day
from shared.core.errors import FieldError, Invalid, Retryable
from shared.core.money import up_to_shillings
from shared.core.phone import mask, parse_phone
from shared.http import MANAGERS, MONEY, READERS, Api, Body, Call, View
from shared.payments.gateways.daraja.products import QR, StandingOrder, qr_answer, qr_body
from shared.payments.gateways.port import NoAnswer, Rejected
from shared.payments.ports import Ports
from shared.payments.registration import owner_of_shortcode
from shared.payments.shortcode import balance, bills, orders
from shared.payments.shortcode.owning import open_number, owned, profile_of, refused
from shared.store import Doc, Key

api: Api[Ports] = Api("shortcode", title="The M-Pesa shortcode: balance, QR, standing orders, bills")
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


@api.get(
    "/v1/shortcode",
    roles=READERS,
    returns=ShortcodeView,
    summary="The shortcode that this installation collects on",
)
def read_shortcode(call: Call[Ports]) -> ShortcodeView:
    settings, owner = call.ports.settings, owner_of_shortcode(call.ports)
    mine = owner is not None and owner.data["business"] == call.business
    return ShortcodeView(shortcode=settings.daraja_shortcode, till=settings.daraja_till, mine=mine)


@api.post(
    "/v1/shortcode/balance",
    roles=MANAGERS,
    returns=BalanceView,
    status=202,
    summary="Ask what the shortcode's accounts hold",
)
def ask_balance(call: Call[Ports]) -> BalanceView:
    """Safaricom answers a moment later: read the balance under the id that is returned."""
    return balance_view(balance.ask(call.ports, call.business, call.actor.user))


@api.get(
    "/v1/shortcode/balance/{balance_id}",
    roles=MANAGERS,
    returns=BalanceView,
    summary="Read a balance that was asked for",
)
def read_balance(call: Call[Ports]) -> BalanceView:
    key = Key(balance.BALANCES, call.path["balance_id"])
    return balance_view(call.ports.store.require(call.business, key))


@api.post(
    "/v1/shortcode/qr",
    roles=MONEY,
    body=NewQr,
    returns=QrView,
    summary="A QR code that opens M-Pesa with everything filled in",
)
def draw_qr(call: Call[Ports], body: NewQr) -> QrView:
    """Nothing is kept: the same request draws the same code."""
    reference, cents = _what_to_pay(call, body)
    gateway = owned(call.ports, call.business)
    name = str(profile_of(call.ports, call.business).get("name", ""))
    picture = qr_answer(gateway.call(QR, qr_body(gateway.account, name, reference, cents, body.size)))
    if isinstance(picture, NoAnswer):
        raise Retryable(f"the provider did not answer: {picture.reason}")
    if isinstance(picture, Rejected):
        raise refused(picture.code, picture.message)
    return QrView(reference=reference, amount_cents=cents, png=base64.b64encode(picture).decode())


def _what_to_pay(call: Call[Ports], body: NewQr) -> tuple[str, int]:
    if not body.invoice_id:
        if body.amount_cents is None or not body.reference:
            fault = FieldError("/invoice_id", "give an invoice, or an amount and a reference")
            raise Invalid("qr_invalid", "there is nothing to pay", [fault])
        return body.reference, body.amount_cents
    invoice = call.ports.store.require(call.business, Key("invoices", body.invoice_id))
    owed = up_to_shillings(invoice.data["balance_cents"])
    return open_number(invoice), body.amount_cents or owed


@api.post(
    "/v1/shortcode/standing-orders",
    roles=MONEY,
    body=NewStandingOrder,
    returns=StandingOrderView,
    status=201,
    idempotent=True,
    summary="Ask a payer for a standing order (M-Pesa Ratiba)",
)
def create_order(call: Call[Ports], body: NewStandingOrder) -> StandingOrderView:
    """Asks once, however often the request is repeated with the same key."""
    order = StandingOrder(
        name=body.name,
        phone=parse_phone(body.phone),
        amount_cents=body.amount_cents,
        frequency=body.frequency,
        begins=_day(body.begins, "/begins"),
        ends=_day(body.ends, "/ends"),
        reference=body.reference,
        description=body.description,
        callback_url="",
    )
    orders.check_new(order, business_day(call.ports.clock.now()))
    return order_view(orders.create(call.ports, call.business, call.actor.user, order, call.key))


@api.get(
    "/v1/shortcode/standing-orders/{order_id}",
    roles=READERS,
    returns=StandingOrderView,
    summary="Read a standing order and what was told about it",
)
def read_order(call: Call[Ports]) -> StandingOrderView:
    return order_view(call.ports.store.require(call.business, Key(orders.ORDERS, call.path["order_id"])))


@api.post(
    "/v1/shortcode/bill-manager",
    roles=MANAGERS,
    returns=OptedIn,
    summary="Join Bill Manager with the contacts of the business",
)
def opt_in(call: Call[Ports]) -> OptedIn:
    bills.opt_in(call.ports, call.business)
    return OptedIn()


@api.post(
    "/v1/shortcode/bills",
    roles=MONEY,
    body=BillsToSend,
    returns=BillsView,
    summary="Send invoices to their payers' phones (Bill Manager)",
)
def send_bills(call: Call[Ports], body: BillsToSend) -> BillsView:
    """All of them or none; one that was sent before is replaced by how it stands now."""
    sent = bills.send(call.ports, call.business, call.actor.user, body.invoice_ids)
    return BillsView(data=[bill_view(doc) for doc in sent])


@api.post(
    "/v1/shortcode/bills/{invoice_id}/cancel",
    roles=MONEY,
    returns=BillView,
    summary="Take a sent bill back",
)
def cancel_bill(call: Call[Ports]) -> BillView:
    return bill_view(bills.cancel(call.ports, call.business, call.path["invoice_id"]))


def _day(text: str, pointer: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("day_invalid", "that is no day", [FieldError(pointer, "is not a day")]) from None
