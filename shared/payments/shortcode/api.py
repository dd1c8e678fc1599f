"""What a business does with its M-Pesa shortcode, over HTTP."""

from __future__ import annotations

import base64
from datetime import date

from shared.core.clock import business_day
from shared.core.errors import FieldError, Invalid, Retryable
from shared.core.money import up_to_shillings
from shared.core.phone import parse_phone
from shared.http import MANAGERS, MONEY, READERS, Api, Call, ListView, page_view
from shared.payments.gateways.daraja.products import QR, StandingOrder, qr_answer, qr_body
from shared.payments.gateways.port import NoAnswer, Rejected
from shared.payments.places import BILLS, STANDING_ORDERS
from shared.payments.ports import Ports
from shared.payments.registration import owner_of_shortcode
from shared.payments.shortcode import balance, bills, order_questions, orders
from shared.payments.shortcode.owning import open_number, owned, profile_of, refused
from shared.payments.shortcode.views import (
    BalanceView,
    BillArgs,
    BillsToSend,
    BillsView,
    BillView,
    NewQr,
    NewStandingOrder,
    OptedIn,
    OrderArgs,
    OrderFinding,
    QrView,
    ShortcodeView,
    StandingOrderView,
    balance_view,
    bill_view,
    order_view,
)
from shared.store import Key, Page, Query, Where

api: Api[Ports] = Api("shortcode", title="The M-Pesa shortcode: balance, QR, standing orders, bills")


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
    "/v1/shortcode/standing-orders",
    roles=READERS,
    query=OrderArgs,
    lists=StandingOrderView,
    summary="List standing orders, newest first",
)
def list_orders(call: Call[Ports]) -> ListView[StandingOrderView]:
    """`submitting` and `unknown`: whether the payer was asked is not known. `review`: a person must say."""
    return page_view(_newest(call, STANDING_ORDERS, "-created_on"), order_view)


@api.post(
    "/v1/shortcode/standing-orders/{order_id}/decide",
    roles=MANAGERS,
    body=OrderFinding,
    returns=StandingOrderView,
    summary="Say how a standing order stands that was never told of",
)
def decide_order(call: Call[Ports], body: OrderFinding) -> StandingOrderView:
    """Only for orders in review. A notice that still comes counts all the same."""
    order_id, user = call.path["order_id"], call.actor.user
    done = order_questions.decide(
        call.ports, call.business, order_id, user, active=body.active, note=body.note
    )
    return order_view(done)


@api.get(
    "/v1/shortcode/standing-orders/{order_id}",
    roles=READERS,
    returns=StandingOrderView,
    summary="Read a standing order and what was told about it",
)
def read_order(call: Call[Ports]) -> StandingOrderView:
    return order_view(call.ports.store.require(call.business, Key(STANDING_ORDERS, call.path["order_id"])))


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


@api.get(
    "/v1/shortcode/bills",
    roles=READERS,
    query=BillArgs,
    lists=BillView,
    summary="List what was sent to payers' phones, newest first",
)
def list_bills(call: Call[Ports]) -> ListView[BillView]:
    return page_view(_newest(call, BILLS, "-sent_on"), bill_view)


@api.post(
    "/v1/shortcode/bills/{invoice_id}/cancel",
    roles=MONEY,
    returns=BillView,
    summary="Take a sent bill back",
)
def cancel_bill(call: Call[Ports]) -> BillView:
    return bill_view(bills.cancel(call.ports, call.business, call.path["invoice_id"]))


def _newest(call: Call[Ports], collection: str, order: str) -> Page:
    args: OrderArgs | BillArgs = call.args
    where = (Where("status", "==", args.status),) if args.status else ()
    return call.ports.store.query(call.business, Query(collection, where, order, args.limit, args.cursor))


def _day(text: str, pointer: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("day_invalid", "that is no day", [FieldError(pointer, "is not a day")]) from None
