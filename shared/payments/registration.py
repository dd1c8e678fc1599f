"""Letting the provider announce and list the money of a business; done once by an operator.

A shortcode belongs to one business: whoever registered it first pulls its money, nobody else does.
"""

from __future__ import annotations

from shared.core.errors import Invalid, NotFound, Refused, Retryable
from shared.events import SYSTEM
from shared.payments.gateways.choose import gateway_for
from shared.payments.gateways.daraja.urls import callback_url
from shared.payments.gateways.port import Announces, NoAnswer, Rejected
from shared.payments.gateways.providers import MPESA
from shared.payments.places import PROFILE
from shared.payments.ports import Ports
from shared.store import Doc, Key, Tx


def owner_of_shortcode(ports: Ports) -> Doc | None:
    """The registration of the shortcode that this installation collects on: business and since when."""
    return ports.store.get(SYSTEM, _place(ports.settings.daraja_shortcode))


def register_c2b(ports: Ports, business: str) -> None:
    """Register the addresses of a business's paybill or till with the provider; again changes nothing.

    Raises NotFound without a profile; Refused ``shortcode_not_served`` when the profile names another
    shortcode, ``shortcode_taken`` when another business has it, ``not_announced`` when the provider cannot;
    Invalid when the provider refuses; Retryable when it does not answer.
    """
    shortcode = ports.settings.daraja_shortcode
    profile = ports.store.get(business, PROFILE)
    if profile is None:
        raise NotFound(f"there is no business '{business}'")
    if profile.data.get("shortcode") != shortcode:
        raise Refused("this installation collects on another shortcode", code="shortcode_not_served")
    gateway = gateway_for(ports, MPESA)
    if not isinstance(gateway, Announces):
        raise Refused("this provider announces nothing", code="not_announced")
    ports.store.transaction(SYSTEM, lambda tx: _take(tx, shortcode, business))
    addresses = (_address(ports, "confirmation", business), _address(ports, "validation", business))
    outcome = gateway.register(*addresses, str(profile.data.get("phone", "")))
    if isinstance(outcome, NoAnswer):
        raise Retryable(f"the provider did not answer: {outcome.reason}")
    if isinstance(outcome, Rejected):
        raise Invalid("registration_refused", f"the provider refuses: {outcome.code} {outcome.message}")


def _take(tx: Tx, shortcode: str, business: str) -> None:
    held = tx.get(_place(shortcode))
    if held is None:
        tx.create(_place(shortcode), {"business": business, "since": tx.now})
    elif held.data["business"] != business:
        raise Refused("another business collects on this shortcode", code="shortcode_taken")


def _place(shortcode: str) -> Key:
    return Key("shortcodes", shortcode or "none")


def _address(ports: Ports, route: str, business: str) -> str:
    settings = ports.settings
    secret = settings.callback_secret.get_secret_value()
    return callback_url(settings.public_url, f"c2b/{route}", business, settings.daraja_shortcode, secret)
