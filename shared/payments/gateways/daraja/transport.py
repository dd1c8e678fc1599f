"""HTTP to Daraja: its authentication, what its paths do, and its envelope of errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.payments.gateways.transport import TOKEN_SECONDS, HttpAnswer, NoHttpAnswer, Transport

_OPERATIONS = {
    "/oauth/v1/generate": "token",
    "/mpesa/stkpush/v1/processrequest": "push",
    "/mpesa/stkpushquery/v1/query": "query",
    "/mpesa/c2b/v2/registerurl": "register",
    "/pulltransactions/v1/register": "register",
    "/pulltransactions/v1/query": "pull",
    "/mpesa/b2c/v3/paymentrequest": "payout",
    "/mpesa/reversal/v1/request": "reversal",
    "/mpesa/transactionstatus/v1/query": "status",
    "/mpesa/accountbalance/v1/query": "balance",
    "/mpesa/c2b/v1/registerurl": "register",
    "/mpesa/qrcode/v1/generate": "qr",
    "/standingorder/v1/createStandingOrderExternal": "order",
    "/v1/billmanager-invoice/optin": "bill",
    "/v1/billmanager-invoice/single-invoicing": "bill",
    "/v1/billmanager-invoice/bulk-invoicing": "bill",
    "/v1/billmanager-invoice/cancel-single-invoice": "bill",
    "/v1/billmanager-invoice/cancel-bulk-invoices": "bill",
}


class DarajaTransport(Transport):
    """A reused session with time-outs in seconds; it follows no redirect and retries nothing."""

    provider = "daraja"

    def operation(self, path: str) -> str:
        return operation_of(path)

    def refused(self, answer: HttpAnswer) -> bool:
        """An error also comes with HTTP 200."""
        return super().refused(answer) or bool(error_code(answer))

    def get_basic(self, path: str, user: str, password: str) -> HttpAnswer | NoHttpAnswer:
        """GET with HTTP Basic authentication."""
        connect, read = self._timeouts
        return self._send("GET", path, auth=(user, password), timeout=(connect, min(read, TOKEN_SECONDS)))

    def post(self, path: str, body: Mapping[str, Any], bearer: str) -> HttpAnswer | NoHttpAnswer:
        """POST a JSON body with a bearer token."""
        headers = {"Authorization": f"Bearer {bearer}"}
        return self._send("POST", path, json=body, headers=headers, timeout=self._timeouts)


def operation_of(path: str) -> str:
    """Our word for what a path does, for metrics and for what may be repeated."""
    return _OPERATIONS.get(path.partition("?")[0], "other")


def error_code(answer: HttpAnswer) -> str:
    """The errorCode of Daraja's envelope, which also comes with HTTP 200."""
    code = answer.body.get("errorCode")
    return code if isinstance(code, str) else ""


def error_message(answer: HttpAnswer) -> str:
    """What the envelope says beside it."""
    message = answer.body.get("errorMessage")
    return message[:200] if isinstance(message, str) else ""
