"""Telling people: templates, channels, and deliveries that reach each person once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.lazy import lazy_names

if TYPE_CHECKING:
    from shared.messages.delivery import Notice, message_key, tell
    from shared.messages.model import Address, Channel, Kind, Language, Sender

__all__ = ["Address", "Channel", "Kind", "Language", "Notice", "Sender", "message_key", "tell"]

__getattr__ = lazy_names(
    __name__,
    {
        **dict.fromkeys(("Notice", "message_key", "tell"), "delivery"),
        **dict.fromkeys(("Address", "Channel", "Kind", "Language", "Sender"), "model"),
    },
)
