"""Only the business that a shortcode belongs to may ask about it or let it bill somebody."""

from __future__ import annotations

from shared.core.errors import FieldError, Invalid, Refused
from shared.payments.gateways.daraja.products import Speaks
from shared.payments.places import PROFILE
from shared.payments.ports import Ports
from shared.payments.registration import owner_of_shortcode
from shared.store import Data, Doc


def owned(ports: Ports, business: str) -> Speaks:
    """The gateway, for the owner of the shortcode that this installation collects on.

    Raises Refused ``shortcode_not_served`` for everybody else, ``not_offered`` where the provider has no such
    products.
    """
    owner = owner_of_shortcode(ports)
    if owner is None or owner.data["business"] != business:
        why = "this business has not registered the shortcode that this installation collects on"
        raise Refused(why, code="shortcode_not_served")
    gateway = ports.gateway
    if not isinstance(gateway, Speaks):
        raise Refused("this provider does not offer that", code="not_offered")
    return gateway


def profile_of(ports: Ports, business: str) -> Data:
    """The business's profile, {} when there is none."""
    doc = ports.store.get(business, PROFILE)
    return doc.data if doc else {}


def open_number(invoice: Doc) -> str:
    """The number of an invoice that is owed; raises Refused ``invoice_not_open``."""
    if invoice.data["status"] != "open":
        raise Refused(f"the invoice is {invoice.data['status']}, not open", code="invoice_not_open")
    return str(invoice.data["number"])


def refused(code: str, message: str) -> Invalid:
    """What the provider said no to, in its words."""
    return Invalid("provider_refuses", f"the provider refuses: {code} {message}", [FieldError("", message)])
