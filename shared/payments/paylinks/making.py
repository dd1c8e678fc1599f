"""Making a link and switching it off. The address is found without knowing whose it is."""

from __future__ import annotations

import re

from shared.core.clock import parse_rfc3339, rfc3339
from shared.core.errors import FieldError, Invalid, NotFound, Refused
from shared.core.ids import derived_id
from shared.core.money import up_to_shillings
from shared.events import SYSTEM
from shared.payments.gateways.daraja.urls import callback_token
from shared.payments.paylinks.model import NewPaymentLink
from shared.payments.places import INVOICES, PAYMENT_LINKS
from shared.payments.ports import Ports
from shared.store import Data, Doc, Key, Tx

POINTERS = "pay_tokens"
_TOKEN = re.compile(r"[0-9a-f]{32}")


def link_id_of(business: str, key: str) -> str:
    """The id of the link that an idempotency key makes: a repeated request points at the same one."""
    return derived_id("lnk", business, key)


def point(ports: Ports, business: str, link_id: str, new: NewPaymentLink) -> str:
    """Give a link its address, before the link is written: half done it leads nowhere.

    The token is 128 bits of an HMAC over business and link, so it is the same on every repetition and
    nobody without the secret can guess one. Returns it; raises what ``write_link`` would raise, and then
    leaves nothing behind.
    """
    secret = ports.settings.callback_secret.get_secret_value()
    token = callback_token(secret, "pay", business, link_id)[:32]
    key = Key(POINTERS, token)
    if ports.store.get(SYSTEM, key) is None:
        ports.store.transaction(business, lambda tx: _checked(tx, new))
        ports.store.put(SYSTEM, key, {"business": business, "link_id": link_id})
    return token


def find(ports: Ports, token: str) -> tuple[str, Doc]:
    """The business and the link of an address; raises NotFound, which is all that a guesser learns."""
    pointer = ports.store.get(SYSTEM, Key(POINTERS, token)) if _TOKEN.fullmatch(token) else None
    if pointer is None:
        raise NotFound("there is no such address")
    business: str = pointer.data["business"]
    return business, ports.store.require(business, Key(PAYMENT_LINKS, pointer.data["link_id"]))


def write_link(tx: Tx, link_id: str, token: str, new: NewPaymentLink, actor: str) -> Doc:
    """Write a link; an invoice shows the latest one that was made for it.

    Raises NotFound for an unknown invoice, Refused ``invoice_not_open`` and ``amount_over_balance``, Invalid
    ``expires_at_invalid``.
    """
    expires_at, invoice = _checked(tx, new)
    if invoice is not None:
        tx.update(invoice.key, {"pay_token": token})
    record: Data = {
        **new.model_dump(),
        "status": "active",
        "token": token,
        "currency": "KES",
        "reference": new.reference or (invoice.data["number"] if invoice else f"P{link_id[-9:].upper()}"),
        "description": new.description or (f"{invoice.data['number']}" if invoice else ""),
        "expires_at": expires_at,
        "attempts": 0,
        "last_attempt_id": "",
        "prompts": [],
        "created_on": tx.now,
        "created_by": actor,
    }
    return tx.create(Key(PAYMENT_LINKS, link_id), record)


def _checked(tx: Tx, new: NewPaymentLink) -> tuple[str, Doc | None]:
    """When the link ends and the invoice it is for."""
    expires_at = _expiry(new.expires_at, tx.now)
    invoice = tx.require(Key(INVOICES, new.invoice_id)) if new.invoice_id else None
    if invoice is not None:
        _check_payable(invoice.data, new)
    return expires_at, invoice


def _expiry(text: str, now: str) -> str:
    if not text:
        return ""
    try:
        expires_at = rfc3339(parse_rfc3339(text))
    except Invalid as error:
        raise Invalid(error.code, error.message, [FieldError("/expires_at", error.message)]) from None
    if expires_at <= now:
        why = "this moment is over"
        raise Invalid("expires_at_invalid", why, [FieldError("/expires_at", why)])
    return expires_at


def _check_payable(invoice: Data, new: NewPaymentLink) -> None:
    if invoice["status"] != "open":
        raise Refused(f"the invoice is {invoice['status']}, not open", code="invoice_not_open")
    if invoice["currency"] != "KES":
        raise Refused("a phone pays shillings, the invoice is in another currency", code="currency_differs")
    if new.amount_cents is not None and new.amount_cents > up_to_shillings(invoice["balance_cents"]):
        raise Refused("that is more than the invoice's balance", code="amount_over_balance")


def disable_link(tx: Tx, link_id: str) -> Doc:
    """Switch a link off; what is being paid under it is still booked. Twice changes nothing."""
    link = tx.require(Key(PAYMENT_LINKS, link_id))
    invoice_id = link.data["invoice_id"]
    if invoice_id:
        invoice = tx.require(Key(INVOICES, invoice_id))
        if invoice.data.get("pay_token") == link.data["token"]:
            tx.update(invoice.key, {"pay_token": ""})
    return tx.update(link.key, {"status": "disabled"})
