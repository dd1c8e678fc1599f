"""What the books' routes need from the program."""

from __future__ import annotations

from typing import Protocol

from shared.ports import HasIds, HasOutbox, HasStore, HasTokens


class Ports(HasStore, HasOutbox, HasIds, HasTokens, Protocol):
    """The sum of these."""
