"""Collecting over HTTP: start an attempt, read it, list, cancel; and read the money received."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.core.phone import mask, parse_phone
from shared.http import MANAGERS, MONEY, READERS, Api, Args, Body, Call, ListView, View, page_view
from shared.payments import operator
from shared.payments.attempts import Ask, cancel, start
from shared.payments.gateways.daraja.request import MAX_CENTS, MIN_CENTS
from shared.payments.gateways.providers import MPESA, provider_of
from shared.payments.grades import grade_of
from shared.payments.methods import methods_of
from shared.payments.places import ATTEMPTS, PAYMENTS, PROFILE
from shared.payments.policy_api import add_routes
from shared.payments.ports import Ports
from shared.payments.retries import Retry, retry_of
from shared.payments.states import State
from shared.store import Doc, Key, Query, Tx, Where

api: Api[Ports] = Api("stk_push", title="Collecting money")
add_routes(api)


class NewAttempt(Body):
    """Ask a payer for money, for an invoice or a bare amount."""

    phone: Annotated[str, Field(min_length=9, max_length=30, examples=["0712 345 678"])]
    invoice_id: Annotated[str, Field(max_length=128)] = ""
    amount_cents: Annotated[int | None, Field(ge=MIN_CENTS, le=MAX_CENTS, multiple_of=100)] = None
    reference: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{0,12}$")] = ""
    description: Annotated[str, Field(pattern=r"^[A-Za-z0-9 .-]{0,13}$")] = ""
    method: Annotated[
        Literal["auto", "mpesa", "airtel"],
        Field(description="auto: what worked for this phone last, else what its number hints at"),
    ] = "auto"


class WayView(View):
    """One method by which the payer may be asked again, from when on."""

    method: str
    not_before: str


class RetryView(View):
    """Whether the payer may be asked again; never while money may have moved."""

    allowed: bool
    not_before: str
    methods: list[WayView]
    why: str


class AttemptView(View):
    object: str = "attempt"
    id: str
    status: str
    provider: str
    phone: str
    amount_cents: int
    currency: str
    invoice_id: str
    reference: str
    request_id: str
    payment_id: str
    receipt: str
    result_code: str
    failure: str
    created: str
    history: list[dict[str, Any]]
    retry: RetryView


class AttemptArgs(Args):
    status: State | None = None


class PaymentView(View):
    object: str = "payment"
    id: str
    provider: str
    receipt: str
    channel: str
    status: str
    matching: str
    amount_cents: int
    allocated_cents: int
    unallocated_cents: int
    refunding_cents: int = 0
    """Asked for by refunds that have not ended."""
    returned_cents: int = 0
    """Given back, or taken back by the provider."""
    currency: str
    payer: str
    payer_name: str
    reference: str
    customer_id: str
    attempt_id: str
    paid_at: str
    allocations: list[dict[str, Any]]
    grade: str
    """What the provider has shown: ``claimed``, ``verified`` or ``statement_confirmed``; it only rises."""
    evidence: list[dict[str, Any]]
    """Each proof with what it said and the grade that it alone gives."""
    warnings: list[str]
    """What is odd without being a contradiction; nothing is refused for it."""


class Word(Body):
    """What a person found out about a payment that nobody could prove."""

    received: bool
    amount_cents: Annotated[int | None, Field(ge=1, le=10**12)] = None
    note: Annotated[str, Field(min_length=3, max_length=500)]


class PaymentArgs(Args):
    matching: Literal["waiting", "auto", "review", "none", "manual"] | None = None


def attempt_view(doc: Doc, methods: Sequence[str] = (MPESA,)) -> AttemptView:
    """An attempt as the API shows it; the phone is masked, the business has it already.

    Args:
        methods: by what the business can be paid, for what is offered after a failure.
    """
    known = {name: doc.data[name] for name in AttemptView.model_fields if name in doc.data}
    known |= {"phone": mask(known["phone"]), "provider": provider_of(doc.data)}
    return AttemptView(
        id=doc.id, created=doc.data["created_on"], retry=_retry_view(retry_of(doc.data, methods)), **known
    )


def _retry_view(retry: Retry) -> RetryView:
    ways = [WayView(method=way.method, not_before=way.not_before) for way in retry.ways]
    return RetryView(allowed=retry.allowed, not_before=retry.not_before, methods=ways, why=retry.why)


def _methods(call: Call[Ports]) -> tuple[str, ...]:
    profile = call.ports.store.get(call.business, PROFILE)
    return methods_of(call.ports, profile.data if profile else {})


def payment_view(doc: Doc) -> PaymentView:
    """A payment as the API shows it."""
    known = {
        "warnings": [],
        **{name: doc.data[name] for name in PaymentView.model_fields if name in doc.data},
    }
    known["grade"] = grade_of(doc.data).value
    return PaymentView(id=doc.id, payer=doc.data["payer_masked"], **known)


@api.post(
    "/v1/attempts",
    roles=MONEY,
    body=NewAttempt,
    returns=AttemptView,
    status=201,
    idempotent=True,
    summary="Ask a payer for money (M-Pesa or Airtel Money)",
)
def start_attempt(call: Call[Ports], body: NewAttempt) -> AttemptView:
    """Prompts the payer's phone once, however often the request is repeated with the same key."""
    ask = Ask(
        parse_phone(body.phone, "/phone"),
        body.amount_cents,
        body.invoice_id,
        body.reference,
        body.description,
        body.method,
    )
    attempt = start(call.ports, call.business, call.actor.user, ask, call.key)
    return attempt_view(attempt, _methods(call))


