"""Receipts by mail over HTTP: the address of a business, who may write to it, what came in, the way in."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from shared.http import (
    EVERYONE,
    MANAGERS,
    OWNERS,
    READERS,
    Api,
    Args,
    Body,
    Call,
    ListView,
    View,
    page_view,
)
from shared.receipts import mail_box
from shared.receipts.mail_policy import MOST_SENDERS, check_senders
from shared.receipts.multipart import FORM, MAX_FORM
from shared.receipts.places import MAILS
from shared.receipts.ports import Ports
from shared.store import Data, Doc, Key, Query, Where

PATH = "/v1/receipt-mail"


class Senders(Body):
    """Everybody who may hand in receipts by mail, the whole list."""

    senders: Annotated[
        list[Annotated[str, Field(max_length=320)]],
        Field(max_length=MOST_SENDERS, examples=[["juma@duka.co.ke", "@duka.co.ke"]]),
    ]


class MailBoxView(View):
    object: str = "receipt_mail_box"
    address: str
    senders: list[str]
    changes: list[dict[str, Any]]


class MailView(View):
    object: str = "receipt_mail"
    id: str
    status: str
    reason: str
    sender: str
    subject: str
    message_id: str
    spf: str
    signed_by: list[str]
    files: list[dict[str, Any]]
    admitted_by: str
    received_at: str


class MailReceivedView(View):
    object: str = "receipt_mail_received"
    mails: int


class MailArgs(Args):
    status: Literal["taken_in", "refused"] | None = None


def add_routes(api: Api[Ports]) -> None:
    """Put the routes of receipts by mail beside those of other receipts: the same function serves both."""
    api.get(PATH, roles=MANAGERS, returns=MailBoxView, summary="Read the address for receipts by mail")(
        read_receipt_mail
    )
    api.post(
        f"{PATH}/address",
        roles=OWNERS,
        returns=MailBoxView,
        status=201,
        idempotent=True,
        summary="Get a new address for receipts by mail",
    )(renew_receipt_mail)
    api.route(
        "PUT",
        f"{PATH}/senders",
        roles=OWNERS,
        body=Senders,
        returns=MailBoxView,
        summary="Say who may send receipts by mail",
    )(change_receipt_mail_senders)
    api.get(
        f"{PATH}/messages",
        roles=READERS,
        query=MailArgs,
        lists=MailView,
        summary="List mails that came in, newest first",
    )(list_receipt_mails)
    api.get(f"{PATH}/messages/{{mail_id}}", roles=READERS, returns=MailView, summary="Read a mail's record")(
        read_receipt_mail_message
    )
    api.post(
        f"{PATH}/messages/{{mail_id}}/admit",
        roles=MANAGERS,
        returns=MailView,
        summary="Let in a mail that was refused for its sender",
    )(admit_receipt_mail)
    api.post(
        f"{mail_box.INBOUND}{{hook}}",
        roles=EVERYONE,
        returns=MailReceivedView,
        limit=MAX_FORM,
        consumes=FORM,
        summary="Where the mail provider posts what came in",
    )(receive_receipt_mail)


def read_receipt_mail(call: Call[Ports]) -> MailBoxView:
    """``address`` is empty until one was asked for."""
    return _box_view(call, mail_box.read_box(call.ports.store, call.business))


def renew_receipt_mail(call: Call[Ports]) -> MailBoxView:
    """The first, or another one in the place of the old, which leads nowhere from then on."""
    mail_box.new_address(call.ports, call.business, call.actor.user, call.key)
    return _box_view(call, mail_box.read_box(call.ports.store, call.business))


def change_receipt_mail_senders(call: Call[Ports], body: Senders) -> MailBoxView:
    """Whole addresses, or ``@duka.co.ke`` for everybody of a domain; whoever else writes is refused.

    A mail must also be proven to come from there: its DKIM signature or SPF must hold for the domain.
    """
    senders = check_senders(body.senders)
    box = mail_box.change_senders(call.ports.store, call.business, senders, call.actor.user)
    return _box_view(call, box)


def list_receipt_mails(call: Call[Ports]) -> ListView[MailView]:
    args: MailArgs = call.args
    where = (Where("status", "==", args.status),) if args.status else ()
    query = Query(MAILS, where, "-received_at", args.limit, args.cursor)
    return page_view(call.ports.store.query(call.business, query), _mail_view)


def read_receipt_mail_message(call: Call[Ports]) -> MailView:
    return _mail_view(call.ports.store.require(call.business, Key(MAILS, call.path["mail_id"])))


def admit_receipt_mail(call: Call[Ports]) -> MailView:
    """Its files are read as if the sender had been known; the list of senders stays as it is."""
    from shared.receipts.mail import admit  # the parser of mails is no part of every cold start

    return _mail_view(admit(call.ports, call.business, call.path["mail_id"], call.actor.user))


def receive_receipt_mail(call: Call[Ports]) -> MailReceivedView:
    """SendGrid's Inbound Parse, with or without the raw message; the files are read in the background."""
    from shared.receipts.mail import receive

    kind = call.headers.get("Content-Type") or ""
    return MailReceivedView(mails=len(receive(call.ports, call.path["hook"], kind, call.raw)))


def _box_view(call: Call[Ports], box: Data) -> MailBoxView:
    address = mail_box.address_of(call.ports.settings, box["token"])
    return MailBoxView(address=address, senders=box["senders"], changes=box["changes"])


def _mail_view(doc: Doc) -> MailView:
    shown = MailView.model_fields.keys() - {"object", "id", "sender"}
    known = {name: doc.data[name] for name in shown}
    return MailView(id=doc.id, sender=doc.data["from"], **known)
