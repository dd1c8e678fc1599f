"""The port of every payment provider: what can be asked of it, and the only answers it may give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Outcome(StrEnum):
    """What a provider's answer says about the money, in words that no provider owns."""

    SUCCESS = "success"
    FAILED_RETRYABLE = "failed_retryable"
    FAILED_FINAL = "failed_final"
    UNKNOWN = "unknown"
    PENDING = "pending"
    CONFIG = "config"

    @property
    def definite_failure(self) -> bool:
        """Nothing was paid, and the provider is sure of it."""
        return self in {Outcome.FAILED_RETRYABLE, Outcome.FAILED_FINAL}


@dataclass(frozen=True, slots=True)
class CollectRequest:
    """One try to collect: ``phone`` as ``2547…``, ``amount_cents`` in whole shillings, our callback URL."""

    attempt_id: str
    phone: str
    amount_cents: int
    reference: str
    description: str
    callback_url: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the request; nothing is paid yet. ``request_id`` is what ``query`` asks about."""

    request_id: str
    merchant_request_id: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Nothing was prompted, for certain. ``retryable`` means a new attempt later can work unchanged."""

    code: str
    message: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """The payer may have been prompted. Never send again: wait for the callback or other evidence."""

    reason: str
    code: str = ""


InitiateAnswer = Accepted | Rejected | Unknown


class HintKind(StrEnum):
    """How much of the payer's number the provider shows."""

    PHONE = "phone"
    MASKED = "masked"
    HASH = "hash"


@dataclass(frozen=True, slots=True)
class PayerHint:
    """Who paid, as far as the provider tells: a number, a masked number or its SHA-256, and a name."""

    kind: HintKind | None = None
    value: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One proof about money. Fields that this kind of proof does not carry are None.

    Args:
        kind: ``callback``, ``query``, ``c2b``, ``status``, ``pull`` or ``statement``.
        request_id: the provider's id of the attempt, "" when it names none.
        receipt: the provider's receipt number; with ``provider`` the key of the money.
        amount_cents: what was paid, in cents.
        account: the reference the payer typed or we sent, "" when not carried.
        shortcode: the account that received the money.
        failure: our word for why nothing was paid, of a definite failure.
        at: when the provider says that it happened, UTC.
        source: whether a callback came from where the provider's callbacks come from (sources.py).
    """

    provider: str
    kind: str
    outcome: Outcome
    code: str
    description: str = ""
    request_id: str = ""
    receipt: str | None = None
    amount_cents: int | None = None
    payer: PayerHint = PayerHint()
    account: str = ""
    shortcode: str = ""
    at: datetime | None = None
    failure: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """The provider knows how it ended."""

    evidence: Evidence


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The provider did not say; it proves nothing, ask again later."""

    reason: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do, and within which limits.

    Args:
        min_cents, max_cents: the smallest and the largest amount of one payment.
        whole_shillings: whether cents cannot be sent.
        query_floor_seconds: how long after the prompt the provider wants to be left alone.
        can_list: it lists the money it received (Lists). can_refund: it gives a payment back (PaysOut).
        partial_refunds: it gives back a part of one, too.
    """

    min_cents: int
    max_cents: int
    whole_shillings: bool
    query_floor_seconds: int
    can_list: bool
    can_refund: bool
    partial_refunds: bool


class Gateway(Protocol):
    """A provider that can prompt a payer and be asked about it."""

    provider: str
    capabilities: Capabilities

    def known_as(self, attempt_id: str) -> str:
        """The id to ``query`` about from the start, where the provider takes ours; "" where it gives one."""

    def initiate(self, request: CollectRequest) -> InitiateAnswer:
        """Prompt the payer once. Raises Invalid when the request breaks the provider's rules."""

    def query(self, request_id: str) -> QueryAnswer | NoAnswer:
        """Ask how one accepted request ended."""

    def parse(self, route: str, headers: Mapping[str, str], raw: bytes) -> Evidence:
        """Read what the provider posted to one of its routes (ipn.py); raises Invalid otherwise."""


@dataclass(frozen=True, slots=True)
class Registered:
    """The provider knows where to announce money, now or since before."""


@runtime_checkable
class Announces(Protocol):
    """A provider that tells an address about money that nobody asked for."""

    def register(
        self, confirmation_url: str, validation_url: str, phone: str
    ) -> Registered | Rejected | NoAnswer:
        """Give the provider our addresses, and switch listing on where it has to be switched on.

        Args:
            phone: the business's own number, ``2547…``, where the provider wants one to write to.

        Raises Invalid when an address breaks the provider's rules.
        """


@runtime_checkable
class Lists(Protocol):
    """A provider that lists the money it received: proof that needs no callback."""

    def list_since(self, since: datetime, until: datetime) -> list[Evidence] | NoAnswer:
        """Everything received in the window, as far back as the provider goes. All of it or NoAnswer."""


@dataclass(frozen=True, slots=True)
class PayoutRequest:
    """Money that the business sends: a refund, or a payout to a person.

    Args:
        request_id: ours, kept before it is sent and the same on every repetition: the provider refuses a
            second one, so that no repetition pays twice.
        receipt: of the payment that is given back, "" when it is no refund.
        result_url, timeout_url: where the provider tells how it ended, and that it gave up telling.
    """

    request_id: str
    phone: str
    amount_cents: int
    purpose: str
    remarks: str
    receipt: str = ""
    result_url: str = ""
    timeout_url: str = ""


@dataclass(frozen=True, slots=True)
class PayoutResult:
    """How a payout, a reversal or a question about one ended, as far as the provider tells.

    Args:
        request_id: ours, as sent; provider_id: the provider's own name for the request.
        receipt: of the money that went out (or, of a question, of the money that was asked about).
        kind: ``payout``, ``reversal``, ``status`` or ``balance``; what was asked for.
    """

    provider: str
    kind: str
    outcome: Outcome
    code: str
    description: str = ""
    request_id: str = ""
    provider_id: str = ""
    receipt: str = ""
    amount_cents: int | None = None
    charge_cents: int | None = None
    at: datetime | None = None


@runtime_checkable
class Refunds(Protocol):
    """A provider that gives a payment back, all of it, while it answers: no result comes later."""

    def refund(self, request: PayoutRequest) -> PayoutResult | Rejected | Unknown:
        """Give the payment ``receipt`` back to whom it came from.

        Rejected: nothing was sent, for certain. After Unknown the same may be asked again: the provider
        gives one payment back only once. Raises Invalid for what is no receipt of the provider's.
        """


@runtime_checkable
class PaysOut(Protocol):
    """A provider that sends money. Every answer is an acknowledgement; the result comes to ``result_url``.

    Accepted, Rejected (nothing was sent, for certain) or Unknown (it may have been): after Unknown the
    same ``request_id`` may be sent again, because the provider refuses a second one.
    """

    def pay_out(self, request: PayoutRequest) -> InitiateAnswer:
        """Send money to a phone."""

    def reverse(self, request: PayoutRequest) -> InitiateAnswer:
        """Give the payment ``receipt`` back to whom it came from; all of it or ``amount_cents`` of it."""

    def ask_status(self, request: PayoutRequest) -> InitiateAnswer:
        """Ask how ``request_id`` (or, when it names none, the payment ``receipt``) ended."""
