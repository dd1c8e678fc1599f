"""A simulated mail provider: hands a mail to a running system as SendGrid's Inbound Parse would post it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from email import policy
from email.parser import BytesParser
from email.utils import parseaddr
from pathlib import Path

from local.environment import local_settings
from shared.core.errors import Invalid, Unavailable
from shared.receipts.mail_box import INBOUND, hook_token
from shared.receipts.multipart import MAX_FORM

BOUNDARY = "xYzZY"
_SECONDS = 60


def send(arguments: argparse.Namespace) -> None:
    """Post one mail file; a mail program saves one as ``.eml``."""
    import requests

    settings = local_settings()
    file: Path = arguments.file
    if file.stat().st_size > MAX_FORM:
        raise Invalid("file_too_large", f"{file} has more than {MAX_FORM} bytes")
    body = inbound_form(file.read_bytes(), arguments.to, spf=arguments.spf)
    url = f"{arguments.url or settings.public_url}{INBOUND}{hook_token(settings)}"
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    try:
        answer = requests.post(url, data=body, headers=headers, timeout=_SECONDS)
    except requests.RequestException:
        raise Unavailable(f"no running system answers at {arguments.url or settings.public_url}") from None
    print(f"{answer.status_code} {answer.text}")


def inbound_form(message: bytes, to: str, *, spf: str = "pass") -> bytes:
    """The form with the raw message.

    Args:
        message: the mail itself; its header From is also the envelope's sender here.
        to: the address that it was sent to, ``receipts-…@…``.
        spf: what the provider found: pass, fail, softfail, none.
    """
    headers = BytesParser(policy=policy.default).parsebytes(message, headersonly=True)
    sender = str(headers["From"] or "")
    envelope = {"to": [to], "from": parseaddr(sender)[1]}
    fields = {
        "email": message,
        "to": to.encode(),
        "from": sender.encode(),
        "subject": str(headers["Subject"] or "").encode(),
        "sender_ip": b"127.0.0.1",
        "envelope": json.dumps(envelope).encode(),
        "charsets": b'{"to":"UTF-8","from":"UTF-8","subject":"UTF-8"}',
        "SPF": spf.encode(),
        "dkim": b"none",
    }
    return _form(fields)


def _form(fields: Mapping[str, bytes]) -> bytes:
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in fields.items()
    )
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
