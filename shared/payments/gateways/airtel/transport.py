"""HTTP to Airtel: as careful as to Daraja (one attempt, bounded, honest), with Airtel's own headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.payments.gateways.airtel.account import COUNTRY, CURRENCY
from shared.payments.gateways.airtel.fields import member, text
from shared.payments.gateways.transport import TOKEN_SECONDS, HttpAnswer, NoHttpAnswer, Transport

TOKEN = "/auth/oauth2/token"  # noqa: S105 - a path
PUSH = "/merchant/v1/payments/"
ENQUIRY = "/standard/v1/payments/"
REFUND = "/standard/v1/payments/refund"
_OPERATIONS = {TOKEN: "token", PUSH: "push", REFUND: "refund"}


class AirtelTransport(Transport):
    """A reused session with time-outs in seconds; it follows no redirect and retries nothing."""

    provider = "airtel"

    def operation(self, path: str) -> str:
        return _OPERATIONS.get(path, "query")

    def token(self, body: Mapping[str, Any]) -> HttpAnswer | NoHttpAnswer:
        """Ask for an access token."""
        connect, read = self._timeouts
        return self._send("POST", TOKEN, json=body, timeout=(connect, min(read, TOKEN_SECONDS)))

    def call(self, method: str, path: str, bearer: str, body: Any = None) -> HttpAnswer | NoHttpAnswer:
        """Call a product in Kenya, in shillings, with a bearer token."""
        headers = {"Authorization": f"Bearer {bearer}", "X-Country": COUNTRY, "X-Currency": CURRENCY}
        headers["Accept"] = "application/json"
        return self._send(method, path, json=body, headers=headers, timeout=self._timeouts)


@dataclass(frozen=True, slots=True)
class AirtelAnswer:
    """The parts of an answer that say something; "" where one is missing or of another type.

    ``success`` is None where the answer does not say.
    """

    status: int
    transaction: str
    transaction_id: str
    airtel_money_id: str
    result_code: str
    response_code: str
    message: str
    success: bool | None

    @property
    def in_envelope(self) -> bool:
        """Whether Airtel's own service answered, and not something in front of it."""
        return bool(self.result_code or self.response_code)


def read_answer(answer: HttpAnswer) -> AirtelAnswer:
    """The answer of any product: ``{"data": {"transaction": {…}}, "status": {…}}``."""
    transaction = member(member(answer.body, "data"), "transaction")
    status = member(answer.body, "status")
    success = status.get("success")
    return AirtelAnswer(
        status=answer.status,
        transaction=text(transaction, "status").upper(),
        transaction_id=text(transaction, "id"),
        airtel_money_id=text(transaction, "airtel_money_id"),
        result_code=text(status, "result_code"),
        response_code=text(status, "response_code"),
        message=text(transaction, "message") or text(status, "message"),
        success=success if isinstance(success, bool) else None,
    )
