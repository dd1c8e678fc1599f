"""HTTP to Daraja: one attempt, bounded in time and size, and honest about what may have been sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.core import measures
from shared.core.capped import read_capped
from shared.core.clock import Stopwatch
from shared.core.errors import HesabuError
from shared.payments.gateways.daraja.spoken import log_exchange
from shared.payments.gateways.daraja.strict_json import read_json

if TYPE_CHECKING:
    import requests

MAX_ANSWER_BYTES = 256 * 1024
TOKEN_SECONDS = 10.0
"""The longest read of a token: with the connect time-out it stays inside of the lease (tokens.py)."""

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


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer that arrived whole. ``body`` is {} when it was not a JSON object (empty, HTML)."""

    status: int
    body: Mapping[str, Any]

    @property
    def error_code(self) -> str:
        """The errorCode of Daraja's envelope, which also comes with HTTP 200."""
        code = self.body.get("errorCode")
        return code if isinstance(code, str) else ""

    @property
    def error_message(self) -> str:
        message = self.body.get("errorMessage")
        return message[:200] if isinstance(message, str) else ""

    def text(self, name: str) -> str:
        """A member as text of at most 200 characters, "" when it is neither text nor a whole number."""
        value = self.body.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int):
            return ""
        return str(value).strip()[:200]


@dataclass(frozen=True, slots=True)
class NoHttpAnswer:
    """No whole answer. ``sent`` is False only when the request provably never left."""

    reason: str
    sent: bool


class Transport:
    """A reused session with time-outs in seconds; it follows no redirect and retries nothing."""

    provider = "daraja"

    def operation(self, path: str) -> str:
        """The word for what a path does, for the dashboards."""
        return operation_of(path)

    def __init__(self, base_url: str, connect: float = 5.0, read: float = 30.0) -> None:
        self._base = base_url.rstrip("/")
        self._timeouts = (connect, read)
        self._session: requests.Session | None = None

    def get_basic(self, path: str, user: str, password: str) -> HttpAnswer | NoHttpAnswer:
        """GET with HTTP Basic authentication."""
        connect, read = self._timeouts
        return self._send("GET", path, auth=(user, password), timeout=(connect, min(read, TOKEN_SECONDS)))

    def post(self, path: str, body: Mapping[str, Any], bearer: str) -> HttpAnswer | NoHttpAnswer:
        """POST a JSON body with a bearer token."""
        headers = {"Authorization": f"Bearer {bearer}"}
        return self._send("POST", path, json=body, headers=headers, timeout=self._timeouts)

    def _send(self, method: str, path: str, **options: Any) -> HttpAnswer | NoHttpAnswer:
        watch, operation = Stopwatch(), self.operation(path)
        answer = self._exchange(method, path, **options)
        said = options.get("json") or {}
        self._log(operation, said if isinstance(said, Mapping) else {"items": said}, answer)
        measures.PROVIDER_CALLS.add(provider=self.provider, operation=operation, outcome=_outcome(answer))
        measures.PROVIDER_SECONDS.observe(watch.seconds, provider=self.provider, operation=operation)
        return answer

    def _log(self, operation: str, said: Mapping[str, Any], answer: HttpAnswer | NoHttpAnswer) -> None:
        heard = answer.reason if isinstance(answer, NoHttpAnswer) else str(answer.status)
        body = {} if isinstance(answer, NoHttpAnswer) else answer.body
        log_exchange(operation, said, heard, body, self.provider)

    def _exchange(self, method: str, path: str, **options: Any) -> HttpAnswer | NoHttpAnswer:
        import requests

        try:
            with self._open().request(
                method,
                self._base + path,
                allow_redirects=False,
                stream=True,
                **options,
            ) as response:
                return HttpAnswer(
                    response.status_code, _object(read_capped(response.iter_content(8192), MAX_ANSWER_BYTES))
                )
        except requests.RequestException as error:
            return NoHttpAnswer(type(error).__name__, sent=not _never_left(error))

    def _open(self) -> requests.Session:
        import requests

        if self._session is None:
            self._session = requests.Session()
        return self._session

    def close(self) -> None:
        """Let go of the pooled connections."""
        if self._session is not None:
            self._session.close()


def operation_of(path: str) -> str:
    """Our word for what a path does, for metrics and for what may be repeated."""
    return _OPERATIONS.get(path.partition("?")[0], "other")


def _outcome(answer: HttpAnswer | NoHttpAnswer) -> str:
    """One word for the dashboards; the client judges what an answer means."""
    if isinstance(answer, NoHttpAnswer):
        return "silent" if answer.sent else "unreachable"
    if answer.status >= 500:
        return "failed"
    return "ok" if answer.status == 200 and not answer.error_code else "refused"


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        return read_json(raw)
    except HesabuError:
        return {}


def _never_left(error: requests.RequestException) -> bool:
    import requests
    from urllib3.exceptions import NewConnectionError

    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(cause, NewConnectionError)
