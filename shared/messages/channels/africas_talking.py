"""SMS by Africa's Talking: one form-encoded POST a message, answered per recipient.

Source: Africa's Talking, "Send SMS (bulk)" and its status codes; payments reference, section 3.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from shared.core.capped import read_capped
from shared.messages.channels.port import (
    CONNECT_SECONDS,
    READ_SECONDS,
    refused_outright,
    worth_retrying,
)
from shared.messages.model import Failed, Message, Outcome, Sent, Unknown

if TYPE_CHECKING:
    import requests

PATH = "/version1/messaging"
MAX_ANSWER_BYTES = 64 * 1024
_TAKEN = frozenset({100, 101, 102})
_REFUSED = {
    401: "risk_hold",
    402: "invalid_sender",
    403: "invalid_phone",
    404: "unsupported_number",
    405: "insufficient_balance",
    406: "opted_out",
    407: "no_route",
    409: "do_not_disturb",
    500: "provider_error",
    501: "gateway_error",
    502: "gateway_rejected",
}
_MAY_PASS_LATER = frozenset({500, 501})


class AfricasTalking:
    """The SMS channel of one Africa's Talking application.

    Args:
        base_url: ``https://api.africastalking.com``, or the sandbox's host.
        username, key: the application's; the sandbox's username is ``sandbox``.
        timeouts: connect and read, seconds.
    """

    def __init__(
        self,
        base_url: str,
        username: str,
        key: str,
        timeouts: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
    ) -> None:
        self._url = base_url.rstrip("/") + PATH
        self._username = username
        self._key = key
        self._timeouts = timeouts

    def send(self, message: Message) -> Outcome:
        """Send one SMS; see MessageChannel."""
        import requests

        form = {
            "username": self._username,
            "to": f"+{message.recipient}",
            "message": message.text,
            "bulkSMSMode": "1",
        }
        try:
            # a fresh connection each time: one that was kept alive can be cut by the other side just as we
            # write, and that would turn a message that never arrived into an unknown one
            with requests.post(
                self._url,
                data=form,
                headers={"apiKey": self._key, "Accept": "application/json"},
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
            ) as response:
                return _judge(response, message.recipient)
        except requests.RequestException as error:
            if _never_left(error):
                return Failed("unreachable", retryable=True)
            return Unknown(type(error).__name__)


def _judge(response: requests.Response, recipient: str) -> Outcome:
    status = response.status_code
    if refused_outright(status):
        return Failed(f"http_{status}", retryable=worth_retrying(status))
    if not 200 <= status < 300:
        return Unknown(f"http_{status}")
    return _outcome(_recipients(read_capped(response.iter_content(8192), MAX_ANSWER_BYTES)), recipient)


def _outcome(recipients: list[Any] | None, recipient: str) -> Outcome:
    """The outcome for our one recipient; an empty list says that the whole message was refused."""
    if recipients is None:
        return Unknown("unreadable_answer")
    if not recipients:
        return Failed("refused")
    ours = [r for r in recipients if isinstance(r, dict) and _digits(r.get("number")) == recipient]
    return _of_recipient(ours[0]) if len(ours) == 1 else Unknown("recipient_missing")


def _of_recipient(row: dict[str, Any]) -> Outcome:
    code = _code(row.get("statusCode"))
    if code in _TAKEN:
        return Sent(str(row.get("messageId") or "")[:128], str(row.get("cost") or "")[:32])
    if code in _REFUSED:
        return Failed(_REFUSED[code], retryable=code in _MAY_PASS_LATER)
    return Unknown(f"code_{code}")


def _code(value: Any) -> int:
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else -1


def _digits(number: Any) -> str:
    return "".join(c for c in str(number) if c.isdigit())


def _recipients(raw: bytes) -> list[Any] | None:
    try:
        found = json.loads(raw)["SMSMessageData"]["Recipients"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _never_left(error: requests.RequestException) -> bool:
    import requests
    from urllib3.exceptions import NewConnectionError

    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(cause, NewConnectionError)
