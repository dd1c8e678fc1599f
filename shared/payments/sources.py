"""Where a callback came from, as a score: the list of Safaricom's addresses is published nowhere for good.

Clients carry different lists, and one of them lacks the address that genuine callbacks came from (reference:
payments 1.8). So the list is configuration, a callback from elsewhere is kept and asked about like any other,
and the only thing it loses is being believed without proof.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from shared.core.context import Headers
    from shared.core.settings import Settings

Source = Literal["known", "unknown", "unlisted"]
KNOWN: Source = "known"
UNKNOWN: Source = "unknown"
"""There is no list to look at."""
UNLISTED: Source = "unlisted"
"""There is a list, and nothing shows that the callback came from an address on it."""


def source_of(settings: Settings, headers: Headers) -> Source:
    """Whether a request came from the provider's addresses, as far as our own proxies tell.

    Only the right-most entries of ``X-Forwarded-For`` are ours: anybody can write those further left.
    """
    if not settings.callback_sources:
        return UNKNOWN
    hops = [hop.strip() for hop in (headers.get("x-forwarded-for") or "").split(",")]
    own = settings.callback_hops
    peer = hops[-1 - own] if len(hops) > own else ""
    return KNOWN if _listed(settings.callback_sources, peer) else UNLISTED


def _listed(sources: str, peer: str) -> bool:
    from ipaddress import ip_address  # a third of a millisecond, for those who keep a list

    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in _networks(sources))


@lru_cache(maxsize=4)
def _networks(sources: str) -> tuple[IPv4Network | IPv6Network, ...]:
    from ipaddress import ip_network

    return tuple(ip_network(one.strip()) for one in sources.split(","))