@api.get(
    "/v1/attempts",
    roles=READERS,
    query=AttemptArgs,
    lists=AttemptView,
    summary="List attempts, newest first",
)
def list_attempts(call: Call[Ports]) -> ListView[AttemptView]:
    args: AttemptArgs = call.args
    where = (Where("status", "==", args.status.value),) if args.status else ()
    page = call.ports.store.query(
        call.business, Query(ATTEMPTS, where, "-created_on", args.limit, args.cursor)
    )
    methods = _methods(call)
    return page_view(page, lambda doc: attempt_view(doc, methods))


@api.get("/v1/attempts/{attempt_id}", roles=READERS, returns=AttemptView, summary="Read an attempt")
def read_attempt(call: Call[Ports]) -> AttemptView:
    attempt = call.ports.store.require(call.business, Key(ATTEMPTS, call.path["attempt_id"]))
    return attempt_view(attempt, _methods(call))


@api.post(
    "/v1/attempts/{attempt_id}/cancel",
    roles=MONEY,
    returns=AttemptView,
    summary="Stop waiting for an attempt",
)
def cancel_attempt(call: Call[Ports]) -> AttemptView:
    """The prompt cannot be recalled from the phone: money that still comes is booked all the same."""
    attempt = cancel(call.ports, call.business, call.path["attempt_id"], call.actor.user)
    return attempt_view(attempt, _methods(call))


@api.get(
    "/v1/payments",
    roles=READERS,
    query=PaymentArgs,
    lists=PaymentView,
    summary="List money received, newest first",
)
def list_payments(call: Call[Ports]) -> ListView[PaymentView]:
    args: PaymentArgs = call.args
    where = (Where("matching", "==", args.matching),) if args.matching else ()
    page = call.ports.store.query(call.business, Query(PAYMENTS, where, "-paid_at", args.limit, args.cursor))
    return page_view(page, payment_view)


@api.get("/v1/payments/{payment_id}", roles=READERS, returns=PaymentView, summary="Read a payment")
def read_payment(call: Call[Ports]) -> PaymentView:
    return payment_view(call.ports.store.require(call.business, Key(PAYMENTS, call.path["payment_id"])))


@api.post(
    "/v1/payments/{payment_id}/decide",
    roles=MANAGERS,
    body=Word,
    returns=PaymentView,
    idempotent=True,
    summary="Say whether a payment in doubt was received",
)
def decide_payment(call: Call[Ports], body: Word) -> PaymentView:
    """Received money is booked and matched; what never came is put aside, unless a list shows it later."""
    payment_id, user = call.path["payment_id"], call.actor.user

    def write(tx: Tx) -> dict[str, Any]:
        payment = operator.decide(
            tx, payment_id, received=body.received, cents=body.amount_cents, actor=user, note=body.note
        )
        return payment_view(payment).model_dump(mode="json")

    return PaymentView.model_validate(call.ports.outbox.run(call.business, write, once=call.once))
