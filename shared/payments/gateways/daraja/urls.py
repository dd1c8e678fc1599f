"""Callback URLs that authenticate and attribute themselves, because Daraja signs nothing.

``/ipn/stk/{business}/{attempt}/{token}`` and
``/ipn/c2b/{validation|confirmation}/{business}/{shortcode}/{token}``.
The token is an HMAC over the path before it, so an acknowledgement that was lost still names its attempt.
Rules for the text: HTTPS (or loopback), lower-case host, none of Daraja's forbidden words
(D3 CustomerToBusiness).
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from shared.core.callback_words import forbidden_word
from shared.core.errors import Invalid
from shared.core.ids import check_id

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
C2B_ROUTES = frozenset({"validation", "confirmation"})


def callback_token(secret: str, *path: str) -> str:
    """HMAC-SHA256 of the path parts in lower-case hex, which cannot spell exe, cmd or sql."""
    return hmac.new(secret.encode(), "\x1f".join(path).encode(), hashlib.sha256).hexdigest()


def token_matches(secret: str, token: str, *path: str) -> bool:
    """Whether ``token`` belongs to these path parts, compared in constant time."""
    return hmac.compare_digest(callback_token(secret, *path).encode(), token.encode("utf-8", "replace"))


def callback_url(base: str, route: str, business: str, subject: str, secret: str) -> str:
    """The URL Daraja is to call for one subject.

    Args:
        base: our public origin, ``https://pay.example.co.ke``.
        route: ``stk``, ``c2b/validation`` or ``c2b/confirmation``.
        business: the business id.
        subject: the attempt id for ``stk``, the shortcode for ``c2b``.
        secret: the callback secret, at least 32 characters.

    Raises Invalid ``callback_url_invalid`` when Daraja would refuse the URL, InvalidDocument for bad ids.
    """
    parts = (*route.split("/"), check_id(business, "business"), check_id(subject, "subject"))
    url = "/".join((base.rstrip("/"), "ipn", *parts, callback_token(secret, *parts)))
    return check_callback_url(url)


def check_callback_url(url: str) -> str:
    """Return ``url`` if Daraja accepts it as a callback; raises Invalid ``callback_url_invalid``."""
    if fault := callback_url_fault(url):
        raise Invalid("callback_url_invalid", fault)
    return url


def callback_url_fault(url: str) -> str | None:
    """Why Daraja would refuse this URL, or None."""
    try:
        split = urlsplit(url)
        host = split.hostname or ""
    except ValueError:
        return "the callback URL cannot be read"
    if split.scheme != "https" and not (split.scheme == "http" and host in _LOOPBACK):
        return "a callback URL must be https (http only on loopback)"
    if not host or split.netloc != split.netloc.lower() or "@" in split.netloc:
        return "a callback URL needs a lower-case host and no credentials"
    if word := forbidden_word(url):
        return f"Daraja refuses callback URLs that contain '{word}'"
    return None
