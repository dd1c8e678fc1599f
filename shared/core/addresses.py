"""What addresses in settings may look like. Nothing is opened here, and no address is repeated in a message:
a mistyped one may hold a password anywhere.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PROJECT = r"[a-z0-9][a-z0-9.:-]{1,62}"
_FORMS = {
    "STORE_URL": {
        "sqlite": (r"sqlite:///.+", "sqlite:///PATH"),
        "firestore": (
            rf"firestore://{_PROJECT}(/(\(default\)|[a-z][a-z0-9-]{{2,61}}[a-z0-9])?)?",
            "firestore://PROJECT or firestore://PROJECT/DATABASE",
        ),
        "mongodb": (r"mongodb://[^/\s]+/[^/?\s]+(\?\S*)?", "mongodb://USER:PASSWORD@HOST/DATABASE"),
        "mongodb+srv": (
            r"mongodb\+srv://[^/\s]+/[^/?\s]+(\?\S*)?",
            "mongodb+srv://USER:PASSWORD@HOST/DATABASE",
        ),
    },
    "BUS_URL": {
        "local": (r"local:.*", "local: or local:PATH"),
        "pubsub": (r"pubsub://[a-z][a-z0-9.:-]{1,60}[a-z0-9]/?", "pubsub://PROJECT"),
    },
    "BLOB_URL": {
        "file": (r"file:///.+", "file:///PATH"),
        "gs": (r"gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]", "gs://BUCKET"),
    },
}
EMBEDDED = frozenset({"sqlite", "local", "file"})
"""Schemes of what lives on one machine."""


def adapter_fault(setting: str, url: str) -> str:
    """Why ``url`` chooses no adapter for STORE_URL, BUS_URL or BLOB_URL; empty when it does."""
    forms = _FORMS[setting]
    scheme = url.partition(":")[0]
    if scheme not in forms:
        return f"must begin with one of {', '.join(f'{name}:' for name in forms)}"
    pattern, wanted = forms[scheme]
    return "" if re.fullmatch(pattern, url) else f"must read {wanted}"


def cloud_fault(setting: str, url: str) -> str:
    """Why ``url`` cannot be used where instances come and go; empty when it can."""
    scheme = url.partition(":")[0]
    if scheme not in EMBEDDED:
        return ""
    others = ", ".join(f"{name}:" for name in _FORMS[setting] if name not in EMBEDDED)
    return f"{scheme}: keeps data on one machine, which ends with this instance; use one of {others}"


def web_fault(url: str) -> str:
    """Why ``url`` is no plain origin for HTTP, https where it leaves this machine; empty when it is."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not an address"
    if parts.scheme not in {"http", "https"} or not host:
        return "must be an address such as https://books.example.co.ke"
    if parts.query or parts.fragment or "@" in parts.netloc:
        return "must hold no credentials, no '?' and no '#'"
    return ""


def is_public(url: str) -> bool:
    """Whether a valid web address leaves this machine."""
    return urlsplit(url).hostname not in _LOOPBACK
