"""Raw evidence: what a provider sent is stored, whole, before anybody tries to understand it."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.bus import emit
from shared.core import context, measures
from shared.core.errors import HesabuError, NotFound
from shared.core.ids import derived_id
from shared.events import CallbackReceived
from shared.payments.gateways.daraja.urls import token_matches
from shared.payments.places import ATTEMPTS, CALLBACKS
from shared.payments.ports import Ports
from shared.payments.sources import source_of
from shared.store import Doc, Key, Tx

if TYPE_CHECKING:
    from shared.core.context import Headers

_KEPT_HEADERS = ("businessshortcode", "content-type", "user-agent", "x-forwarded-for")


@dataclass(frozen=True, slots=True)
class Address:
    """A callback path that proved itself: its route, business and subject (attempt id or shortcode)."""

    route: str
    business: str
    subject: str


def authenticate(ports: Ports, route: str, business: str, subject: str, token: str) -> Address:
    """Check the HMAC of a callback path; raises NotFound, which tells a guesser nothing."""
    secret = ports.settings.callback_secret.get_secret_value()
    if not token_matches(secret, token, *route.split("/"), business, subject):
        measures.CALLBACKS.add(route=route, outcome="refused")
        raise NotFound("there is no such address")
    context.belongs_to(business)
    return Address(route, business, subject)


def continue_attempt(ports: Ports, address: Address) -> None:
    """Go on under the id of the request that asked for this money; nothing depends on finding it."""
    try:
        attempt = ports.store.get(address.business, Key(ATTEMPTS, address.subject))
    except HesabuError:
        return  # the body matters more than the name of its log lines
    context.note(attempt=address.subject)
    if attempt is not None:
        context.follow(attempt.data.get("correlation_id"))


def keep(ports: Ports, address: Address, raw: bytes, headers: Headers) -> str:
    """Store a callback body durably and announce it; the same body again is the same evidence.

    Returns the evidence id. Raises only what the store raises: a body that cannot be parsed is kept too.
    """
    digest = hashlib.sha256(raw).hexdigest()
    source = source_of(ports.settings, headers)
    key = Key(CALLBACKS, derived_id("evd", address.route, address.subject, digest))
    text, encoding = _text(raw)
    record = {
        "route": address.route,
        "subject": address.subject,
        "body": text,
        "encoding": encoding,
        "sha256": digest,
        "source": source,
        "headers": {name: value[:300] for name in _KEPT_HEADERS if (value := headers.get(name))},
    }

    def store(tx: Tx) -> None:
        fresh = tx.claim(key, {**record, "received_at": tx.now}) is not None
        tx.tally(measures.CALLBACKS, route=address.route, outcome="received" if fresh else "duplicate")
        if fresh:
            tx.tally(measures.CALLBACK_SOURCES, route=address.route, source=source)
            emit(tx, CallbackReceived(evidence_id=key.id), key)

    ports.outbox.run(address.business, store)
    context.note(evidence=key.id, source=source)
    return key.id


def _text(raw: bytes) -> tuple[str, str]:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode(), "base64"
    return (base64.b64encode(raw).decode(), "base64") if "\x00" in text else (text, "utf-8")


def body_of(doc: Doc) -> bytes:
    """The bytes as they were received."""
    body: str = doc.data["body"]
    return base64.b64decode(body) if doc.data["encoding"] == "base64" else body.encode()
