"""What the books' routes need from the program."""

from __future__ import annotations

from typing import Protocol

from shared.ports import HasIds, HasOutbox, HasSettings, HasStore, HasTokens


class Ports(HasStore, HasOutbox, HasIds, HasSettings, HasTokens, Protocol):
    """The sum of these."""
