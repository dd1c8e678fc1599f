"""Forms as clients and as SendGrid send them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from email.message import EmailMessage

BOUNDARY = "xYzZY"
KIND = f"multipart/form-data; boundary={BOUNDARY}"
Files = Sequence[tuple[str, str, bytes]]


def form(fields: Mapping[str, str | bytes], files: Files = ()) -> bytes:
    """A form of text fields, then files as (field, file name, content)."""
    parts = [
        part(name, value.encode() if isinstance(value, str) else value) for name, value in fields.items()
    ]
    parts += [part(name, content, filename) for name, filename, content in files]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def part(name: str, content: bytes, filename: str | None = None, more: str = "") -> bytes:
    """One part with its boundary before it."""
    named = f'; filename="{filename}"' if filename is not None else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n{more}\r\n'
    return head.encode() + content + b"\r\n"


def sendgrid(
    *files: tuple[str, bytes],
    to: Sequence[str] | str,
    sender: str = "Juma <juma@duka.example>",
    message_id: str = "<one@duka.example>",
    spf: str = "pass",
    dkim: str = "{@duka.example : pass}",
    envelope_from: str = "juma@duka.example",
    **fields: str,
) -> bytes:
    """What SendGrid's Inbound Parse posts without the raw message."""
    recipients = [to] if isinstance(to, str) else list(to)
    info = {
        f"attachment{number}": {"filename": name, "name": name, "type": "image/png"}
        for number, (name, _) in enumerate(files, 1)
    }
    values = {
        "headers": f"Received: by mx.sendgrid.net with SMTP\nMessage-ID: {message_id}\nSubject: Receipts\n",
        "dkim": dkim,
        "to": ", ".join(recipients),
        "html": "<p>Risiti</p>",
        "from": sender,
        "text": "Risiti za Machi",
        "sender_ip": "203.0.113.7",
        "envelope": json.dumps({"to": recipients, "from": envelope_from}),
        "attachments": str(len(files)),
        "subject": "Receipts",
        "attachment-info": json.dumps(info),
        "charsets": json.dumps({"to": "UTF-8", "from": "UTF-8", "subject": "UTF-8", "text": "iso-8859-1"}),
        "SPF": spf,
        **fields,
    }
    return form(values, [(f"attachment{n}", name, content) for n, (name, content) in enumerate(files, 1)])


def sendgrid_raw(message: EmailMessage | bytes, *, to: str, spf: str = "pass", dkim: str = "none") -> bytes:
    """What it posts with the raw message."""
    raw = message if isinstance(message, bytes) else message.as_bytes()
    sender = "Juma <juma@duka.example>"
    return form(
        {
            "email": raw,
            "to": to,
            "from": sender,
            "subject": "Receipts",
            "sender_ip": "203.0.113.7",
            "envelope": json.dumps({"to": [to], "from": "juma@duka.example"}),
            "charsets": json.dumps({"to": "UTF-8"}),
            "SPF": spf,
            "dkim": dkim,
        }
    )


def written(*files: tuple[str, bytes], message_id: str = "<raw@duka.example>") -> EmailMessage:
    """A mail with files, as a mail program writes it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "juma@duka.example", "x@in.example", "Receipts"
    message["Message-ID"] = message_id
    message.set_content("Risiti za Machi")
    for name, content in files:
        message.add_attachment(content, maintype="image", subtype="png", filename=name)
    return message
