"""The channel port: one call, one honest answer."""

from __future__ import annotations

from typing import Protocol

from shared.messages.model import Message, Outcome


class MessageChannel(Protocol):
    """A way to tell somebody something."""

    def send(self, message: Message) -> Outcome:
        """Hand over one message, once, in bounded time. Retries nothing and raises nothing.

        Failed only when it is certain that nothing was sent; whatever leaves doubt is Unknown.
        """


CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
"""Together shorter than a claim's lease (shared/messages/claims.py)."""


def refused_outright(status: int) -> bool:
    """Whether an HTTP status proves that nothing was sent.

    4xx and 3xx refuse; 503 says that the request was not handled. After 500, 502 and 504 the provider, or
    what stands before it, may have handled it all the same.
    """
    return 300 <= status < 500 or status == 503


def worth_retrying(status: int) -> bool:
    """Whether the same request may pass later: throttled, or out of service."""
    return status in {429, 503}
