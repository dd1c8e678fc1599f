"""How often one phone may be prompted: a stranger is left in peace, nobody is charged twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.core.clock import parse_rfc3339, rfc3339
from shared.core.errors import RateLimited, Refused
from shared.core.phone import phone_hash
from shared.payments.gateways.providers import MPESA, provider_of
from shared.payments.places import ATTEMPTS
from shared.payments.states import NOT_CHARGED
from shared.store import Data, Key, Tx

WINDOW = timedelta(minutes=10)
MOST_IN_WINDOW = 5
SAME_AGAIN = timedelta(minutes=2)
"""Daraja answers 17 to the same amount for the same customer within two minutes (D3 MpesaExpressSimulate)."""
REMEMBERED = 5
"""How many prompts of a phone are remembered: more are not let in, and its method is chosen by them."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt that is about to be sent."""

    phone: str
    cents: int
    at: datetime
    attempt_id: str = ""
    provider: str = MPESA


def admit(tx: Tx, prompt: Prompt) -> None:
    """Count one prompt; raises RateLimited after five in ten minutes, Refused for an early repeat.

    The same amount over another provider is no repeat once the first attempt has ended without a charge.
    """
    key = _key(prompt.phone)
    known = tx.get(key)
    earlier = known.data["prompts"] if known else []
    recent = [p for p in earlier if parse_rfc3339(p["at"]) > prompt.at - WINDOW]
    if any(_is_repeat(tx, one, prompt) for one in recent):
        raise Refused(
            "this phone was asked for the same amount less than two minutes ago", code="repeated_too_soon"
        )
    if len(recent) >= MOST_IN_WINDOW:
        raise RateLimited("this phone was prompted five times in ten minutes", code="phone_rate_limited")
    asked = {"attempt_id": prompt.attempt_id, "provider": prompt.provider}
    line = {"at": rfc3339(prompt.at), "cents": prompt.cents, **asked}
    tx.put(key, {"prompts": [*earlier[1 - REMEMBERED :], line]})


def tried_by(tx: Tx, phone: str) -> list[str]:
    """The last attempts at this phone, newest first."""
    known = tx.peek(_key(phone))
    prompts = reversed(known.data["prompts"]) if known else ()
    return [prompt["attempt_id"] for prompt in prompts if prompt.get("attempt_id")]


def _is_repeat(tx: Tx, earlier: Data, prompt: Prompt) -> bool:
    """Whether an earlier prompt asked for the same, just now, and may still charge."""
    if earlier["cents"] != prompt.cents or parse_rfc3339(earlier["at"]) <= prompt.at - SAME_AGAIN:
        return False
    if provider_of(earlier) == prompt.provider or not earlier.get("attempt_id"):
        return True
    attempt = tx.get(Key(ATTEMPTS, earlier["attempt_id"]))
    return attempt is None or attempt.data["status"] not in NOT_CHARGED


def _key(phone: str) -> Key:
    return Key("prompts", phone_hash(phone))
