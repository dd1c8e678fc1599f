"""Africa's Talking as the SMS channel meets it: one form-encoded POST, answered per recipient.

Source: Africa's Talking, "Send SMS (bulk)"; codes as in its public table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

from local.providers.model import Desk, Environ, StartResponse, Trouble, answer, read_body, suffer

PATH = "/version1/messaging"
_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")
_STATUS = {
    101: "Success",
    402: "InvalidSenderId",
    403: "InvalidPhoneNumber",
    404: "UnsupportedNumberType",
    405: "InsufficientBalance",
    406: "UserInBlacklist",
    407: "CouldNotRoute",
    409: "DoNotDisturbRejection",
    500: "InternalServerError",
    501: "GatewayError",
    502: "RejectedByGateway",
}
_COST = "KES 0.8000"


class FakeAfricasTalking:
    """A WSGI application with one account.

    Args:
        username, key: what a request must carry.

    ``desk.refusals`` maps a number (``+2547…``) to the code it is always answered with.
    """

    def __init__(self, username: str = "sandbox", key: str = "at-key") -> None:
        self.desk = Desk()
        self._username, self._key = username, key

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH:
            return answer(start, 404, b"Not found", "text/plain")
        if environ["REQUEST_METHOD"] != "POST":
            return answer(start, 405, b"The supplied method is not allowed", "text/plain")
        form = _form(environ)
        if environ.get("HTTP_APIKEY") != self._key or form.get("username") != self._username:
            return answer(start, 401, b"The supplied authentication is invalid", "text/plain")
        if not form.get("to") or not form.get("message"):
            return answer(
                start, 400, b"Request is missing required form field 'to' or 'message'", "text/plain"
            )
        return self._send(form, start)

    def _send(self, form: dict[str, str], start: StartResponse) -> list[bytes]:
        fault = self.desk.next_fault()
        if fault is not None and fault.trouble is Trouble.STATUS:
            return suffer(fault, self.desk, start)
        rows = [self._row(number.strip(), form["message"]) for number in form["to"].split(",")]
        if fault is not None:
            return suffer(fault, self.desk, start)
        told = sum(row["statusCode"] == 101 for row in rows)
        text = f"Sent to {told}/{len(rows)} Total Cost: KES {told * 8 // 10}.{told * 8 % 10}000"
        body = json.dumps({"SMSMessageData": {"Message": text, "Recipients": rows}})
        return answer(start, 201, body.encode())

    def _row(self, number: str, text: str) -> dict[str, Any]:
        code = self.desk.refusals.get(number, 101 if _NUMBER.fullmatch(number) else 403)
        row = {"statusCode": code, "number": number, "status": _STATUS[code]}
        if code != 101:
            return {**row, "cost": "0", "messageId": "None"}
        identity = f"ATXid_{len(self.desk.taken) + 1:032x}"
        self.desk.take([{"to": number, "message": text, "messageId": identity}])
        return {**row, "cost": _COST, "messageId": identity}


def _form(environ: Environ) -> dict[str, str]:
    """The fields of the body; only the form type is read, as the real one does."""
    kind = str(environ.get("CONTENT_TYPE", "")).split(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        return {}
    fields = parse_qs(read_body(environ).decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in fields.items()}
