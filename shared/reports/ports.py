"""What reports need from the composition root."""

from __future__ import annotations

from typing import Protocol

from shared.ports import HasBlobs, HasClock, HasIds, HasStore, HasTokens


class Making(HasStore, HasBlobs, HasClock, HasIds, Protocol):
    """What making one needs, whoever asked for it."""


class Ports(Making, HasTokens, Protocol):
    """The same and what serving HTTP needs."""
