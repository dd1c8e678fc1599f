"""Telling people: templates, channels, and deliveries that reach each person once."""

from shared.messages.delivery import Notice, message_key, tell
from shared.messages.model import Address, Channel, Kind, Language, Sender

__all__ = ["Address", "Channel", "Kind", "Language", "Notice", "Sender", "message_key", "tell"]
