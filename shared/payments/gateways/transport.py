"""HTTP to a provider: one attempt, bounded in time and size, and honest about what may have been sent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from shared.core import measures
from shared.core.capped import read_capped
from shared.core.clock import Stopwatch
from shared.core.errors import HesabuError
from shared.payments.gateways.spoken import log_exchange
from shared.payments.gateways.strict_json import read_json

if TYPE_CHECKING:
    import requests

MAX_ANSWER_BYTES = 256 * 1024
TOKEN_SECONDS = 10.0
"""The longest read of a token: with the connect time-out it stays inside of the lease (tokens.py)."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer that arrived whole. ``body`` is {} when it was not a JSON object (empty, HTML)."""

    status: int
    body: Mapping[str, Any]

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


class Transport(ABC):
    """A reused session with time-outs in seconds; it follows no redirect and retries nothing.

    Each provider has its own kind, which knows its headers and what its paths do.
    """

    provider: ClassVar[str]
    """Whom this speaks to, for logs and dashboards."""

    @abstractmethod
    def operation(self, path: str) -> str:
        """The word for what a path does, for the dashboards."""

    def refused(self, answer: HttpAnswer) -> bool:
        """Whether an answer says no; the client judges what that means."""
        return answer.status != 200

    def __init__(self, base_url: str, connect: float = 5.0, read: float = 30.0) -> None:
        self._base = base_url.rstrip("/")
        self._timeouts = (connect, read)
        self._session: requests.Session | None = None

    def _send(self, method: str, path: str, **options: Any) -> HttpAnswer | NoHttpAnswer:
        watch, operation = Stopwatch(), self.operation(path)
        answer = self._exchange(method, path, **options)
        said = options.get("json") or {}
        self._log(operation, said if isinstance(said, Mapping) else {"items": said}, answer)
        call = {"provider": self.provider, "operation": operation}
        measures.PROVIDER_CALLS.add(**call, outcome=self._outcome(answer))
        measures.PROVIDER_SECONDS.observe(watch.seconds, **call)
        return answer

    def _outcome(self, answer: HttpAnswer | NoHttpAnswer) -> str:
        """One word for the dashboards."""
        if isinstance(answer, NoHttpAnswer):
            return "silent" if answer.sent else "unreachable"
        if answer.status >= 500:
            return "failed"
        return "refused" if self.refused(answer) else "ok"

    def _log(self, operation: str, said: Mapping[str, Any], answer: HttpAnswer | NoHttpAnswer) -> None:
        heard = answer.reason if isinstance(answer, NoHttpAnswer) else str(answer.status)
        body = {} if isinstance(answer, NoHttpAnswer) else answer.body
        log_exchange(self.provider, operation, said, heard, body)

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
