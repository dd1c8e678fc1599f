"""The names of the providers, and whose a record or a callback is; the gateways themselves are not needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MPESA, AIRTEL = "mpesa", "airtel"


def provider_of(record: Mapping[str, Any]) -> str:
    """The provider of an attempt or payment; records from before there were several are M-Pesa's."""
    return str(record.get("provider") or MPESA)


def provider_of_route(route: str) -> str:
    """The provider that calls back on a route of ipn.py."""
    return AIRTEL if route == AIRTEL else MPESA
