"""Airtel's one callback address: ``/ipn/airtel/{token}``, the same for every business.

It is typed into Airtel's portal once for the app, so it can name neither business nor attempt. The body names
our id of the payment, which leads to both; nothing else in it is read here, and it is kept before anything is
done about it. What names no payment of ours is kept too, with the system's own records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core import context, measures
from shared.core.errors import NotFound
from shared.events import SYSTEM
from shared.payments.evidence import Address, body_of, continue_attempt, keep
from shared.payments.gateways.airtel.callback import payment_named_in
from shared.payments.gateways.daraja.urls import callback_token, check_callback_url, token_matches
from shared.payments.gateways.providers import AIRTEL
from shared.payments.places import CALLBACKS
from shared.payments.ports import Ports
from shared.payments.requests import asked_by
from shared.store import Key

if TYPE_CHECKING:
    from shared.core.context import Headers
    from shared.core.settings import Settings

NOBODY = "nobody"
"""The subject of a callback that names no payment of ours."""


def callback_address(settings: Settings) -> str:
    """What to type into Airtel's portal; raises Invalid ``callback_url_invalid``."""
    secret = settings.callback_secret.get_secret_value()
    return check_callback_url(f"{settings.public_url}/ipn/{AIRTEL}/{callback_token(secret, AIRTEL)}")


def receive(ports: Ports, token: str, raw: bytes, headers: Headers) -> None:
    """Keep a callback under the business whose payment it names; raises NotFound for a wrong token."""
    secret = ports.settings.callback_secret.get_secret_value()
    if not token_matches(secret, token, AIRTEL):
        measures.CALLBACKS.add(route=AIRTEL, outcome="refused")
        raise NotFound("there is no such address")
    asked = asked_by(ports.store, AIRTEL, payment_named_in(raw))
    address = Address(AIRTEL, asked.business, asked.attempt_id) if asked else Address(AIRTEL, SYSTEM, NOBODY)
    context.belongs_to(address.business)
    if asked:
        continue_attempt(ports, address)
    keep(ports, address, raw, headers)


def readdress(ports: Ports, evidence_id: str) -> None:
    """Hand a callback that named no payment of ours to the business whose payment it names by now.

    Raises NotFound ``payment_unknown`` when there is still none: it becomes a dead letter, which an operator
    can look at, and send again when the payments that were missing are there.
    """
    record = ports.store.require(SYSTEM, Key(CALLBACKS, evidence_id))
    raw = body_of(record)
    named = payment_named_in(raw)
    asked = asked_by(ports.store, AIRTEL, named)
    if asked is None:
        raise NotFound(f"the callback names {named or 'no payment'}: not ours", code="payment_unknown")
    keep(ports, Address(AIRTEL, asked.business, asked.attempt_id), raw, record.data["headers"])
