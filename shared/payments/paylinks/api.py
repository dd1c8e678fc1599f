"""Payment links over HTTP: make one, list, read, switch off, and its QR code."""

from __future__ import annotations

from shared.http import MONEY, READERS, Api, Call, ListView, Reply, page_view
from shared.payments.paylinks import making, qr
from shared.payments.paylinks.model import (
    NewPaymentLink,
    PaymentLinkArgs,
    PaymentLinkView,
    link_view,
    page_url,
)
from shared.payments.places import PAYMENT_LINKS
from shared.payments.ports import Ports
from shared.store import Doc, Key, Query, Tx, Where

api: Api[Ports] = Api("pay", title="Payment links and subscriptions")


def _view(call: Call[Ports], doc: Doc) -> PaymentLinkView:
    return link_view(doc, call.ports.settings.public_url, call.ports.clock.now())


def _link(call: Call[Ports]) -> Doc:
    return call.ports.store.require(call.business, Key(PAYMENT_LINKS, call.path["link_id"]))


@api.post(
    "/v1/payment-links",
    roles=MONEY,
    body=NewPaymentLink,
    returns=PaymentLinkView,
    status=201,
    idempotent=True,
    summary="Make a payment link",
)
def make_payment_link(call: Call[Ports], body: NewPaymentLink) -> PaymentLinkView:
    """Anybody with the link's address can pay, nobody can guess it. Send it, or print its QR code."""
    link_id = making.link_id_of(call.business, call.key.key)
    token = making.point(call.ports, call.business, link_id, body)

    def write(tx: Tx) -> dict[str, object]:
        return _view(call, making.write_link(tx, link_id, token, body, call.actor.user)).model_dump(
            mode="json"
        )

    return PaymentLinkView.model_validate(call.ports.store.transaction(call.business, write, once=call.once))


@api.get(
    "/v1/payment-links",
    roles=READERS,
    query=PaymentLinkArgs,
    lists=PaymentLinkView,
    summary="List payment links, newest first",
)
def list_payment_links(call: Call[Ports]) -> ListView[PaymentLinkView]:
    args: PaymentLinkArgs = call.args
    where = (Where("status", "==", args.status),) if args.status else ()
    query = Query(PAYMENT_LINKS, where, "-created_on", args.limit, args.cursor)
    return page_view(call.ports.store.query(call.business, query), lambda doc: _view(call, doc))


@api.get("/v1/payment-links/{link_id}", roles=READERS, returns=PaymentLinkView, summary="Read a payment link")
def read_payment_link(call: Call[Ports]) -> PaymentLinkView:
    return _view(call, _link(call))


@api.post(
    "/v1/payment-links/{link_id}/disable",
    roles=MONEY,
    returns=PaymentLinkView,
    summary="Switch a payment link off",
)
def disable_payment_link(call: Call[Ports]) -> PaymentLinkView:
    """Its page says that it is no longer in use; money that is on its way is booked all the same."""
    return _view(
        call,
        call.ports.store.transaction(call.business, lambda tx: making.disable_link(tx, call.path["link_id"])),
    )


@api.get("/v1/payment-links/{link_id}/qr.svg", roles=READERS, summary="A link's QR code, for print")
def qr_as_svg(call: Call[Ports]) -> Reply:
    """An SVG drawing of the page's address."""
    return _qr(call, "svg")


@api.get("/v1/payment-links/{link_id}/qr.png", roles=READERS, summary="A link's QR code, for a screen")
def qr_as_png(call: Call[Ports]) -> Reply:
    """A PNG picture of the page's address."""
    return _qr(call, "png")


def _qr(call: Call[Ports], picture: qr.Picture) -> Reply:
    url = page_url(call.ports.settings.public_url, _link(call).data["token"])
    return Reply(qr.draw(url, picture), mimetype=qr.TYPES[picture])
