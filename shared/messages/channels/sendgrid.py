"""E-mail by SendGrid, through its own package: 202 means taken, anything else is judged by its status.

Source: Twilio SendGrid v3 API, "Mail Send".
"""

from __future__ import annotations

import base64
import http.client
import logging
import socket
import urllib.error
from typing import Any

from shared.messages.channels.port import READ_SECONDS, refused_outright, worth_retrying
from shared.messages.model import Failed, Message, Outcome, Sent, Unknown

_NEVER_LEFT = (ConnectionRefusedError, socket.gaierror)


class SendGrid:
    """The e-mail channel of one SendGrid account.

    Args:
        base_url: ``https://api.sendgrid.com``, or the EU host.
        key: an API key with the right to send mail.
        sender: the verified address that messages come from.
        timeout: seconds for each network step.
    """

    def __init__(self, base_url: str, key: str, sender: str, timeout: float = READ_SECONDS) -> None:
        self._base = base_url.rstrip("/")
        self._key = key
        self._sender = sender
        self._timeout = timeout

    def send(self, message: Message) -> Outcome:
        """Send one e-mail; see MessageChannel."""
        from python_http_client.exceptions import HTTPError  # type: ignore[import-untyped]
        from sendgrid import SendGridAPIClient

        # the package logs the whole e-mail and the key at DEBUG, and writes no other line
        logging.getLogger("python_http_client").setLevel(logging.WARNING)
        client = SendGridAPIClient(self._key, host=self._base).client
        try:
            answer = client.mail.send.post(request_body=self._body(message), timeout=self._timeout)
        except HTTPError as error:
            return _refusal(error.status_code)
        except urllib.error.URLError as error:
            if isinstance(error.reason, _NEVER_LEFT):
                return Failed("unreachable", retryable=True)
            return Unknown(type(error.reason).__name__)
        except (OSError, http.client.HTTPException) as error:
            return Unknown(type(error).__name__)
        if answer.status_code != http.HTTPStatus.ACCEPTED:
            return Unknown(f"http_{answer.status_code}")
        return Sent(str(answer.headers.get("X-Message-Id") or "")[:128])

    def _body(self, message: Message) -> dict[str, Any]:
        from sendgrid.helpers.mail import Content, CustomArg, From, Mail, ReplyTo, To

        mail = Mail(
            from_email=From(self._sender, message.sender.name),
            to_emails=To(message.recipient),
            subject=message.title,
            plain_text_content=Content("text/plain", message.text),
        )
        mail.add_custom_arg(CustomArg("message_id", message.id))
        if message.sender.reply_to:
            mail.reply_to = ReplyTo(message.sender.reply_to, message.sender.name)
        if message.attachment is not None:
            mail.add_attachment(_attachment(message))
        body: dict[str, Any] = mail.get()
        return body


def _attachment(message: Message) -> Any:
    from sendgrid.helpers.mail import Attachment, Disposition, FileContent, FileName, FileType

    file = message.attachment
    if file is None:
        return None
    content = base64.b64encode(file.content).decode()
    return Attachment(
        FileContent(content), FileName(file.name), FileType(file.media_type), Disposition("attachment")
    )


def _refusal(status: int) -> Outcome:
    if refused_outright(status):
        return Failed(f"http_{status}", retryable=worth_retrying(status))
    return Unknown(f"http_{status}")
