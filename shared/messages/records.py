"""The records that messages are about, some of which may not exist."""

from __future__ import annotations

from shared.messages.ports import Ports
from shared.store import Data, Key


def profile_of(ports: Ports, business: str) -> Data:
    """What a business says about itself; {} when it has said nothing."""
    return record_of(ports, business, "profile", "business")


def record_of(ports: Ports, business: str, collection: str, identity: object) -> Data:
    """A record that may not exist, as its fields; {} when it does not."""
    if not isinstance(identity, str) or not identity:
        return {}
    found = ports.store.get(business, Key(collection, identity))
    return found.data if found else {}


def invoices_of(ports: Ports, business: str, payment: Data) -> list[Data]:
    """The invoices that a payment was allocated to, as far as they exist."""
    keys = [Key("invoices", part["invoice_id"]) for part in payment.get("allocations") or []]
    return [doc.data for doc in ports.store.get_many(business, list(dict.fromkeys(keys))) if doc]


def customer_of(ports: Ports, business: str, payment: Data, invoices: list[Data]) -> Data:
    """Who a payment is from: its own customer, else that of an invoice it paid."""
    candidates = [payment.get("customer_id"), *(invoice.get("customer_id") for invoice in invoices)]
    return record_of(ports, business, "customers", next((c for c in candidates if c), ""))
