"""The things simulated Airtel keeps: the business's app, phones and payments."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

MODES = ("ask", "pay", "wrong_pin", "cancel", "ignore")
"""How a phone answers prompts: ``ask`` shows them to a person, the others answer by themselves."""
WRONG_PIN, LIMIT, NO_PIN, POOR, EXPIRED = (f"DP00800001{end}" for end in ("002", "003", "005", "007", "029"))
OK, IN_PROCESS, AMBIGUOUS, NOT_FOUND = (f"DP00800001{end}" for end in ("001", "006", "024", "025"))


@dataclass(frozen=True, slots=True)
class Merchant:
    """A business's app in Airtel's portal, with the callback address and key that were typed in there."""

    key: str = "demo-client-id"
    secret: str = "demo-client-secret"  # noqa: S105 - a public demo credential of a simulated wallet
    callback_url: str = ""
    callback_key: str = ""
    name: str = "HESABU DEMO"


@dataclass(frozen=True, slots=True)
class Options:
    """How this Airtel behaves when no fault is set; times in seconds of the injected clock.

    Args:
        prompt_seconds: how long a prompt waits before the payment expires (TE).
        answer_seconds: how long an automatic phone takes to answer.
        callback_seconds: from the end of a payment to its callback.
        balance_cents: what a phone that is seen for the first time holds.
    """

    prompt_seconds: float = 90
    answer_seconds: float = 0
    callback_seconds: float = 0
    balance_cents: int = 100_000_00


@dataclass(slots=True)
class Account:
    """A phone's wallet; ``phone`` has nine digits, as Airtel names it."""

    phone: str
    balance_cents: int
    pin: str = "1234"
    name: str = "JOHN OTIENO"
    mode: str = ""
    prompts: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def fact(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class Payment:
    """One payment under the merchant's own id: TIP while the phone shows the prompt, then TS, TF or TE."""

    id: str
    merchant: str
    phone: str
    amount_cents: int
    reference: str
    created: str
    status: str = "TIP"
    code: str = IN_PROCESS
    money_id: str = ""
    done_at: str = ""
    refunded_at: str = ""
    ignored: bool = False

    def fact(self) -> dict[str, Any]:
        return asdict(self)
