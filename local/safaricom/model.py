"""The things simulated Safaricom keeps: merchants, phones, pushes, transactions."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

MODES = ("ask", "pay", "wrong_pin", "cancel", "ignore")
"""How a phone answers prompts: ``ask`` shows them to a person, the others answer by themselves."""


@dataclass(frozen=True, slots=True)
class Merchant:
    """A business's Daraja app and the paybill (or store number and till) it collects on."""

    key: str = "demo-consumer-key"
    secret: str = "demo-consumer-secret"  # noqa: S105 - a public demo credential of a simulated bank
    shortcode: str = "174379"
    passkey: str = "demo-passkey"
    till: str = ""
    name: str = "HESABU DEMO"
    initiator: str = "demo-initiator"
    initiator_password: str = "demo-initiator-password"  # noqa: S105 - as above


@dataclass(frozen=True, slots=True)
class Options:
    """How this Safaricom behaves when no fault is set; times in seconds of the injected clock.

    Args:
        prompt_seconds: how long a prompt waits before result 1037.
        answer_seconds: how long an automatic phone takes to answer.
        callback_seconds: from the end of a push to its callback.
        validation: whether C2B validation is switched on (Safaricom does that on request).
        one_time_urls: whether a second URL registration is refused, as in production.
        balance_cents: what a phone that is seen for the first time holds.
    """

    prompt_seconds: float = 60
    answer_seconds: float = 0
    callback_seconds: float = 0
    validation: bool = False
    one_time_urls: bool = False
    balance_cents: int = 100_000_00


@dataclass(slots=True)
class Account:
    """A phone's M-Pesa account. ``recent`` maps ``shortcode:amount`` to the time it was last paid."""

    phone: str
    balance_cents: int
    pin: str = "1234"
    name: str = "JANE WANJIKU KAMAU"
    mode: str = ""
    day: str = ""
    spent_cents: int = 0
    recent: dict[str, str] = field(default_factory=dict)
    prompts: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def fact(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class Push:
    """One STK push: ``code`` is None while the phone shows the prompt."""

    checkout: str
    merchant_request: str
    shortcode: str
    party_b: str
    phone: str
    amount_cents: int
    reference: str
    description: str
    callback_url: str
    created: str
    ignored: bool = False
    code: str | None = None
    receipt: str | None = None
    done_at: str | None = None
    queries: int = 0

    def fact(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Order:
    """What a phone is about to pay: ``kind`` is ``stk`` or ``c2b``, ``receipt`` set when given out before."""

    phone: str
    shortcode: str
    party_b: str
    amount_cents: int
    reference: str
    kind: str
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """Money that moved from a phone to a shortcode; this is the truth all else is compared with."""

    receipt: str
    at: str
    phone: str
    shortcode: str
    party_b: str
    amount_cents: int
    reference: str
    kind: str
    name: str
    org_balance_cents: int

    def fact(self) -> dict[str, Any]:
        return asdict(self)
