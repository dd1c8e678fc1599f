"""The business's app at Airtel, and what it may collect."""

from __future__ import annotations

from dataclasses import dataclass

PROVIDER = "airtel"
"""The first half of the key of Airtel's money; the second is the airtel_money_id."""
COUNTRY, CURRENCY = "KE", "KES"
MIN_CENTS, MAX_CENTS = 1_00, 250_000_00
"""Airtel documents no limits for Kenya; the upper one is what the Central Bank lets a wallet move at once."""
FIRST_ENQUIRY_SECONDS = 180
"""Airtel asks not to enquire sooner about a payment that nothing was heard of (reference: payments 2)."""


@dataclass(frozen=True, slots=True)
class AirtelAccount:
    """One app of Airtel's developer portal.

    Args:
        base_url: of the Kenyan or the pan-African host, UAT or production.
        callback_key: the app's private key for callbacks, "" where callback authentication is off.
    """

    base_url: str
    key: str
    secret: str
    callback_key: str = ""
