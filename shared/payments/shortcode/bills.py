"""Bill Manager: Safaricom sends open invoices to their payers' phones; payments come back as claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shared.core.clock import parse_rfc3339
from shared.core.errors import FieldError, Invalid, Refused, Retryable
from shared.payments.gateways.daraja.products import (
    MOST_BILLS,
    Bill,
    Speaks,
    bill_answer,
    bill_body,
    bills_path,
    cancel_body,
    opt_in_body,
    period_of,
)
from shared.payments.gateways.daraja.urls import callback_url
from shared.payments.gateways.port import NoAnswer, Rejected
from shared.payments.places import BILLS
from shared.payments.ports import Ports
from shared.payments.shortcode.owning import open_number, owned, profile_of, refused
from shared.store import Doc, Key, Tx

MOST_AT_ONCE = 100


def opt_in(ports: Ports, business: str) -> None:
    """Join Bill Manager with the contacts of the profile; again changes nothing.

    Raises Refused as ``owned``, Invalid ``contact_missing`` or ``provider_refuses``, Retryable on silence.
    """
    gateway, profile = owned(ports, business), profile_of(ports, business)
    email, phone = str(profile.get("email", "")), str(profile.get("phone", ""))
    if not email or not phone:
        raise Invalid("contact_missing", "Bill Manager asks for the e-mail and the phone of the business")
    settings = ports.settings
    secret = settings.callback_secret.get_secret_value()
    url = callback_url(settings.public_url, "bill", business, settings.daraja_shortcode, secret)
    _call(gateway, "optin", opt_in_body(gateway.account, email, phone, url))


def send(ports: Ports, business: str, actor: str, invoice_ids: Sequence[str]) -> list[Doc]:
    """Send open invoices to their customers' phones, one or many at once; sent again they are replaced.

    Raises NotFound; Refused ``invoice_not_open``; Invalid ``bill_invalid`` naming the first that cannot be
    sent, and nothing is; Invalid ``provider_refuses``; Retryable when the provider does not answer: sending a
    bill once more replaces it, so that the caller may simply repeat.
    """
    wanted = list(dict.fromkeys(invoice_ids))
    if not 0 < len(wanted) <= min(MOST_AT_ONCE, MOST_BILLS):
        fault = FieldError("/invoice_ids", f"must be 1 to {MOST_AT_ONCE} invoices")
        raise Invalid("bill_invalid", "that cannot be sent", [fault])
    bills = [_bill(ports, business, invoice_id) for invoice_id in wanted]
    gateway = owned(ports, business)
    bodies = [bill_body(bill) for bill in bills]
    if len(bodies) == 1:
        _call(gateway, "single-invoicing", bodies[0])
    else:
        _call(gateway, "bulk-invoicing", bodies)
    return ports.store.transaction(
        business, lambda tx: [_sent(tx, i, bill, actor) for i, bill in zip(wanted, bills, strict=True)]
    )


def cancel(ports: Ports, business: str, invoice_id: str) -> Doc:
    """Take a bill back; raises NotFound for an invoice that was never sent, and as ``send``."""
    key = Key(BILLS, invoice_id)
    bill = ports.store.require(business, key)
    gateway = owned(ports, business)
    if bill.data["status"] == "cancelled":
        return bill
    _call(gateway, "cancel-single-invoice", cancel_body(bill.data["number"]))
    return ports.store.transaction(business, lambda tx: tx.update(key, {"status": "cancelled"}))


def _call(gateway: Speaks, what: str, body: object) -> None:
    answer = bill_answer(gateway.call(bills_path(what), body))
    if isinstance(answer, NoAnswer):
        raise Retryable(f"the provider did not answer: {answer.reason}")
    if isinstance(answer, Rejected):
        raise refused(answer.code, answer.message)


def _bill(ports: Ports, business: str, invoice_id: str) -> Bill:
    invoice = ports.store.require(business, Key("invoices", invoice_id))
    number = open_number(invoice)
    customer = ports.store.require(business, Key("customers", invoice.data["customer_id"])).data
    if not customer["phones"]:
        raise Refused(f"the customer of invoice {number} has no phone", code="customer_without_phone")
    return Bill(
        reference=number,
        name=customer["name"],
        phone=customer["phones"][0],
        amount_cents=invoice.data["balance_cents"],
        title=f"Invoice {number}",
        period=period_of(parse_rfc3339(invoice.data["issued_on"])),
        due=date.fromisoformat(invoice.data["due_date"]),
    )


def _sent(tx: Tx, invoice_id: str, bill: Bill, actor: str) -> Doc:
    kept = {"number": bill.reference, "amount_cents": bill.amount_cents, "status": "sent"}
    return tx.put(Key(BILLS, invoice_id), {**kept, "sent_on": tx.now, "sent_by": actor})
