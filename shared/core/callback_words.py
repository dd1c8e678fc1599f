"""The words Daraja refuses in callback URLs: linted in settings, in business ids and in every URL we make."""

from __future__ import annotations

FORBIDDEN_IN_CALLBACK_URLS = ("m-pesa", "mpesa", "safaricom", "query", "sql", "cmd", "exec", "exe")
"""Refused in any case (D3 CustomerToBusiness)."""


def forbidden_word(url: str) -> str | None:
    """The first word in ``url`` that Daraja refuses, or None."""
    lowered = url.lower()
    return next((word for word in FORBIDDEN_IN_CALLBACK_URLS if word in lowered), None)
