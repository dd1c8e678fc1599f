"""Choosing how a payer is asked: as the business said, else what worked for this phone, else a guess.

Nothing here refuses a number: people keep theirs when they change network, and new ranges open.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.errors import Refused
from shared.core.phone import national9
from shared.payments.gateways.providers import AIRTEL, MPESA, provider_of
from shared.payments.limits import tried_by
from shared.payments.places import ATTEMPTS, PROFILE
from shared.payments.ports import Ports
from shared.payments.states import State
from shared.store import Data, Key, Tx

AUTO = "auto"
_RANGES: dict[str, Sequence[tuple[int, int]]] = {
    MPESA: (
        (110, 119),
        (140, 143),
        (180, 182),
        (700, 729),
        (740, 743),
        (745, 746),
        (748, 749),
        (757, 759),
        (768, 769),
        (790, 799),
    ),
    AIRTEL: ((100, 108), (730, 739), (750, 756), (760, 760), (762, 767), (780, 789)),
}
"""The first three digits after 0 -> whose they were given out by: carrier data of phonenumbers 9.0.43, and
Safaricom's new ranges of August 2026 (reference: payments 1.9). Only ever a hint."""


def hinted(phone: str) -> str:
    """The provider that numbers like ``2547…`` were given out by, "" where the table does not say."""
    prefix = int(national9(phone)[:3])
    return next((who for who, spans in _RANGES.items() if any(a <= prefix <= z for a, z in spans)), "")


def methods_of(ports: Ports, profile: Data) -> tuple[str, ...]:
    """By what a business can be paid through this installation, M-Pesa first."""
    served = {MPESA: _serves_mpesa(ports, profile), AIRTEL: _serves_airtel(ports, profile)}
    return tuple(method for method, serves in served.items() if serves)


def choose(ports: Ports, tx: Tx, method: str, phone: str) -> str:
    """The provider that is to prompt a payer; one commit's reads, nothing is written.

    Raises Refused ``shortcode_not_served``, ``airtel_not_served`` or ``method_not_available``: money must not
    arrive on the account of somebody else than the business that asks for it.
    """
    found = tx.peek(PROFILE)
    profile = found.data if found else {}
    methods = methods_of(ports, profile)
    if method != AUTO:
        _check(ports, method, methods)
        return method
    if not methods:
        _check(ports, MPESA, methods)
    wishes = (_worked(tx, phone), hinted(phone), str(profile.get("preferred_method", "")), *methods)
    return next(wish for wish in wishes if wish in methods)


def _worked(tx: Tx, phone: str) -> str:
    """By what this phone paid the business last, "" when it never did."""
    for attempt_id in tried_by(tx, phone):
        attempt = tx.peek(Key(ATTEMPTS, attempt_id))
        if attempt is not None and attempt.data["status"] == State.SUCCEEDED:
            return provider_of(attempt.data)
    return ""


def _serves_mpesa(ports: Ports, profile: Data) -> bool:
    return profile.get("shortcode") in {None, "", ports.settings.daraja_shortcode}


def _serves_airtel(ports: Ports, profile: Data) -> bool:
    return ports.airtel is not None and profile.get("airtel_app") in {None, "", ports.settings.airtel_key}


def _check(ports: Ports, method: str, methods: Sequence[str]) -> None:
    if method in methods:
        return
    if method == MPESA:
        raise Refused("this installation collects on another shortcode", code="shortcode_not_served")
    if method == AIRTEL and ports.airtel is not None:
        raise Refused("this installation collects with another Airtel app", code="airtel_not_served")
    raise Refused(f"this installation has no {method} account", code="method_not_available")
