"""SendGrid as the e-mail channel meets it: POST /v3/mail/send, 202 with an X-Message-Id and no body.

Source: Twilio SendGrid v3 API, "Mail Send", its limits and its error form.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from typing import Any

from local.providers.model import Desk, Environ, StartResponse, Trouble, answer, read_body, suffer

PATH = "/v3/mail/send"


class FakeSendGrid:
    """A WSGI application with one account; ``key`` is what a request must carry as its bearer token.

    ``desk.refusals`` maps an e-mail address to the HTTP status it is always answered with.
    """

    def __init__(self, key: str = "SG.key") -> None:
        self.desk = Desk()
        self._key = key

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH:
            return _errors(start, 404, "the resource was not found")
        if environ["REQUEST_METHOD"] != "POST":
            return _errors(start, 405, "method not allowed")
        if environ.get("HTTP_AUTHORIZATION") != f"Bearer {self._key}":
            return _errors(start, 401, "The provided authorization grant is invalid, expired, or revoked")
        return self._send(environ, start)

    def _send(self, environ: Environ, start: StartResponse) -> list[bytes]:
        fault = self.desk.next_fault()
        if fault is not None and fault.trouble is Trouble.STATUS:
            return suffer(fault, self.desk, start)
        letter = _read(environ)
        if isinstance(letter, str):
            return _errors(start, 400, letter)
        if status := self.desk.refusals.get(letter["to"]):
            return _errors(start, status, "refused")
        identity = f"msg{len(self.desk.taken) + 1:019d}"
        self.desk.take([{**letter, "id": identity}])
        if fault is not None:
            return suffer(fault, self.desk, start)
        return answer(start, 202, b"", "text/plain", [("X-Message-Id", identity)])


def _read(environ: Environ) -> dict[str, Any] | str:
    """The letter of a request, or what is wrong with it."""
    try:
        body = json.loads(read_body(environ))
        person = body["personalizations"][0]
        content = body["content"][0]
        return {
            "to": person["to"][0]["email"],
            "from": body["from"]["email"],
            "from_name": body["from"].get("name", ""),
            "reply_to": body.get("reply_to", {}).get("email", ""),
            "subject": person.get("subject") or body["subject"],
            "text": _plain(content),
            "message_id": (person.get("custom_args") or body.get("custom_args") or {}).get("message_id", ""),
            "attachments": [_attachment(file) for file in body.get("attachments", [])],
        }
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        return f"Bad Request: {type(error).__name__} {error}"


def _plain(content: dict[str, Any]) -> str:
    if content["type"] != "text/plain" or not content["value"]:
        raise ValueError("the first content must be text/plain and not empty")
    return str(content["value"])


def _attachment(file: dict[str, Any]) -> dict[str, Any]:
    try:
        content = base64.b64decode(file["content"], validate=True)
    except binascii.Error:
        raise ValueError("the attachment content must be base64 encoded") from None
    return {"filename": file["filename"], "type": file.get("type", ""), "content": content}


def _errors(start: StartResponse, status: int, message: str) -> list[bytes]:
    body = {"errors": [{"message": message, "field": None, "help": None}]}
    return answer(start, status, json.dumps(body).encode())
