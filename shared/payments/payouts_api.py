"""Sending money over HTTP: payouts and refunds, and who lets them go."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from shared.core.phone import mask, parse_phone
from shared.http import MANAGERS, MONEY, READERS, Api, Args, Body, Call, ListView, View, page_view
from shared.payments import payout_requests as use
from shared.payments.payout_requests import MAX_CENTS, PayoutAsk, RefundAsk
from shared.payments.payout_states import PayoutState
from shared.payments.places import PAYOUTS
from shared.payments.ports import Ports
from shared.store import Doc, Key, Query, Where

api: Api[Ports] = Api("payouts", title="Sending money")

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$")]
Cents = Annotated[int, Field(ge=1_00, le=MAX_CENTS, multiple_of=100)]
Phone = Annotated[str, Field(min_length=9, max_length=30, examples=["0712 345 678"])]
Note = Annotated[str, Field(max_length=200)]


class NewPayout(Body):
    """Money for a supplier or another person; ``category`` or ``supplier`` says what for in the books."""

    phone: Phone
    amount_cents: Cents
    purpose: Annotated[str, Field(pattern=r"^[A-Za-z0-9 .-]{1,40}$", examples=["cement"])]
    category: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")] = "other"
    supplier: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{0,80}$")] = ""
    reference: Annotated[str, Field(max_length=80)] = ""
    note: Note = ""


class NewRefund(Body):
    """Money of a payment to give back; all that is left of it when no amount is given."""

    payment_id: Id
    amount_cents: Cents | None = None
    method: Literal["send", "reverse"] = "send"
    phone: Annotated[str, Field(max_length=30)] = ""
    invoices: Annotated[list[Id], Field(max_length=15, default_factory=list)]
    note: Note = ""


class Rejection(Body):
    """Why a payout is not to go out."""

    note: Annotated[str, Field(min_length=3, max_length=500)]


class Finding(Body):
    """What a person found out about a payout whose end the provider did not tell."""

    sent: bool
    note: Annotated[str, Field(min_length=3, max_length=500)]


class PayoutView(View):
    object: str = "payout"
    id: str
    kind: str
    method: str
    provider: str
    status: str
    phone: str
    amount_cents: int
    charge_cents: int
    currency: str
    purpose: str
    account: str
    reference: str
    note: str
    payment_id: str
    invoices: list[str]
    receipt: str
    result_code: str
    failure: str
    created_on: str
    created_by: str
    approved_by: str
    sent_at: str
    history: list[dict[str, Any]]


class PayoutArgs(Args):
    status: PayoutState | None = None


class RefundArgs(Args):
    payment_id: Id | None = None


def payout_view(doc: Doc) -> PayoutView:
    """A payout as the API shows it; the phone is masked, the business has it already."""
    known = {name: doc.data[name] for name in PayoutView.model_fields if name in doc.data}
    return PayoutView(id=doc.id, **{**known, "phone": mask(known["phone"]) if known["phone"] else ""})


@api.post(
    "/v1/payouts",
    roles=MONEY,
    body=NewPayout,
    returns=PayoutView,
    status=201,
    idempotent=True,
    summary="Send money to a phone",
)
def create_payout(call: Call[Ports], body: NewPayout) -> PayoutView:
    """It waits for somebody else's approval, unless the business lets amounts of this size go without."""
    account = f"payable:{body.supplier}" if body.supplier else f"expense:{body.category}"
    phone = parse_phone(body.phone, "/phone")
    ask = PayoutAsk(phone, body.amount_cents, body.purpose, account, body.reference, body.note)
    return payout_view(use.ask_payout(call.ports, call.business, call.actor.user, ask, call.key))


@api.post(
    "/v1/refunds",
    roles=MONEY,
    body=NewRefund,
    returns=PayoutView,
    status=201,
    idempotent=True,
    summary="Give money of a payment back",
)
def create_refund(call: Call[Ports], body: NewRefund) -> PayoutView:
    """The money is reserved on the payment: its refunds never add up to more than it brought.

    `send` pays the payer's phone, all or a part. `reverse` has the provider undo the whole payment.
    """
    phone = parse_phone(body.phone, "/phone") if body.phone else ""
    invoices = tuple(body.invoices)
    ask = RefundAsk(body.payment_id, body.amount_cents, body.method, phone, invoices, body.note)
    return payout_view(use.ask_refund(call.ports, call.business, call.actor.user, ask, call.key))


@api.get(
    "/v1/payouts",
    roles=READERS,
    query=PayoutArgs,
    lists=PayoutView,
    summary="List payouts and refunds, newest first",
)
def list_payouts(call: Call[Ports]) -> ListView[PayoutView]:
    args: PayoutArgs = call.args
    return _page(call, (Where("status", "==", args.status.value),) if args.status else ())


@api.get(
    "/v1/refunds",
    roles=READERS,
    query=RefundArgs,
    lists=PayoutView,
    summary="List refunds, of one payment or all, newest first",
)
def list_refunds(call: Call[Ports]) -> ListView[PayoutView]:
    args: RefundArgs = call.args
    where = Where("payment_id", "==", args.payment_id) if args.payment_id else Where("kind", "==", "refund")
    return _page(call, (where,))


def _page(call: Call[Ports], where: tuple[Where, ...]) -> ListView[PayoutView]:
    query = Query(PAYOUTS, where, "-created_on", call.args.limit, call.args.cursor)
    return page_view(call.ports.store.query(call.business, query), payout_view)


@api.get("/v1/payouts/{payout_id}", roles=READERS, returns=PayoutView, summary="Read a payout or refund")
def read_payout(call: Call[Ports]) -> PayoutView:
    return payout_view(call.ports.store.require(call.business, Key(PAYOUTS, call.path["payout_id"])))


@api.post(
    "/v1/payouts/{payout_id}/approve",
    roles=MANAGERS,
    returns=PayoutView,
    summary="Let somebody else's payout go out",
)
def approve_payout(call: Call[Ports]) -> PayoutView:
    """Nobody approves what they asked for. Approving again changes nothing."""
    return payout_view(use.approve(call.ports, call.business, call.path["payout_id"], call.actor.user))


@api.post(
    "/v1/payouts/{payout_id}/reject",
    roles=MANAGERS,
    body=Rejection,
    returns=PayoutView,
    summary="Refuse somebody else's payout",
)
def reject_payout(call: Call[Ports], body: Rejection) -> PayoutView:
    payout_id, user = call.path["payout_id"], call.actor.user
    return payout_view(use.reject(call.ports, call.business, payout_id, user, body.note))


@api.post(
    "/v1/payouts/{payout_id}/cancel",
    roles=MONEY,
    returns=PayoutView,
    summary="Take a payout back that was not sent yet",
)
def cancel_payout(call: Call[Ports]) -> PayoutView:
    return payout_view(use.cancel(call.ports, call.business, call.path["payout_id"], call.actor.user))


@api.post(
    "/v1/payouts/{payout_id}/decide",
    roles=MANAGERS,
    body=Finding,
    returns=PayoutView,
    summary="Say how a payout ended that the provider left open",
)
def decide_payout(call: Call[Ports], body: Finding) -> PayoutView:
    """Only for payouts in review, and for those that nobody answers about any more."""
    payout_id, user = call.path["payout_id"], call.actor.user
    done = use.decide(call.ports, call.business, payout_id, user, went=body.sent, note=body.note)
    return payout_view(done)
